import Experiments

/// What the events of a cell that is not finished say, taken one by one.
package struct CellProgress: Sendable, Hashable {
  /// 0 before the first.
  package private(set) var attempt = 0
  package private(set) var step: RunEvent.Step?
  /// Of the last evaluation.
  package private(set) var score: Double?
  package private(set) var message: String?
  /// When the present attempt began, and the last event: seconds since 1970.
  package internal(set) var began: Double?
  package private(set) var updated: Double?
  /// What the last event was, as far as it decides how the cell stands.
  package private(set) var isPaused = false
  package private(set) var hasFailed = false
  package private(set) var isCancelled = false

  package init() {}

  /// - Parameter shift: seconds that the clock here is ahead of the one that wrote the event.
  package mutating func take(_ event: RunEvent, shift: Double = 0) {
    updated = event.time + shift
    (isPaused, hasFailed, isCancelled) = (false, false, false)
    switch event.kind {
    case .started(let start):
      attempt = start.attempt
      began = event.time + shift
      message = nil
    case .step(let step): self.step = step
    case .evaluated(let evaluation): score = evaluation.score
    case .failed(let message):
      self.message = message
      hasFailed = true
    case .paused: isPaused = true
    case .cancelled: isCancelled = true
    case .resumed, .stopped, .finished, .saved, .masked, .unknown: break
    }
  }
}
