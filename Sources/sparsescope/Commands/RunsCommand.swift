import ArgumentParser
import Experiments
import Foundation
import Runs

/// `sparsescope runs`: what there is, how it stands, and what can be asked of it.
struct RunsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "runs", abstract: "Watch, list, inspect, steer and export runs.",
    subcommands: [
      RunsList.self, RunsShow.self, RunsPause.self, RunsResume.self, RunsCancel.self,
      RunsSet.self, RunsMasks.self, RunsExport.self, RunsReindex.self,
    ],
    defaultSubcommand: RunsList.self)
}

/// Which run a command is about.
struct RunArgument: ParsableArguments {
  @Argument(help: "A run: its name, a beginning of it that is unique, or its folder.")
  var run: String

  func open() throws -> RunFolder {
    // A folder needs no place for runs.
    try ((try? RunPlaces.store()) ?? RunStore(folder: ".")).find(run)
  }

  /// - Throws: also where there is nothing left to ask of the run.
  func openUnfinished() throws -> RunFolder {
    let run = try open()
    guard run.finishedCells.count < run.spec.cells.count else {
      throw CommandError("\(run.name) is finished already.")
    }
    return run
  }
}

struct RunsList: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "Open the experiments view; into a pipe or a file, list all runs, the latest first.")

  @OptionGroup var appearance: AppearanceOptions

  @Flag(help: "Print JSON.")
  var json = false

  @Flag(help: "List the runs on a terminal, too.")
  var plain = false

  @Flag(
    help: "Print lines until interrupted: with --json each run that changes, with --plain news.")
  var follow = false

  @Flag(help: "Only look: the view changes no run.")
  var readOnly = false

  @Option(
    help: ArgumentHelp("Write a line of JSON for each frame into a file.", valueName: "file"),
    completion: .file())
  var stats: String?

  private struct Report: Encodable { var runs: [RunOverview] }

  func validate() throws {
    guard !follow || json != plain else {
      throw ValidationError("--follow prints lines: give --plain or --json with it.")
    }
  }

  func run() throws {
    if follow { return try FollowedRuns(RunPlaces.store()).run(json: json) }
    if !json, !plain, isatty(STDOUT_FILENO) == 1 {
      return try RunsView.open(readOnly: readOnly, appearance: appearance, statistics: stats)
    }
    let runs = try RunPlaces.overviews()
    if json { return try JSONOutput.print(Report(runs: runs)) }
    guard !runs.isEmpty else {
      return print("No runs; `sparsescope run SPEC` makes one.")
    }
    let rows = runs.map { run in
      [
        run.name, run.stateText,
        "\(run.done)/\(run.total)" + (run.failed > 0 ? " (\(run.failed) failed)" : ""),
        Percent.text(run.progress, decimals: 0) + " %", run.cellsPerHour.map(RunText.rate) ?? "–",
        run.secondsLeft.map(RunText.duration) ?? "–",
        essentials(of: run),
      ]
    }
    print(
      RunText.table(["RUN", "STATE", "CELLS", "DONE", "RATE", "LEFT", "ESSENTIAL"], rows)
        .printable)
  }
}

/// The essential sparsities of a run's first curves; `runs show` has them all.
private func essentials(of run: RunOverview) -> String {
  let found = run.turns.compactMap { turn in
    turn.sparsity.map { sparsity in
      let task = run.tasks.count > 1 ? "\(turn.task) " : ""
      return "\(Percent.text(sparsity, decimals: 0)) % \(task)\(turn.method)"
    }
  }
  guard !found.isEmpty else { return "–" }
  return found.prefix(2).joined(separator: ", ") + (found.count > 2 ? ", …" : "")
}

struct RunsReindex: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reindex", abstract: "Make the index of the runs anew from their folders.")

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    let rebuilt = try RunIndex.rebuild(RunPlaces.indexFile(), from: RunPlaces.store())
    for problem in rebuilt.problems { StandardError.write(problem) }
    if json { return try JSONOutput.print(rebuilt) }
    let seconds = String(format: "%.1f", rebuilt.seconds)
    print("\(rebuilt.runs) runs with \(rebuilt.cells) cells in \(seconds) s")
    if let aside = rebuilt.movedAside {
      print("The damaged index is kept as \(aside); its cache of evaluated points is lost.")
    }
  }
}
