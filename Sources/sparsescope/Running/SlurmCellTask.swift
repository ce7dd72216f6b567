import ArgumentParser
import Engine
import Experiments
import Foundation
import Runs

/// One task of a Slurm array: runs one cell and tells the batch script what is to become of it.
struct SlurmCellTask {
  private let run: RunFolder
  private let cell: ExperimentCell
  /// Failures in all with which the cell is still run again.
  private let mostFailures: Int

  /// The status by which the script lets Slurm run the same task again.
  private static let again = ExitCode(SlurmScript.againStatus)

  init(_ run: RunFolder, cell id: ExperimentCell.ID, mostFailures: Int) throws {
    guard let cell = run.spec.cells.first(where: { $0.id == id }) else {
      throw CommandError("\(run.name) has no cell \(id.isEmpty ? "without a name" : id).")
    }
    self.run = run
    self.cell = cell
    self.mostFailures = mostFailures
  }

  /// Runs the cell.
  ///
  /// - Throws: `ExitCode` 75 to be run again, 1 where the cell has failed or cannot be run, 130 where
  ///   it was stopped.
  func carryOut() throws {
    StopSignals.watch()
    StandardError.ignoreLostReader()
    try ForegroundRun.setTicketsWithoutMasksAside(in: run, only: [cell.id])
    let workers = Self.allottedProcessors
    say(
      "on \(ProcessIdentity.current.host)"
        + (workers.map { ", \($0) \($0 == 1 ? "thread" : "threads")" } ?? ""))
    let driver = RunDriver(
      run, only: [cell.id], workers: workers, onProblem: { StandardError.write($0) })
    var outcome = try driver.run(execute: CellExecution.execute)
    while outcome.elsewhere.contains(cell.id) {
      try waitForClaim()
      outcome = try driver.run(execute: CellExecution.execute)
    }
    try report(outcome)
  }

  /// Records that a signal has ended the program, of which its own files cannot tell.
  func record(killedBy signal: Int32) throws {
    let name = signal == SIGKILL ? "SIGKILL, perhaps for want of memory" : "signal \(signal)"
    let message = "the process was ended by \(name)"
    try run.recordFailure(of: cell.id, message)
    try runAgain(after: message)
  }

  /// The processors that Slurm has given to this task; nil where it does not tell.
  private static var allottedProcessors: Int? {
    let variables = ProcessInfo.processInfo.environment
    return ["SLURM_CPUS_PER_TASK", "SLURM_CPUS_ON_NODE"].lazy
      .compactMap { variables[$0].flatMap(Int.init) }.first { $0 > 0 }
  }

  /// Returns when nobody holds the cell any more.
  ///
  /// Of another machine's process nothing is known but its signs of life: a new one says that it
  /// lives, and for want of one its claim grows stale.
  /// - Throws: `ExitCode`, after a sentence, where the holder is alive or this task is to end.
  private func waitForClaim() throws {
    guard let holder = run.holder(of: cell.id) else { return }
    let process = holder.process
    let first = run.lastSign(of: cell.id)
    if process.isAlive == nil {
      say("process \(process.pid) on \(process.host) had it; waiting for a sign of life")
    }
    while run.holder(of: cell.id) != nil {
      if process.isAlive == true || run.lastSign(of: cell.id) != first {
        say("process \(process.pid) on \(process.host) works on it; this task ends")
        throw ExitCode(1)
      }
      if let reason = StopSignals.reason {
        throw reason == StopSignals.timeIsUp ? Self.again : ExitCode(130)
      }
      sleep(2)
    }
  }

  private func report(_ outcome: RunDriver.Outcome) throws {
    switch outcome.end {
    case .halted(let reason):
      StandardError.write(reason)
      throw ExitCode(1)
    case .cancelled:
      say("cancelled")
      throw ExitCode(130)
    case .stopped(let reason) where reason == StopSignals.timeIsUp:
      guard run.failures(of: cell.id) <= mostFailures else {
        say("out of time before anything could be saved; give it more with --time")
        throw ExitCode(1)
      }
      say("the time is nearly up: saved, to go on from there")
      throw Self.again
    case .stopped(let reason):
      say("\(reason): saved")
      throw ExitCode(130)
    case .complete: break
    }
    if let message = outcome.failed[cell.id] { try runAgain(after: message) }
    if outcome.blocked.contains(cell.id) {
      let missing = cell.dependencies.filter { !run.isFinished($0) }.joined(separator: ", ")
      say("blocked: it needs \(missing), which is not finished")
      throw ExitCode(1)
    }
    say(outcome.finished.contains(cell.id) ? "finished" : "was finished already")
  }

  /// Ends the task after a failure.
  private func runAgain(after message: String) throws -> Never {
    let left = mostFailures - run.failures(of: cell.id) + 1
    say("failed: \(message)" + (left > 0 ? "; it is run again" : ""))
    throw left > 0 ? Self.again : ExitCode(1)
  }

  private func say(_ text: String) { StandardError.write("\(cell.id): \(text)") }
}
