import Foundation
import Synchronization

/// Keeps what `squeue` says, asking at most every few seconds and on a thread of its own, so that
/// nobody waits for a controller that is slow or gone.
package final class SlurmMonitor: Sendable {
  private struct State {
    var queue: SlurmQueue?
    var isAsking = false
    var asked: ContinuousClock.Instant?
    var jobs: Set<Int> = []
  }

  private let state = Mutex(State())
  private static let interval = Duration.seconds(5)

  package init() {}

  /// The last answer; nil before the first.
  package func queue(of jobs: Set<Int>) -> SlurmQueue? {
    guard !jobs.isEmpty else { return nil }
    let (queue, mustAsk) = state.withLock { state in
      let isDue = state.asked.map { .now - $0 >= Self.interval } ?? true
      // A run that was submitted just now is not in the answer.
      let mustAsk = !state.isAsking && (isDue || !jobs.isSubset(of: state.jobs))
      if mustAsk {
        state.isAsking = true
        state.jobs = jobs
      }
      return (state.queue, mustAsk)
    }
    if mustAsk { ask(jobs) }
    return queue
  }

  private func ask(_ jobs: Set<Int>) {
    let thread = Thread { [self] in
      let queue = SlurmQueue.read(jobs)
      state.withLock { state in
        state.queue = queue
        state.asked = .now
        state.isAsking = false
      }
    }
    thread.start()
  }
}
