import CProcesses
import Foundation

/// How many processors this process may use.
///
/// That may be less than the machine has: `taskset` and Slurm bind a process to some of them, and a
/// container is given a share of their time.
package enum ProcessorCount {
  package static let available: Int = {
    let online = ProcessInfo.processInfo.activeProcessorCount
    let allowed = Int(process_allowed_processors())
    let share = try? String(contentsOfFile: "/proc/self/cgroup", encoding: .utf8)
    return max(
      1,
      min(
        online, allowed > 0 ? allowed : online,
        share.flatMap { quota(membership: $0, mountedAt: "/sys/fs/cgroup") } ?? online))
  }()

  /// The processors whose time the control groups (version 2) of a process allow in all, rounded up,
  /// because a part of one is worth a thread.
  ///
  /// - Parameters:
  ///   - membership: the contents of `/proc/PID/cgroup`.
  ///   - root: where the groups are mounted.
  /// - Returns: nil where no group has a limit.
  static func quota(membership: String, mountedAt root: String) -> Int? {
    guard let line = membership.split(separator: "\n").first(where: { $0.hasPrefix("0::") })
    else { return nil }
    // The limits of the groups around it count, too.
    var groups = line.dropFirst(3).split(separator: "/")
    var least: Int?
    while true {
      let file = ([Substring(root)] + groups + ["cpu.max"]).joined(separator: "/")
      if let text = try? String(contentsOfFile: file, encoding: .utf8), let limit = quota(text) {
        least = min(least ?? limit, limit)
      }
      guard groups.popLast() != nil else { return least }
    }
  }

  /// Reads `cpu.max`: microseconds of processor time, or `max`, in a period of so many.
  private static func quota(_ text: String) -> Int? {
    let numbers = text.split(whereSeparator: \.isWhitespace).map { Int($0) }
    guard numbers.count == 2, let time = numbers[0], let period = numbers[1], time > 0, period > 0
    else { return nil }
    return (time - 1) / period + 1
  }
}
