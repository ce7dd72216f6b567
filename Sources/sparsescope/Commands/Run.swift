import ArgumentParser
import Experiments
import Foundation
import Runs

/// Runs an experiment, or goes on with one.
struct Run: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Run an experiment from a YAML file, or go on with a run.",
    discussion: """
      A run is a folder that says everything about it. Whatever ends the process, --resume goes on \
      from the last checkpoint; finished cells are not repeated. SIGINT, SIGTERM and SIGUSR2 save \
      first. --executor slurm submits each cell as a task of a job array instead, and with --resume \
      only what is missing.
      """)

  @Argument(
    help: ArgumentHelp(
      "The experiment, or with --resume also a run: its name or its folder.", valueName: "spec"),
    completion: .file(extensions: ["yaml", "yml"]))
  var spec: String

  @Flag(help: "Go on with the latest run of the experiment, the one in --output, or the one named.")
  var resume = false

  @Flag(help: "Run in the background, beyond the end of this terminal.")
  var detach = false

  @Flag(help: "Print the experiment in full and its cells' number, and run nothing.")
  var printSpec = false

  @Option(help: "The run's folder; by default a new one among the others.", completion: .directory)
  var output: String?

  @Option(help: ArgumentHelp("Cells to run at a time.", valueName: "number"))
  var jobs = 1

  @Option(
    help: ArgumentHelp(
      "Run this cell only, beside other processes that run others; repeatable.", valueName: "id"))
  var cell: [String] = []

  @OptionGroup(title: "On a cluster") var slurm: SlurmOptions
  @OptionGroup(visibility: .hidden) var task: SlurmTaskOptions

  func validate() throws {
    guard slurm.executor == .local || (!detach && jobs == 1 && cell.isEmpty) else {
      throw ValidationError(
        "--detach, --jobs and --cell are for this machine; with --executor slurm, --array-limit says "
          + "how many cells run at a time.")
    }
    guard (1...256) ~= jobs else { throw ValidationError("--jobs must be from 1 to 256.") }
    guard cell.isEmpty || resume else {
      throw ValidationError("--cell is for a run that is there; add --resume.")
    }
  }

  func run() throws {
    if printSpec {
      let spec = try SpecFile.read(spec)
      try CellExecution.checkTasks(of: spec)
      print(SpecFile.text(of: spec), terminator: "")
      return StandardError.write("\(spec.cells.count) cells")
    }
    if task.slurmTask { return try runTask() }
    if slurm.dryRun { return try printScripts() }
    let settings = try slurmSettings()
    if slurm.executor == .slurm {
      guard SlurmCommand.path(of: "sbatch") != nil else {
        throw SlurmError.missing(command: "sbatch")
      }
      if !resume { try SlurmController.require() }
    }
    let run = try resume ? openRun() : makeRun()
    if resume, slurm.executor == .slurm { try SlurmRun.submitter(of: run).requireAnswer() }
    // A process at work is not to be talked out of what it was asked.
    if resume, cell.isEmpty, run.worker == nil {
      try run.control.uncancel()
      try run.control.resume()
    }
    if slurm.executor == .slurm {
      return try SlurmRun(run, settings: settings).submit(isNew: !resume)
    }
    try detach ? start(run) : ForegroundRun(run, only: cell, jobs: jobs).carryOut()
  }

  // MARK: Slurm

  private var isFile: Bool { spec.hasSuffix(".yaml") || spec.hasSuffix(".yml") }

  /// The options over what the specification says.
  private func slurmSettings() throws -> SlurmSettings {
    guard slurm.executor == .slurm, isFile || !resume else { return slurm.settings }
    return slurm.settings.over(try SpecFile.slurmSettings(spec))
  }

  private func printScripts() throws {
    if resume { return try SlurmRun(try openRun(), settings: slurmSettings()).printScripts() }
    let spec = try SpecFile.read(self.spec).withAbsolutePaths()
    try CellExecution.checkTasks(of: spec)
    guard let path = output ?? (try? RunPlaces.store())?.newPath(for: spec) else {
      throw RunError.noHome
    }
    try SlurmRun.printScripts(
      spec, at: URL(fileURLWithPath: path).standardizedFileURL.path, settings: slurmSettings())
  }

  private func runTask() throws {
    let task = try SlurmCellTask(
      openRun(), cell: cell.first ?? "", mostFailures: self.task.mostFailures)
    if let signal = self.task.killed {
      try task.record(killedBy: signal)
    } else {
      try task.carryOut()
    }
  }

  // MARK: The run's folder

  private func makeRun() throws -> RunFolder {
    let spec = try SpecFile.read(self.spec).withAbsolutePaths()
    try CellExecution.check(spec)
    let store = try? RunPlaces.store()
    guard let path = output ?? store?.newPath(for: spec) else { throw RunError.noHome }
    let run = try RunFolder.create(at: path, spec: spec, environment: .describing(spec))
    // A run outside of the store is found through a link there; without a store it is a run, too.
    try? store?.register(run)
    return run
  }

  private func openRun() throws -> RunFolder {
    let store = try? RunPlaces.store()
    guard isFile else {
      return try (store ?? RunStore(folder: ".")).find(spec)
    }
    let spec = try SpecFile.read(self.spec).withAbsolutePaths()
    if let output {
      let run = try RunFolder.open(output)
      guard run.spec == spec else { throw RunError.otherExperiment(path: run.path) }
      return run
    }
    guard let run = store?.latest(of: spec) else {
      throw CommandError(
        "There is no run of \(self.spec) to go on with; leave --resume out to make one.")
    }
    return run
  }

  // MARK: Running

  private func start(_ run: RunFolder) throws {
    let options = ["--resume", "--jobs", "\(jobs)"] + cell.flatMap { ["--cell", $0] }
    let child = try DetachedProcess.start(["run", run.path] + options, log: run.logFile)
    guard DetachedProcess.waitUntilWorking(child, on: run) else {
      throw CommandError("The run has failed at once; \(run.logFile) says why.")
    }
    print("\(run.name): process \(child) runs it in \(run.path)".printable)
  }
}
