import ArgumentParser
import Experiments
import Foundation
import Runs

/// A run that this process carries out while its person waits.
struct ForegroundRun {
  private let run: RunFolder
  private let only: [ExperimentCell.ID]
  private let jobs: Int
  private let isQuiet: Bool

  /// - Parameters:
  ///   - only: the cells to run; empty for all.
  ///   - isQuiet: leaves standard output to others.
  init(
    _ run: RunFolder, only: [ExperimentCell.ID] = [], jobs: Int = 1, isQuiet: Bool = false
  ) {
    self.run = run
    self.only = only
    self.jobs = jobs
    self.isQuiet = isQuiet
  }

  /// Runs to the end and tells of it.
  ///
  /// - Throws: `ExitCode` 1 where cells have failed, 130 where the run was stopped.
  func carryOut() throws {
    let cells = run.spec.cells
    if let unknown = only.first(where: { id in !cells.contains { $0.id == id } }) {
      let near = cells.first.map { ", such as \($0.id)" } ?? ""
      throw CommandError("\(run.name) has no cell \(unknown); it has \(cells.count)\(near).")
    }
    StopSignals.watch()
    StandardError.ignoreLostReader()
    try Self.setTicketsWithoutMasksAside(in: run, only: only)
    StandardError.write("\(run.name): \(cells.count) cells in \(run.path)")
    let progress = ProgressLine(title: run.name, logsTenths: true)
    let began = RunSummary(run).done
    let driver = RunDriver(
      run, only: only.isEmpty ? nil : Set(only), concurrency: jobs,
      onEnd: { done, outcome in
        progress.show(began + outcome.finished.count, of: cells.count, note: done.id)
      }, onProblem: { StandardError.write($0) })
    let outcome = try driver.run(execute: CellExecution.execute)
    progress.finish()
    if run.exists { RunPlaces.record(run) }
    try report(outcome)
  }

  /// Lets the cells be run again whose tickets others need and whose masks have been lost.
  ///
  /// - Parameter only: the cells to look at; empty for all.
  static func setTicketsWithoutMasksAside(
    in run: RunFolder, only: [ExperimentCell.ID] = []
  ) throws {
    for cell in run.spec.cells where only.isEmpty || only.contains(cell.id) {
      guard case .drawTicket = cell.work, run.isFinished(cell.id), !run.isClaimed(cell.id),
        !FileManager.default.fileExists(atPath: run.maskFile(of: cell.id))
      else { continue }
      let aside = try run.setResultAside(of: cell.id)
      StandardError.write(
        "\(run.maskFile(of: cell.id)) is missing, so \(cell.id) is run again; its result is kept as "
          + "\(aside).")
    }
  }

  private func report(_ outcome: RunDriver.Outcome) throws {
    if case .halted(let reason) = outcome.end {
      // What has failed has failed of this.
      StandardError.write(reason)
      throw ExitCode(1)
    }
    for (id, message) in outcome.failed.sorted(by: { $0.key < $1.key }) {
      StandardError.write("\(id) failed: \(message)")
    }
    if !outcome.blocked.isEmpty {
      StandardError.write("\(outcome.blocked.count) cells need one that has failed.")
    }
    switch outcome.end {
    case .complete:
      guard outcome.failed.isEmpty, outcome.blocked.isEmpty else { throw ExitCode(1) }
      guard !isQuiet else { return }
      let turns = RunOverview(RunSummary(run)).turns
      print("\(run.name): \(outcome.finished.count) cells finished, in \(run.path)".printable)
      for turn in turns { print("  \(RunText.turn(turn))".printable) }
    case .stopped(let reason):
      StandardError.write(
        "\(reason): saved; `sparsescope run \(run.name) --resume` goes on from there.")
      throw ExitCode(130)
    case .halted: break
    case .cancelled:
      StandardError.write("cancelled; `sparsescope run \(run.name) --resume` would go on.")
      throw ExitCode(130)
    }
  }
}
