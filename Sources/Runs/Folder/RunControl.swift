import Experiments
import Foundation

/// What other processes ask of a run: small files, each there or not.
///
/// Requests are states and not messages: asking twice is asking once, and nothing has to be
/// received in order.
package struct RunControl: Sendable, Hashable {
  let folder: String

  package var isPaused: Bool { has("pause") }
  package var isCancelled: Bool { has("cancel") }
  /// The niceness of the process, from 0 (as others) to 19 (after all others); nil where nobody has
  /// asked.
  package var niceness: Int? { number("priority").map { min(max($0, 0), 19) } }
  /// Threads to compute on; nil where nobody has asked.
  package var workers: Int? {
    number("workers").map { min(max($0, 1), ExperimentSpec.mostWorkers) }
  }

  package func pause() throws(RunError) { try write("pause", "") }

  package func resume() throws(RunError) { try remove("pause") }

  package func cancel() throws(RunError) { try write("cancel", "") }

  /// Takes a cancellation back, for who resumes a cancelled run.
  package func uncancel() throws(RunError) { try remove("cancel") }

  package func setNiceness(_ niceness: Int) throws(RunError) {
    try write("priority", String(niceness))
  }

  package func setWorkers(_ workers: Int) throws(RunError) {
    try write("workers", String(workers))
  }

  private func has(_ name: String) -> Bool { access("\(folder)/\(name)", F_OK) == 0 }

  private func number(_ name: String) -> Int? {
    let text = try? String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)
    return text.flatMap { Int($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
  }

  private func write(_ name: String, _ text: String) throws(RunError) {
    try AtomicFile.write(Data((text + "\n").utf8), to: "\(folder)/\(name)")
  }

  private func remove(_ name: String) throws(RunError) {
    guard unlink("\(folder)/\(name)") == 0 || errno == ENOENT else {
      throw AtomicFile.failure(at: "\(folder)/\(name)")
    }
  }
}
