import Foundation

/// A terminal that this process plays for a program: it types, answers the questions that terminals
/// answer, and keeps what was written.
final class TerminalEmulator {
  private let master: Int32
  private let process: ChildProcess
  private(set) var output: [UInt8] = []
  /// When bytes last came.
  private(set) var lastOutput = ContinuousClock.now
  /// How many frames have asked whether they have arrived.
  private(set) var questions = 0
  private var heard = 0
  private static let question = Array("\u{1b}[5n".utf8)

  init(
    _ program: String, _ arguments: [String], columns: Int = 80, rows: Int = 24,
    environment: [String: String] = [:]
  ) throws {
    var (master, slave) = (Int32(-1), Int32(-1))
    var size = winsize(
      ws_row: UInt16(rows), ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
    guard openpty(&master, &slave, nil, nil, &size) == 0 else {
      throw TerminalSession.Failure(description: "the system gives no pseudo-terminal")
    }
    self.master = master
    for end in [master, slave] { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    defer { close(slave) }
    process = try ChildProcess(
      program, arguments,
      environment: ProcessInfo.processInfo.environment
        .merging(["TERM": "xterm-256color", "LC_ALL": "C.UTF-8"]) { $1 }
        .merging(environment) { $1 }, stream: slave)
  }

  deinit { close(master) }

  var isRunning: Bool { process.isRunning }

  func type(_ text: String) {
    let bytes = Array(text.utf8)
    _ = write(master, bytes, bytes.count)
  }

  /// Cuts the connection as a laptop that is closed does.
  func cut() { kill(process.id, SIGKILL) }

  /// Takes what comes for so long, and answers.
  func listen(for time: Duration) {
    let end = ContinuousClock.now + time
    repeat { listenOnce(until: end) } while ContinuousClock.now < end
  }

  /// Listens until a condition holds.
  ///
  /// - Returns: whether it did before the time was over.
  @discardableResult
  func listen(atMost time: Duration, until isDone: () -> Bool) -> Bool {
    let end = ContinuousClock.now + time
    while !isDone() {
      guard ContinuousClock.now < end else { return false }
      listenOnce(until: min(end, .now + .milliseconds(20)))
    }
    return true
  }

  /// Listens until nothing has come for so long.
  func listen(untilSilentFor silence: Duration, atMost time: Duration) {
    lastOutput = .now
    listen(atMost: time) { ContinuousClock.now - self.lastOutput > silence }
  }

  /// What was written since a place in `output`, without control sequences.
  func text(since start: Int = 0) -> String {
    String(decoding: output[start...], as: UTF8.self)
      .replacing(/\u{1b}\[[0-9;?<$]*[A-Za-z]|\u{1b}[()][A-Z0-9]|\u{1b}[=>78]/, with: "")
  }

  private func listenOnce(until end: ContinuousClock.Instant) {
    var polled = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
    let milliseconds = Int32(max(0, (end - .now) / .milliseconds(1)).rounded(.up))
    guard poll(&polled, 1, milliseconds) > 0 else { return }
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    let count = polled.revents & Int16(POLLIN) != 0 ? read(master, &buffer, buffer.count) : 0
    guard count > 0 else {
      usleep(5000)
      return
    }
    lastOutput = .now
    output += buffer.prefix(count)
    for byte in buffer.prefix(count) {
      heard = byte == Self.question[heard] ? heard + 1 : byte == Self.question[0] ? 1 : 0
      guard heard == Self.question.count else { continue }
      heard = 0
      questions += 1
      type("\u{1b}[0n")
    }
  }
}
