import Foundation

/// A real `sshd` on a port of this machine, with keys of its own, that lets this user in.
final class SSHServer {
  struct Failure: Error, CustomStringConvertible { let description: String }

  let port: Int
  private let folder: TemporaryFolder
  private let process: ChildProcess

  private static let daemon = "/usr/sbin/sshd"
  static let client = "/usr/bin/ssh"
  /// The folder that `sshd` of root wants to exist.
  private static let emptyFolder = "/run/sshd"

  static let canRun =
    [daemon, client].allSatisfy(FileManager.default.isExecutableFile(atPath:))
    && (getuid() != 0 || makeEmptyFolder())

  private static func makeEmptyFolder() -> Bool {
    mkdir(emptyFolder, 0o755) == 0 || errno == EEXIST
  }

  init() throws {
    folder = try TemporaryFolder()
    for name in ["host", "user"] {
      try Self.run(
        "/usr/bin/ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", folder.path(name)])
    }
    // The system chooses a port that is free; nobody else takes it in the next milliseconds.
    let (socket, port) = try LoopbackSocket.listen()
    close(socket)
    self.port = port
    try """
    Port \(port)
    ListenAddress 127.0.0.1
    HostKey \(folder.path("host"))
    AuthorizedKeysFile \(folder.path("user.pub"))
    PidFile none
    UsePAM no
    StrictModes no
    PasswordAuthentication no
    PermitRootLogin yes
    PrintMotd no
    PrintLastLog no
    """.write(toFile: folder.path("config"), atomically: false, encoding: .utf8)
    process = try Self.start(
      Self.daemon, ["-D", "-f", folder.path("config"), "-E", folder.path("log")])
    let end = ContinuousClock.now + .seconds(10)
    while ContinuousClock.now < end {
      if let socket = try? LoopbackSocket.connect(to: port) {
        close(socket)
        return
      }
      usleep(20_000)
    }
    let log = (try? String(contentsOfFile: folder.path("log"), encoding: .utf8)) ?? ""
    throw Failure(description: "sshd does not answer: \(log)")
  }

  /// What to give `ssh` for running a command on a terminal there.
  ///
  /// - Parameter port: another than the server's own, such as that of a link to it.
  func arguments(port: Int? = nil, compressing: Bool = false, command: String) -> [String] {
    [
      "-tt", "-F", "none", "-p", "\(port ?? self.port)", "-i", folder.path("user"),
      "-o", "IdentitiesOnly=yes", "-o", "StrictHostKeyChecking=no",
      "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR",
      "-o", "Compression=\(compressing ? "yes" : "no")", "127.0.0.1", command,
    ]
  }

  private static func run(_ program: String, _ arguments: [String]) throws {
    try start(program, arguments).wait()
  }

  private static func start(_ program: String, _ arguments: [String]) throws -> ChildProcess {
    let null = open("/dev/null", O_RDWR | O_CLOEXEC)
    defer { close(null) }
    return try ChildProcess(
      program, arguments, environment: ProcessInfo.processInfo.environment, stream: null)
  }
}
