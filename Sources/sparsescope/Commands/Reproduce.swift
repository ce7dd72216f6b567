import ArgumentParser
import Experiments
import Foundation
import Pruning
import Runs

/// Runs an experiment of the paper by its name.
struct Reproduce: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Run an experiment of the paper by its name.",
    discussion: """
      At paper scale the models and the data are the paper's: models come from the Hugging Face \
      cache (see `sparsescope download`) or from --model, data from --data TASK=PATH; tasks whose data is not given are left out. At demo scale \
      the same code runs on the embedded model and its digits, in minutes. Runs that are there \
      already are gone on with, and finished cells are not repeated.
      """)

  @Argument(help: "The experiment; --list names them.")
  var name: String?

  @Flag(help: "List the experiments.")
  var list = false

  @Option(help: "How much to compute: paper, or demo.")
  var scale = PaperExperiment.Scale.paper

  @Option(
    help: ArgumentHelp("A model in place of the paper's; repeatable.", valueName: "model"))
  var model: [String] = []

  @Option(
    help: ArgumentHelp("Where a task's data lies; repeatable.", valueName: "task=path"))
  var data: [String] = []

  @Option(help: ArgumentHelp("Seeds, separated by commas.", valueName: "seeds"))
  var seeds = SeedList(seeds: [0, 1, 2])

  @Option(help: "A folder for the runs; by default they go among the others.")
  var output: String?

  @Option(help: ArgumentHelp("Cells to run at a time.", valueName: "number"))
  var jobs = 1

  @Flag(help: "Print the experiment's specifications as YAML, and run nothing.")
  var printSpec = false

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    guard list || name != nil else {
      throw ValidationError("Name an experiment, or give --list.")
    }
    if let name, PaperExperiment.named(name) == nil {
      throw ValidationError(
        "There is no experiment \(name); --list names them: "
          + PaperExperiment.all.map(\.name).joined(separator: ", ") + ".")
    }
    for entry in data where !entry.contains("=") {
      throw ValidationError("--data \(entry) must be TASK=PATH, such as sst2=GLUE/SST-2.")
    }
    guard jobs >= 1 else { throw ValidationError("--jobs must be at least 1.") }
  }

  func run() throws {
    guard let name, let experiment = PaperExperiment.named(name), !list else { return printList() }
    if let obstacle = experiment.obstacle {
      throw CommandError("\(name) cannot be run: \(obstacle).")
    }
    let unknown = dataByTask.keys.filter { !experiment.tasks.contains($0) }.sorted()
    guard unknown.isEmpty || scale == .demo else {
      throw ValidationError(
        "--data \(unknown[0]): \(name) has no such task; it has "
          + experiment.tasks.joined(separator: ", ") + ".")
    }
    let specs = experiment.specs(
      scale, models: model, data: dataByTask, seeds: seeds.seeds
    ).map { $0.withAbsolutePaths() }
    if printSpec {
      return print(specs.map(SpecFile.text).joined(separator: "---\n"), terminator: "")
    }
    if experiment.outcome == .maskMap { return try MaskMapReport(specs[0]).print(asJSON: json) }
    for spec in specs { try CellExecution.check(spec) }
    let runs = try specs.map(run)
    let report = try ReproductionReport(experiment, runs)
    if json { try JSONOutput.print(report) } else { print(report.text.printable) }
  }

  private var dataByTask: [String: String] {
    Dictionary(
      data.map { entry in
        let parts = entry.split(separator: "=", maxSplits: 1).map(String.init)
        return (parts[0], parts.count > 1 ? parts[1] : "")
      }, uniquingKeysWith: { $1 })
  }

  /// Carries out one run, from where it has come to.
  private func run(_ spec: ExperimentSpec) throws -> RunFolder {
    let store = try? RunPlaces.store()
    let known: RunFolder?
    let path: String
    if let output {
      path = "\(output)/\(spec.runName)"
      known = try? RunFolder.open(path)
      if let known, known.spec != spec { throw RunError.otherExperiment(path: path) }
    } else {
      guard let store else { throw RunError.noHome }
      known = store.latest(of: spec)
      path = store.newPath(for: spec)
    }
    let run =
      try known
      ?? RunFolder.create(at: path, spec: spec, environment: .describing(spec))
    try? store?.register(run)
    // Not by counting files: a damaged result has to be made again.
    if RunSummary(run).state != .finished {
      try run.control.uncancel()
      try run.control.resume()
      try ForegroundRun(run, jobs: jobs, isQuiet: json).carryOut()
    }
    return run
  }

  private func printList() {
    let rows = PaperExperiment.all.map { experiment in
      [
        experiment.name, experiment.obstacle == nil ? "yes" : "no",
        experiment.title + (experiment.obstacle.map { "; \($0)" } ?? ""),
      ]
    }
    print(RunText.table(["NAME", "RUNS", "WHAT IT SHOWS"], rows))
  }
}

extension PaperExperiment.Scale: ExpressibleByArgument {}

/// `0,1,2`.
struct SeedList: ExpressibleByArgument {
  let seeds: [UInt64]

  init(seeds: [UInt64]) { self.seeds = seeds }

  init?(argument: String) {
    let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
    let seeds = parts.compactMap { UInt64($0) }
    guard seeds.count == parts.count, Set(seeds).count == seeds.count else { return nil }
    self.seeds = seeds
  }

  var defaultValueDescription: String { seeds.map(String.init).joined(separator: ",") }
}
