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
      first.
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

  func validate() throws {
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
    let run = try resume ? openRun() : makeRun()
    // A process at work is not to be talked out of what it was asked.
    if resume, cell.isEmpty, run.worker == nil {
      try run.control.uncancel()
      try run.control.resume()
    }
    try detach ? start(run) : ForegroundRun(run, only: cell, jobs: jobs).carryOut()
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
    guard spec.hasSuffix(".yaml") || spec.hasSuffix(".yml") else {
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
