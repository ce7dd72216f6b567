import Foundation
import Runs

/// The side of `sparsescope watch` that is on the machine with the runs: lines on standard output,
/// for as long as somebody listens.
struct StateServer {
  private let place: RunsPlace
  private let readsCursor: Bool
  private let follows: Bool

  /// Milliseconds between two looks at the folders.
  private static let interval = 400
  private static let pulse = Duration.seconds(10)
  /// The reader says something every ten seconds; without that, its connection is dead.
  private static let patience = Duration.seconds(90)
  private static let longestCursor = 64 << 20

  /// - Parameter readsCursor: whether standard input begins with what the reader has, and its end is
  ///   the end of this program.
  init(_ place: RunsPlace, readsCursor: Bool, follows: Bool) {
    self.place = place
    self.readsCursor = readsCursor
    self.follows = follows
  }

  func run() throws {
    // Before the cursor is there, so that the reader knows soon whom it talks to. The empty line
    // ends what a shell's profile may have left unfinished.
    var text = Data("\n".utf8)
    try add(.hello(RemoteLine.Hello(version: Version.text, folder: place.folder)), to: &text)
    try StandardOutput.write(text)
    var feed = StateFeed(place, after: try readsCursor ? readCursor() : RemoteCursor())
    var pause = Pause(listens: readsCursor)
    var lastWrite = ContinuousClock.now
    var lastHeard = ContinuousClock.now
    while true {
      text = Data()
      var hasWritten = false
      try feed.read { line in
        try add(line, to: &text)
        hasWritten = true
        if text.count > 1 << 16 {
          try StandardOutput.write(text)
          text = Data()
        }
      }
      if hasWritten {
        lastWrite = .now
      } else if .now - lastWrite > Self.pulse {
        try add(.alive(time: Date().timeIntervalSince1970), to: &text)
        lastWrite = .now
      }
      if !text.isEmpty { try StandardOutput.write(text) }
      guard follows, pause.wait(milliseconds: Self.interval) else { return }
      if pause.takeHeard() { lastHeard = .now }
      if readsCursor, .now - lastHeard > Self.patience { return }
    }
  }

  private func add(_ line: RemoteLine, to text: inout Data) throws {
    text += try line.encoded()
    text.append(UInt8(ascii: "\n"))
  }

  private func readCursor() throws -> RemoteCursor {
    var line = Data()
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while line.last != UInt8(ascii: "\n") {
      let count = read(STDIN_FILENO, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { break }
      line.append(contentsOf: buffer[..<count])
      guard line.count <= Self.longestCursor else {
        throw CommandError("Standard input says more than a reader can have.")
      }
    }
    return try RemoteCursor(line)
  }
}
