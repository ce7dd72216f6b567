import Foundation
import Glibc

/// A program on a terminal that this one plays: its keys come from here and its output goes here.
final class PseudoTerminal {
  private let master: Int32
  /// How much of the question after a frame the last bytes were.
  private var heard = 0
  private let process = Process()

  /// Starts a program on a terminal of a size.
  init(_ program: URL, _ arguments: [String], columns: Int, rows: Int) throws {
    var (master, slave) = (Int32(-1), Int32(-1))
    var size = winsize(
      ws_row: UInt16(rows), ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
    guard openpty(&master, &slave, nil, nil, &size) == 0 else {
      throw CommandError(
        "The system gives no pseudo-terminal: \(String(cString: strerror(errno))).")
    }
    self.master = master
    let handle = FileHandle(fileDescriptor: slave, closeOnDealloc: true)
    process.executableURL = program
    process.arguments = arguments
    var environment = ProcessInfo.processInfo.environment
    environment["TERM"] = "xterm-256color"
    environment["LC_ALL"] = "C.UTF-8"
    environment["NO_COLOR"] = nil
    // What a person's explorer remembers is not to be changed.
    environment["XDG_STATE_HOME"] = "/dev/null/state"
    process.environment = environment
    process.standardInput = handle
    process.standardOutput = handle
    process.standardError = FileHandle.nullDevice
    try process.run()
  }

  deinit {
    if process.isRunning {
      process.terminate()
      read(first: .milliseconds(500), silence: .milliseconds(20))
    }
    process.waitUntilExit()
    close(master)
  }

  func type(_ keys: String) {
    let bytes = Array(keys.utf8)
    _ = write(master, bytes, bytes.count)
  }

  /// Takes what the program writes until it has been silent for so long.
  ///
  /// - Parameter first: how long to wait for the first byte.
  /// - Returns: how many bytes came, and when the first of them did.
  @discardableResult
  func read(
    first: Duration, silence: Duration
  ) -> (bytes: Int, firstByte: ContinuousClock.Instant?) {
    var total = 0
    var firstByte: ContinuousClock.Instant?
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    var patience = first
    while true {
      var polled = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
      let milliseconds = Int32((patience / .milliseconds(1)).rounded(.up))
      guard poll(&polled, 1, milliseconds) > 0, polled.revents & Int16(POLLIN) != 0 else { break }
      let count = Glibc.read(master, &buffer, buffer.count)
      guard count > 0 else { break }
      if firstByte == nil { firstByte = .now }
      total += count
      answer(buffer.prefix(count))
      patience = silence
    }
    return (total, firstByte)
  }

  /// Answers the program's questions whether a frame has arrived, as terminals do.
  private func answer(_ bytes: some Sequence<UInt8>) {
    let question = Array("\u{1b}[5n".utf8)
    for byte in bytes {
      heard = byte == question[heard] ? heard + 1 : byte == question[0] ? 1 : 0
      guard heard == question.count else { continue }
      heard = 0
      type("\u{1b}[0n")
    }
  }
}
