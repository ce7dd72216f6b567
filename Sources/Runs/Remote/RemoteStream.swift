import Foundation

/// The lines of a program on another machine, read from its ssh.
struct RemoteStream {
  struct Line {
    /// nil where it is none of the language.
    var decoded: RemoteLine?
    var size: Int
  }

  enum Step {
    /// None where there was only a sign of life, or a wake.
    case lines([Line])
    case ended
    case failed(ConnectionEnd)
  }

  private let process: StartedProcess
  private var reader = LineReader()
  /// What is still to be said to the other side.
  private var pending: Data
  private var errors = Data()
  private var areErrorsOpen = true
  private var hadHello = false
  private var noise = 0
  private var lastHeard = ContinuousClock.now
  private var lastSaid = ContinuousClock.now

  private static let patience = Duration.seconds(30)
  /// How often the other side, which looks for it, gets a sign of life.
  private static let pulse = Duration.seconds(10)
  /// Bytes that a shell's profile may print before the program answers.
  private static let mostNoise = 1 << 20
  private static let mostErrors = 1 << 13

  init(_ process: StartedProcess, greeting: Data) {
    self.process = process
    pending = greeting + Data("\n".utf8)
  }

  /// Waits for what comes next.
  ///
  /// - Parameter wake: a descriptor that ends the waiting when it becomes readable.
  mutating func next(wake: Int32) -> Step {
    while true {
      let now = ContinuousClock.now
      if now - lastHeard > Self.patience { return .failed(.silence) }
      if now - lastSaid > Self.pulse, pending.isEmpty { pending = Data("\n".utf8) }
      var polled = [
        pollfd(fd: process.output, events: Int16(POLLIN), revents: 0),
        pollfd(fd: wake, events: Int16(POLLIN), revents: 0),
        pollfd(fd: areErrorsOpen ? process.errors : -1, events: Int16(POLLIN), revents: 0),
        pollfd(fd: pending.isEmpty ? -1 : process.input, events: Int16(POLLOUT), revents: 0),
      ]
      guard poll(&polled, nfds_t(polled.count), 1000) >= 0 || errno == EINTR else {
        return .ended
      }
      if polled[2].revents != 0 { takeErrors() }
      if polled[3].revents != 0 { say() }
      if polled[0].revents != 0 {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        let count = read(process.output, &buffer, buffer.count)
        if count == 0 || count < 0 && errno != EAGAIN && errno != EINTR { return .ended }
        if count > 0 {
          lastHeard = .now
          return take(buffer[..<count])
        }
      }
      if polled[1].revents != 0 { return .lines([]) }
    }
  }

  private mutating func take(_ bytes: some Collection<UInt8>) -> Step {
    if !hadHello { noise += bytes.count }
    var lines: [Line] = []
    for item in reader.take(bytes) {
      guard case .line(let text) = item else {
        if hadHello { lines.append(Line(size: 0)) }
        continue
      }
      let decoded = RemoteLine(text)
      if !hadHello {
        // A shell's profile may greet, too.
        guard case .hello = decoded else { continue }
        hadHello = true
      }
      lines.append(Line(decoded: decoded, size: text.count))
    }
    if hadHello, reader.isEndless { return .failed(.endlessLine) }
    return !hadHello && noise > Self.mostNoise ? .failed(.noise) : .lines(lines)
  }

  private mutating func say() {
    let count = pending.withUnsafeBytes { write(process.input, $0.baseAddress, $0.count) }
    if count > 0 {
      pending.removeFirst(count)
      lastSaid = .now
    } else if count < 0, errno != EAGAIN, errno != EINTR {
      // The end of its output says the rest.
      pending = Data()
      lastSaid = .now
    }
  }

  private mutating func takeErrors() {
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = read(process.errors, &buffer, buffer.count)
    if count > 0 {
      errors.append(contentsOf: buffer[..<count])
      errors = Data(errors.suffix(Self.mostErrors))
    } else if count == 0 || errno != EAGAIN && errno != EINTR {
      areErrorsOpen = false
    }
  }

  /// The end of what stands on standard error, when the program has ended.
  ///
  /// Its end is not waited for: a master process of ssh may keep it open.
  mutating func readErrors() -> String {
    while areErrorsOpen {
      let before = errors
      takeErrors()
      if errors == before { break }
    }
    return String(decoding: errors, as: UTF8.self)
  }
}
