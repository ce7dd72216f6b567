import Foundation
import Synchronization

/// What Slurm's accounting knows of jobs that its controller has forgotten, on clusters that keep one.
enum SlurmAccounting {
  private struct State {
    /// By job; empty where accounting does not know it. What has ended does not change.
    var known: [Int: String] = [:]
    /// Until then nobody is asked, because there is no accounting or it does not answer.
    var rest: ContinuousClock.Instant?
  }

  private static let state = Mutex(State())
  private static let patience = 3
  private static let longestRest = Duration.seconds(300)

  /// The jobs' tasks as lines that `SlurmQueue` reads; nothing where nothing is known.
  static func lines(of jobs: Set<Int>) -> String {
    let (unknown, isAtRest) = state.withLock { state in
      (jobs.filter { state.known[$0] == nil }, state.rest.map { .now < $0 } ?? false)
    }
    if !unknown.isEmpty, !isAtRest { ask(unknown) }
    return state.withLock { state in jobs.compactMap { state.known[$0] }.joined() }
  }

  private static func ask(_ jobs: Set<Int>) {
    let numbers = jobs.sorted().map(String.init).joined(separator: ",")
    let answer = try? SlurmCommand.answer(
      "sacct",
      [
        "--noheader", "--parsable2", "--allocations", "--format=JobID,State,JobName",
        "--jobs=\(numbers)",
      ], seconds: patience,
      environment: ["SLURM_BITSTR_LEN": "0", "SACCT_FORMAT": nil])
    state.withLock { state in
      guard let answer else {
        state.rest = .now + longestRest
        return
      }
      for job in jobs { state.known[job] = "" }
      for line in answer.split(whereSeparator: \.isNewline) {
        guard let (job, text) = converted(line) else { continue }
        state.known[job, default: ""] += text
      }
    }
  }

  /// Turns `JOB_TASKS|STATE by USER|NAME` into what `squeue` would have said.
  ///
  /// - Returns: nil for what has not ended: of that the controller knows, or nobody.
  static func converted(_ line: Substring) -> (job: Int, text: String)? {
    let fields = line.split(separator: "|", maxSplits: 2, omittingEmptySubsequences: false)
    guard fields.count == 3, let job = Int(fields[0].prefix { $0.isNumber }) else { return nil }
    let state = String(fields[1].prefix { $0 != " " })
    guard !SlurmTask(job: job, index: 0, state: state, reason: "").isActive else { return nil }
    return (job, "\(fields[0])|\(state)|None|\(fields[2])\n")
  }
}
