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
  /// What Slurm says of the cell's task; nil where it has none.
  package var slurm: SlurmTask?

  /// The state for a person; where the cell waits for Slurm, in what way.
  package var stateText: String {
    if state == .waiting, let slurm, slurm.isActive {
      // Between Slurm's start and the program's claim.
      return slurm.state == "RUNNING" ? "starting" : slurm.words
    }
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

  /// Reads how a cell that has begun stands from the end of its event file.
  init(_ cell: ExperimentCell, events path: String, isClaimed: Bool) {
    self.cell = cell
    state = isClaimed ? .running : .interrupted
    var tail = EventTail(path: path, last: 1 << 15)
    for event in tail.read() {
      updated = event.time
      switch event.kind {
      case .started(let start):
        attempt = start.attempt
        began = event.time
        message = nil
      case .step(let step): self.step = step
      case .evaluated(let evaluation): score = evaluation.score
      case .failed(let message): self.message = message
      case .paused, .resumed, .stopped, .cancelled, .finished, .saved, .masked, .unknown: break
      }
      guard isClaimed else {
        if case .failed = event.kind { state = .failed } else { state = .interrupted }
        continue
      }
      if case .paused = event.kind { state = .paused } else { state = .running }
    }
    if began == nil { began = Self.firstTime(path) }
  }

  /// Takes in what Slurm says of an unfinished cell.
  mutating func take(_ task: SlurmTask) {
    guard state != .finished else { return }
    slurm = task
    if task.isActive {
      // It will be gone on with, whatever has become of the last attempt.
      if state == .interrupted || state == .failed { state = .waiting }
    } else if state == .interrupted || state == .waiting {
      message = message ?? "Slurm: \(task.words)"
    }
  }

  /// The time of a file's first event, where the attempt's beginning lies too far back.
  private static func firstTime(_ path: String) -> Double? {
    guard let file = FileHandle(forReadingAtPath: path),
      let data = try? file.read(upToCount: 4096),
      let line = data.split(separator: UInt8(ascii: "\n")).first
    else { return nil }
    return try? JSONText.makeDecoder().decode(RunEvent.self, from: Data(line)).time
  }
}
