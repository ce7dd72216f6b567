import Dispatch
import Engine
import Experiments
import Explorer
import Runs
import Synchronization

/// The thread that looks what has become of the runs, about once a second.
final class RunsWatcher: Sendable {
  private struct Wishes {
    var watch = RunsWatch()
    var isActive = true
  }

  private let sources: [any RunsSource & Sendable]
  private let post: @Sendable (RunsMessage) -> Void
  private let wishes = Mutex(Wishes())
  private let signal = DispatchSemaphore(value: 0)
  private let passed = DispatchSemaphore(value: 0)
  private let waiting = Atomic(0)

  private static let interval = DispatchTimeInterval.milliseconds(700)

  init(_ sources: [any RunsSource & Sendable], post: @escaping @Sendable (RunsMessage) -> Void) {
    self.sources = sources
    self.post = post
  }

  func start() {
    WorkerThread.start(name: "runs", niceness: 5) { [self] in
      var scanner = RunsScanner(sources)
      while true {
        let wishes = wishes.withLock { $0 }
        let waited = waiting.load(ordering: .acquiring)
        if wishes.isActive || waited > 0 {
          scanner.scan(wishes.watch, post)
          for _ in 0..<waited { passed.signal() }
          waiting.subtract(waited, ordering: .releasing)
        }
        if wishes.isActive {
          _ = signal.wait(timeout: .now() + Self.interval)
        } else {
          signal.wait()
        }
      }
    }
  }

  /// What is looked at closely from now on.
  func watch(_ watch: RunsWatch) {
    wishes.withLock { $0.watch = watch }
    signal.signal()
  }

  /// Whether anybody looks.
  var isActive: Bool {
    get { wishes.withLock { $0.isActive } }
    set {
      wishes.withLock { $0.isActive = newValue }
      signal.signal()
    }
  }

  /// Looks at once, and returns when that is done; not for the screen's thread.
  func lookAgain() {
    waiting.add(1, ordering: .acquiringAndReleasing)
    signal.signal()
    passed.wait()
  }
}
