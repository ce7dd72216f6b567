import Experiments
import Foundation

/// How one cell of a run stands.
package struct CellSummary: Sendable, Hashable {
  package enum State: String, Sendable, Hashable, Codable {
    case waiting
    /// It needs a cell that has failed.
    case blocked
    case running
    case paused
    case interrupted
    case failed
    case finished
  }

  package let cell: ExperimentCell
  package var state = State.waiting
  /// 0 before the first.
  package var attempt = 0
  /// The last training step that was told of.
  package var step: RunEvent.Step?
  /// The last evaluation, while it runs; of a finished cell its point.
  package var score: Double?
  package var message: String?
  /// Seconds that a finished cell has taken.
  package var seconds: Double?
  /// When the present attempt began, and when the cell last gave a sign of life: seconds since 1970.
  package var began: Double?
  package var updated: Double?
  /// Whether its last attempt ended because somebody had cancelled the run.
  package var wasCancelled = false
  /// What Slurm says of the cell's task; nil where it has none.
  package var slurm: SlurmTask?

  /// The state for a person; where the cell waits for Slurm, in what way.
  package var stateText: String {
    if state == .waiting, let slurm, slurm.isActive {
      // Between Slurm's start and the program's claim.
      return slurm.state == "RUNNING" ? "starting" : slurm.words
    }
    let isOver = state == .waiting || state == .interrupted
    if isOver, wasCancelled || slurm?.isCancelled == true { return "cancelled" }
    return state.rawValue
  }

  /// The share of the training steps that are done; nil where it is not known.
  package var progress: Double? {
    guard let step, let steps = step.steps, steps > 0 else { return nil }
    return min(Double(step.step) / Double(steps), 1)
  }

  /// Seconds of the present attempt; nil where none is.
  package var elapsed: Double? {
    guard state == .running, let began else { return nil }
    return Date().timeIntervalSince1970 - began
  }

  init(_ cell: ExperimentCell) { self.cell = cell }

  init(_ cell: ExperimentCell, result: CellResult?) {
    self.cell = cell
    state = .finished
    score = result?.point?.mean
    seconds = result?.seconds
    updated = result?.finishedAt
  }

  /// A cell that has begun.
  init(_ cell: ExperimentCell, progress: CellProgress, isClaimed: Bool) {
    self.cell = cell
    attempt = progress.attempt
    step = progress.step
    score = progress.score
    message = progress.message
    began = progress.began
    updated = progress.updated
    wasCancelled = progress.isCancelled
    state =
      isClaimed
      ? (progress.isPaused ? .paused : .running) : (progress.hasFailed ? .failed : .interrupted)
  }

  /// Takes in what Slurm says of an unfinished cell.
  mutating func take(_ task: SlurmTask) {
    guard state != .finished else { return }
    slurm = task
    if task.isActive {
      // It will be gone on with, whatever has become of the last attempt.
      if state == .interrupted || state == .failed { state = .waiting }
    } else if state == .interrupted || state == .waiting, !wasCancelled, !task.isCancelled {
      // Of the others the state says it.
      message = message ?? "Slurm: \(task.words)"
    }
  }
}
