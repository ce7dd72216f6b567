import Dispatch
import Engine
import Synchronization

/// A thread that answers requests and skips those that a newer one has overtaken.
final class LatestRequest<Request: Sendable>: Sendable {
  private let waiting = Mutex<Request?>(nil)
  private let signal = DispatchSemaphore(value: 0)

  /// - Parameter answer: called on the thread, for one request at a time.
  init(name: String, _ answer: @escaping @Sendable (Request) -> Void) {
    WorkerThread.start(name: name) { [self] in
      while true {
        signal.wait()
        if let request = waiting.withLock({ $0.take() }) { answer(request) }
      }
    }
  }

  func submit(_ request: Request) {
    waiting.withLock { $0 = request }
    signal.signal()
  }
}
