import ArgumentParser
import Experiments
import Foundation
import Runs

struct RunsPause: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pause", abstract: "Let a run save and wait.")

  @OptionGroup var argument: RunArgument

  func run() throws {
    let run = try argument.openUnfinished()
    try run.control.pause()
    let held = try SlurmRun.hold(run, true)
    print(
      "\(run.name) will pause\(held); `sparsescope runs resume \(run.name)` lets it go on."
        .printable)
  }
}

struct RunsResume: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resume", abstract: "Let a paused run go on; start one that nothing runs.")

  @OptionGroup var argument: RunArgument

  func run() throws {
    let run = try argument.open()
    if run.isOnSlurm { return print(try SlurmRun.resume(run).printable) }
    try run.control.resume()
    guard run.worker == nil, RunSummary(run).state != .finished else {
      return print("\(run.name) goes on.".printable)
    }
    let child = try DetachedProcess.resume(run)
    print("\(run.name): process \(child) runs it.".printable)
  }
}

struct RunsCancel: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cancel", abstract: "End a run; what is finished stays.")

  @OptionGroup var argument: RunArgument

  @Flag(help: "Do not ask again.")
  var yes = false

  func run() throws {
    let run = try argument.openUnfinished()
    // What is queued is asked once, by what ends it.
    let summary = RunSummary(run)
    if !yes, isatty(STDIN_FILENO) == 1 {
      StandardError.write(
        "\(run.name): \(summary.done) of \(summary.total) cells are finished and stay. "
          + "What the others have done since their last checkpoint is lost.")
      StandardError.write("Type the word cancel to end it, anything else to leave it:")
      guard readLine()?.trimmingCharacters(in: .whitespaces) == "cancel" else {
        throw CommandError("\(run.name) was left alone.")
      }
    }
    try run.control.cancel()
    let ended: String
    do {
      ended = try SlurmRun.cancel(run)
    } catch {
      throw CommandError(
        "\(run.name): what runs is told to end, but what is queued could not be cancelled: \(error) "
          + "Try again, or use `scancel --name=\(run.slurmName)`.")
    }
    print("\(run.name) is cancelled\(ended).".printable)
  }
}

struct RunsSet: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "set", abstract: "Change a run while it runs.")

  @OptionGroup var argument: RunArgument

  @Option(help: "Threads to compute on; results do not depend on it.")
  var workers: Int?

  @Option(help: "How far others go first: the process's niceness, from 0 to 19.")
  var nice: Int?

  func validate() throws {
    guard workers != nil || nice != nil else {
      throw ValidationError("Give --workers or --nice.")
    }
    if let workers, !((1...ExperimentSpec.mostWorkers) ~= workers) {
      throw ValidationError("--workers must be from 1 to \(ExperimentSpec.mostWorkers).")
    }
    if let nice, !((0...19) ~= nice) { throw ValidationError("--nice must be from 0 to 19.") }
  }

  func run() throws {
    let run = try argument.openUnfinished()
    if let workers { try run.control.setWorkers(workers) }
    if let nice { try run.control.setNiceness(nice) }
  }
}
