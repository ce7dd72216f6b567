import Foundation
import Synchronization

/// How fast dense and packed weights are here: measured once for each shape, and kept.
///
/// A shape costs less than 50 ms, on the thread that asks first. The same file gives the same
/// choice, because what it holds is never measured again by the same program on the same processor.
package final class KernelCalibration: Sendable {
  private struct Entry: Codable, Sendable {
    var problem: KernelProblem
    var times: KernelTimes
  }

  private struct File: Codable, Sendable {
    var machine: String
    var entries: [Entry]
  }

  private let path: String?
  private let machine: String
  /// nil before the file has been read.
  private let known = Mutex<[KernelProblem: KernelTimes]?>(nil)

  /// - Parameters:
  ///   - path: the file that keeps what is measured; nil keeps it for the process alone.
  ///   - machine: processor, kernels and program: another text makes what the file holds void.
  package init(path: String?, machine: String) {
    self.path = path
    self.machine = machine
  }

  /// What the products of a shape take; BLAS must be loaded.
  func times(of problem: KernelProblem) -> KernelTimes {
    known.withLock { known in
      var entries = known ?? read()
      defer { known = entries }
      if let times = entries[problem] { return times }
      let times = problem.measure()
      entries[problem] = times
      write(entries)
      return times
    }
  }

  private func read() -> [KernelProblem: KernelTimes] {
    guard let path, let data = FileManager.default.contents(atPath: path),
      let file = try? JSONDecoder().decode(File.self, from: data), file.machine == machine
    else { return [:] }
    let plausible = file.entries.filter(\.times.arePlausible)
    return Dictionary(
      plausible.map { ($0.problem, $0.times) }, uniquingKeysWith: { first, _ in first })
  }

  /// Adds to the file what it does not hold yet: what another process has measured meanwhile stays.
  /// Where it cannot be written, the next process measures again.
  private func write(_ entries: [KernelProblem: KernelTimes]) {
    guard let path else { return }
    let all = read().merging(entries, uniquingKeysWith: { written, _ in written })
    let sorted = all.sorted {
      ($0.key.shape, $0.key.tokens, $0.key.forTraining ? 1 : 0)
        < ($1.key.shape, $1.key.tokens, $1.key.forTraining ? 1 : 0)
    }
    let file = File(
      machine: machine, entries: sorted.map { Entry(problem: $0.key, times: $0.value) })
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let url = URL(fileURLWithPath: path)
    try? FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try? encoder.encode(file).write(to: url, options: .atomic)
  }
}
