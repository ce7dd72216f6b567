import Experiments
import Foundation

extension RunFolder {
  /// Attempts at a cell that count against it.
  ///
  /// A failure counts, and so does an attempt that ran out of time without having saved anything:
  /// the next would come no further.
  package func failures(of cell: ExperimentCell.ID) -> Int {
    var tail = EventTail(path: eventFile(of: cell))
    var (count, hasSaved) = (0, false)
    for event in tail.read() {
      switch event.kind {
      case .started: hasSaved = false
      case .saved: hasSaved = true
      case .failed: count += 1
      case .stopped(let reason) where reason == StopSignals.timeIsUp && !hasSaved: count += 1
      default: break
      }
    }
    return count
  }

  /// Records that an attempt has failed whose process could not do so itself.
  ///
  /// - Throws: `RunError.claimed` where another process works on the cell.
  package func recordFailure(of cell: ExperimentCell.ID, _ message: String) throws(RunError) {
    let claim = try Claim.take(claim(of: cell), for: "the cell \(cell)")
    defer { claim.release() }
    guard !isFinished(cell) else { return }
    try EventWriter(cell: cell, path: eventFile(of: cell)).record(.failed(message: message))
  }
}
