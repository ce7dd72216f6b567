import Glibc
import Synchronization

/// Whether the system or a person has asked the process to save and end.
package enum StopSignals {
  private static let received = Atomic<Int32>(0)

  /// The name of the signal, such as `SIGTERM`; nil while there was none.
  package static var reason: String? {
    switch received.load(ordering: .relaxed) {
    case 0: nil
    case SIGINT: "SIGINT"
    case SIGTERM: "SIGTERM"
    case SIGUSR2: timeIsUp
    case let number: "signal \(number)"
    }
  }

  /// The reason by which Slurm says that the time limit of a job is near.
  package static let timeIsUp = "SIGUSR2"

  /// Turns SIGINT, SIGTERM and SIGUSR2 (which Slurm sends before a time limit) into a request from
  /// now on. A second one ends the process at once.
  package static func watch() {
    for number in [SIGINT, SIGTERM, SIGUSR2] {
      signal(number) { number in
        StopSignals.received.store(number, ordering: .relaxed)
        Glibc.signal(number, SIG_DFL)
      }
    }
  }
}
