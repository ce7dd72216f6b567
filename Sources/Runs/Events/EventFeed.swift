import Experiments

/// The events of all cells of a run, merged by time.
///
/// Cells that begin later are found by themselves. Each event is given exactly once.
package struct EventFeed: Sendable {
  private let folder: RunFolder
  private var tails: [String: Follower] = [:]

  private struct Follower {
    var tail: EventTail
    /// The latest time so far: a clock that was set back must not turn a cell's events round.
    var latest = -Double.infinity
    /// Nothing comes behind the end of a cell.
    var isOver = false
  }

  package init(_ folder: RunFolder) { self.folder = folder }

  /// The events since the last call, by rising time, those of one cell always in their order.
  package mutating func read() -> [RunEvent] {
    var found: [(time: Double, event: RunEvent)] = []
    for cell in folder.begunCells {
      var follower = tails[cell] ?? Follower(tail: EventTail(path: folder.eventFile(of: cell)))
      if follower.isOver { continue }
      for event in follower.tail.read() {
        follower.latest = max(follower.latest, event.time)
        found.append((follower.latest, event))
        if case .finished = event.kind { follower.isOver = true }
      }
      tails[cell] = follower
    }
    return found.sorted {
      ($0.time, $0.event.cell, $0.event.sequence) < ($1.time, $1.event.cell, $1.event.sequence)
    }.map(\.event)
  }
}
