import Synchronization

/// What is asked of the cells that are being run; written by the driver, read at every step.
final class RunRequests: Sendable {
  enum Stop: Sendable, Hashable {
    /// Save and leave: the process is to end.
    case ended(reason: String)
    /// Leave: nobody wants the rest.
    case cancelled
    /// Leave without saving: nothing can be written any more. The reason is a sentence.
    case halted(reason: String)
  }

  private let paused = Atomic(false)
  private let isStopping = Atomic(false)
  private let stopping = Mutex<Stop?>(nil)
  private let threads = Atomic(0)

  var isPaused: Bool {
    get { paused.load(ordering: .relaxed) }
    set { paused.store(newValue, ordering: .relaxed) }
  }

  /// nil while the cells are to go on.
  var stop: Stop? {
    // Asked after every step, so the usual answer takes no lock.
    isStopping.load(ordering: .relaxed) ? stopping.withLock { $0 } : nil
  }

  /// The first reason to stop counts.
  func request(_ stop: Stop) {
    stopping.withLock { $0 = $0 ?? stop }
    isStopping.store(true, ordering: .relaxed)
  }

  /// Threads to compute on; nil where nobody has asked.
  var workers: Int? {
    get {
      let count = threads.load(ordering: .relaxed)
      return count > 0 ? count : nil
    }
    set { threads.store(newValue ?? 0, ordering: .relaxed) }
  }
}
