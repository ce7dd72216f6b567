import CProcesses
import Foundation

/// A program that this one has started, without a shell.
///
/// It gets the streams that it is given and no other of this program's descriptors, and signals
/// neither ignored nor kept back. It ends with this object at the latest.
package final class StartedProcess {
  /// What a standard stream of a program is.
  package enum Stream: Sendable, Hashable {
    /// Nothing to read, and nobody who reads.
    case nothing
    /// This program's own.
    case inherited
    /// A pipe to or from this program.
    case pipe
    /// A file that is appended to.
    case file(String)
  }

  /// How a program has ended.
  struct End: Sendable, Hashable {
    /// The exit status; nil where a signal has ended it.
    var status: Int32?
    /// Bytes of memory that it took at most.
    var peakMemory: Int
  }

  package let pid: pid_t
  /// This program's ends of the pipes, which do not block; -1 where there is none.
  let input: Int32
  let output: Int32
  let errors: Int32
  private var isInputOpen: Bool
  private var ended: End?

  /// Starts a program.
  ///
  /// - Parameters:
  ///   - words: the program, looked for on the path, and its arguments.
  ///   - environment: variables beside those of this process; nil takes one of them away.
  /// - Throws: `RunError.cannotStart`.
  init(
    _ words: [String], environment: [String: String?] = [:], input: Stream = .pipe,
    output: Stream = .pipe, errors: Stream = .pipe
  ) throws(RunError) {
    var ends = Ends()
    do {
      pid = try Self.start(
        words, environment: environment, streams: [input, output, errors], ends: &ends)
    } catch {
      ends.closeAll()
      throw error
    }
    ends.closeTheirs()
    (self.input, self.output, self.errors) = (ends.own[0], ends.own[1], ends.own[2])
    isInputOpen = ends.own[0] >= 0
    for end in ends.own where end >= 0 { _ = fcntl(end, F_SETFL, O_NONBLOCK) }
  }

  deinit {
    closeInput()
    for end in [output, errors] where end >= 0 { close(end) }
    if ended == nil {
      kill(pid, SIGKILL)
      _ = collect(waiting: true)
    }
  }

  func closeInput() {
    guard isInputOpen else { return }
    isInputOpen = false
    close(input)
  }

  /// Whether it has ended; then its end is known.
  func hasEnded() -> End? { ended ?? collect(waiting: false) }

  /// Waits for the end, and brings it about where it does not come within a second.
  ///
  /// - Returns: the exit status; nil where a signal has ended it.
  func end() -> Int32? {
    closeInput()
    for round in 0..<60 {
      if let end = hasEnded() { return end.status }
      if round == 30 { kill(pid, SIGTERM) }
      usleep(round < 10 ? 5_000 : 40_000)
    }
    return endAtOnce().status
  }

  /// Ends it where it has not ended yet.
  @discardableResult
  func endAtOnce() -> End {
    if let end = hasEnded() { return end }
    kill(pid, SIGKILL)
    return collect(waiting: true) ?? End(peakMemory: 0)
  }

  private func collect(waiting: Bool) -> End? {
    var (word, usage): (Int32, rusage) = (0, rusage())
    var found = wait4(pid, &word, waiting ? 0 : WNOHANG, &usage)
    while found < 0, errno == EINTR { found = wait4(pid, &word, waiting ? 0 : WNOHANG, &usage) }
    guard found == pid else { return nil }
    let end = End(
      status: word & 0x7f == 0 ? word >> 8 & 0xff : nil, peakMemory: usage.ru_maxrss * 1024)
    ended = end
    return end
  }
}

// MARK: Starting

extension StartedProcess {
  /// The ends of the pipes to a program's standard streams; -1 where there is none.
  private struct Ends {
    var own: [Int32] = [-1, -1, -1]
    var theirs: [Int32] = [-1, -1, -1]

    func closeTheirs() { for end in theirs where end >= 0 { close(end) } }

    func closeAll() {
      closeTheirs()
      for end in own where end >= 0 { close(end) }
    }
  }

  /// Starts a program that outlives this one and its terminal, in a session of its own.
  ///
  /// - Parameter log: the file that its output and its errors are appended to.
  /// - Returns: its number; who waits for its end has to collect it.
  /// - Throws: `RunError.cannotStart`.
  package static func startDetached(_ words: [String], log: String) throws(RunError) -> pid_t {
    // What is ignored stays so in the new program, and a closed terminal sends SIGHUP.
    let former = signal(SIGHUP, SIG_IGN)
    defer { signal(SIGHUP, former) }
    var ends = Ends()
    return try start(
      words, environment: [:], streams: [.nothing, .file(log), .file(log)], ends: &ends,
      isDetached: true)
  }

  private static func start(
    _ words: [String], environment: [String: String?], streams: [Stream], ends: inout Ends,
    isDetached: Bool = false
  ) throws(RunError) -> pid_t {
    let program = words.first ?? ""
    func failure(_ code: Int32) -> RunError {
      .cannotStart(program: program, reason: String(cString: strerror(code)))
    }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for (number, stream) in streams.enumerated() {
      let isInput = number == Int(STDIN_FILENO)
      switch stream {
      case .inherited: break
      case .nothing:
        posix_spawn_file_actions_addopen(
          &actions, Int32(number), "/dev/null", isInput ? O_RDONLY : O_WRONLY, 0)
      case .file(let path):
        posix_spawn_file_actions_addopen(
          &actions, Int32(number), path, O_WRONLY | O_CREAT | O_APPEND, 0o644)
      case .pipe:
        var pair: [Int32] = [0, 0]
        guard process_pipe(&pair) == 0 else { throw failure(errno) }
        (ends.own[number], ends.theirs[number]) = isInput ? (pair[1], pair[0]) : (pair[0], pair[1])
        posix_spawn_file_actions_adddup2(&actions, ends.theirs[number], Int32(number))
      }
    }
    process_close_from(&actions, STDERR_FILENO + 1)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    for signal in [SIGPIPE, SIGTERM, SIGINT, SIGQUIT, SIGXFSZ] + (isDetached ? [] : [SIGHUP]) {
      sigaddset(&signals, signal)
    }
    posix_spawnattr_setsigdefault(&attributes, &signals)
    posix_spawnattr_setflags(
      &attributes,
      Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK)
        | (isDetached ? process_new_session : 0))
    let variables = environment.reduce(into: ProcessInfo.processInfo.environment) {
      $0[$1.key] = $1.value
    }
    var arguments = words.map { strdup($0) } + [nil]
    var settings = variables.map { strdup("\($0)=\($1)") } + [nil]
    defer { for text in arguments + settings { free(text) } }
    var child = pid_t()
    let code = posix_spawnp(&child, program, &actions, &attributes, &arguments, &settings)
    guard code == 0 else { throw failure(code) }
    return child
  }
}
