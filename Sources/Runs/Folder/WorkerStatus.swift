import Experiments
import Foundation

/// How the process at work is doing: the contents of `worker.json`, written anew every few seconds.
package struct WorkerStatus: Sendable, Hashable, Codable {
  package var process: ProcessIdentity
  /// Seconds since 1970, UTC.
  package var started: Double
  package var heartbeat: Double
  /// The cells that are being run.
  package var cells: [ExperimentCell.ID]
  package var isPaused: Bool
}

extension RunFolder {
  package func write(_ status: WorkerStatus) throws(RunError) {
    try AtomicFile.write(json: status, to: "\(path)/worker.json")
  }

  /// What the last process said; it may be gone.
  package var workerStatus: WorkerStatus? {
    try? JSONText.read(WorkerStatus.self, at: "\(path)/worker.json")
  }
}
