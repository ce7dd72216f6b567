import Foundation

/// An ssh server of the test's own on the loopback address, with keys, configuration and runs in a
/// folder that goes away with it.
final class SecureShell {
  struct Failure: Error, CustomStringConvertible { let description: String }

  private let folder = try! TemporaryFolder()
  private var server = pid_t()
  private(set) var port = 0

  private static let program = "/usr/sbin/sshd"
  static let client = "/usr/bin/ssh"

  static let canRun =
    [program, client].allSatisfy(FileManager.default.isExecutableFile(atPath:))

  /// Where the programs that it starts keep their runs.
  var data: String { folder.path("data") }

  /// The command that connects to it, whatever the host is called.
  var command: String { "ssh -F \(folder.path("config"))" }

  /// What to give `client` for running a command on a terminal there.
  ///
  /// - Parameter port: another than the server's own, such as that of a link to it.
  func arguments(port: Int? = nil, compressing: Bool = false, command: String) -> [String] {
    [
      "-tt", "-F", folder.path("config"), "-p", "\(port ?? self.port)",
      // A link to the server has another port than the one that is known.
      "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null",
      "-o", "LogLevel=ERROR", "-o", "Compression=\(compressing ? "yes" : "no")", "127.0.0.1",
      command,
    ]
  }

  init() throws {
    for name in ["host", "user"] {
      try Self.run("/usr/bin/ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder.path(name))
    }
    // As root it wants a folder that packages make only when the service starts.
    if getuid() == 0 { mkdir("/run/sshd", 0o755) }
    // A port may be taken by another between the choice and the start.
    for _ in 0..<5 {
      port = try Self.freePort()
      try writeConfigurations()
      if try start() { return }
    }
    throw Failure(description: "sshd does not start: \(log)")
  }

  deinit { stop() }

  func stop() {
    guard server > 0 else { return }
    kill(server, SIGTERM)
    waitpid(server, nil, 0)
    server = 0
  }

  private var log: String {
    (try? String(contentsOfFile: folder.path("log"), encoding: .utf8)) ?? ""
  }

  private func writeConfigurations() throws {
    let key = try String(contentsOfFile: folder.path("user.pub"), encoding: .utf8)
    let hostKey = try String(contentsOfFile: folder.path("host.pub"), encoding: .utf8)
    let files = [
      "authorized": key, "known": "[127.0.0.1]:\(port) \(hostKey)",
      "sshd_config": """
      ListenAddress 127.0.0.1:\(port)
      HostKey \(folder.path("host"))
      AuthorizedKeysFile \(folder.path("authorized"))
      PidFile none
      StrictModes no
      UsePAM no
      PasswordAuthentication no
      KbdInteractiveAuthentication no
      PermitRootLogin prohibit-password
      SetEnv XDG_DATA_HOME=\(data)

      """,
      "config": """
      Host *
        HostName 127.0.0.1
        Port \(port)
        IdentityFile \(folder.path("user"))
        IdentitiesOnly yes
        IdentityAgent none
        GlobalKnownHostsFile none
        UserKnownHostsFile \(folder.path("known"))

      """,
    ]
    for (name, text) in files {
      try text.write(toFile: folder.path(name), atomically: true, encoding: .utf8)
    }
  }

  /// - Returns: whether it listens.
  private func start() throws -> Bool {
    let words = [
      Self.program, "-D", "-f", folder.path("sshd_config"), "-E", folder.path("log"),
    ]
    server = try Self.spawn(words)
    for _ in 0..<500 {
      if log.contains("Server listening") { return true }
      if waitpid(server, nil, WNOHANG) == server { break }
      usleep(10_000)
    }
    server = 0
    return false
  }

  private static func spawn(_ words: [String]) throws -> pid_t {
    var arguments = words.map { strdup($0) } + [nil]
    defer { for argument in arguments { free(argument) } }
    var child = pid_t()
    let code = posix_spawn(&child, words[0], nil, nil, &arguments, environ)
    guard code == 0 else { throw Failure(description: String(cString: strerror(code))) }
    return child
  }

  private static func run(_ words: String...) throws {
    var status: Int32 = 0
    waitpid(try spawn(words), &status, 0)
    guard status == 0 else { throw Failure(description: "\(words) ended with \(status)") }
  }

  /// A port of the loopback address that nothing listens on.
  private static func freePort() throws -> Int {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
      }
    }
    guard isBound else { throw Failure(description: "no port is free") }
    return Int(UInt16(bigEndian: address.sin_port))
  }
}
