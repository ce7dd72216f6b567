import Dispatch
import Experiments
import Synchronization

/// Where the threads of cells and the driver's thread meet.
final class CellDesk: Sendable {
  private let ended = Mutex<[(cell: ExperimentCell, outcome: CellAttempt.Outcome)]>([])
  private let claims = Mutex<[ExperimentCell.ID: Claim]>([:])
  private let wakeUp = DispatchSemaphore(value: 0)

  /// Called by a cell's thread as the last thing it does.
  func finish(_ cell: ExperimentCell, _ outcome: CellAttempt.Outcome) {
    ended.withLock { $0.append((cell, outcome)) }
    wakeUp.signal()
  }

  /// What has ended since the last call.
  func takeEnded() -> [(cell: ExperimentCell, outcome: CellAttempt.Outcome)] {
    ended.withLock { ended in
      defer { ended = [] }
      return ended
    }
  }

  /// Returns when a cell ends, or the time is over.
  func wait(_ time: DispatchTimeInterval) { _ = wakeUp.wait(timeout: .now() + time) }

  /// Keeps a cell's claim where the driver renews it; nil when it is given back.
  func hold(_ claim: Claim?, of cell: ExperimentCell.ID) {
    claims.withLock { $0[cell] = claim }
  }

  /// Shows that the holders live; false where one has lost its claim.
  func renewClaims() -> Bool {
    let held = claims.withLock { Array($0.values) }
    return held.map { $0.renew() }.allSatisfy { $0 }
  }
}
