import Foundation

/// Which process on which machine, told apart from a later one of the same number.
package struct ProcessIdentity: Sendable, Hashable, Codable {
  package var host: String
  package var pid: Int
  /// Changes when the machine starts anew; empty where the system does not tell.
  package var boot: String
  /// When the process began, in the system's ticks; 0 where the system does not tell.
  package var began: Int

  package static let current = ProcessIdentity(
    host: hostName, pid: Int(getpid()), boot: currentBoot,
    began: began(of: Int(getpid())) ?? 0)

  /// What a living process of this machine can be told from a dead one by; nil for another machine,
  /// of whose processes nothing can be known.
  package var isAlive: Bool? {
    guard host == Self.current.host else { return nil }
    guard boot == Self.current.boot else { return false }
    if kill(pid_t(pid), 0) != 0, errno == ESRCH { return false }
    // A number is given again when its process is gone, but not with the same beginning.
    return Self.began(of: pid).map { $0 == began } ?? false
  }

  /// The identity in a file's name.
  var tag: String {
    let host = String(host.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" })
    return "\(host)-\(pid)"
  }

  private static let hostName: String = {
    var buffer = [CChar](repeating: 0, count: 256)
    guard gethostname(&buffer, buffer.count - 1) == 0 else { return "localhost" }
    return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }()

  private static let currentBoot: String = {
    let text = try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8)
    return text?.trimmingCharacters(in: .whitespacesAndNewlines) ?? ""
  }()

  /// The 22nd field of `/proc/PID/stat`, counted behind the name, which may hold anything; nil for
  /// a process that is gone or only waits to be collected.
  private static func began(of pid: Int) -> Int? {
    guard let text = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
      let name = text.lastIndex(of: ")")
    else { return nil }
    let fields = text[text.index(after: name)...].split(separator: " ")
    guard fields.count > 19, fields[0] != "Z", fields[0] != "X" else { return nil }
    return Int(fields[19])
  }
}
