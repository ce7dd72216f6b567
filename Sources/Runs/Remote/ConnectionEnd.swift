/// How a connection to another machine has ended, and whether trying again may help.
package struct ConnectionEnd: Error, Sendable, Hashable {
  /// One sentence without the host's name.
  package var reason: String
  /// The reason without its full stop, so that a sentence can go on with it.
  package var clause: String { Self.withoutStop(reason) }
  /// Whether waiting may be all that is needed.
  package var mayPass: Bool

  package init(_ reason: String, mayPass: Bool) {
    self.reason = reason
    self.mayPass = mayPass
  }

  /// Judges what ssh has left behind.
  ///
  /// - Parameters:
  ///   - status: the exit status; nil where a signal has ended it.
  ///   - errors: the end of its standard error.
  ///   - hadHello: whether the program there has answered.
  ///   - program: what the program there is called.
  ///   - version: of the program here.
  package init(
    status: Int32?, errors: String, hadHello: Bool, program: String, version: String
  ) {
    let lines = errors.split(whereSeparator: \.isNewline)
      .map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    // Later lines may only say how the program is used.
    let error = lines.last { $0.hasPrefix("Error: ") }
    let last = error.map { String($0.dropFirst(7)) } ?? lines.last
    if hadHello {
      self.init(
        last.map { "connection lost (\(Self.withoutStop(Self.cut($0))))" } ?? "connection lost",
        mayPass: true)
      return
    }
    switch status {
    case 255:
      let said = last.map { $0.hasPrefix("ssh: ") ? String($0.dropFirst(5)) : $0 }
      self.init(said.map { "ssh says: \(Self.cut($0))" } ?? "ssh cannot connect", mayPass: true)
    case 127, 126:
      self.init(
        "there is no \(program) on the PATH that ssh has there "
          + "(\(Self.withoutStop(Self.cut(last ?? "no answer")))); "
          + "copy the program's folder there, or say where it is with --remote-program",
        mayPass: false)
    case 1, 2, 64:
      if let last, error != nil {
        let isOld = last.contains("Unknown option") || last.contains("Unexpected argument")
        self.init(
          isOld
            ? "the sparsescope there is too old to be watched from \(version); update it there"
            : Self.cut(last), mayPass: false)
      } else {
        fallthrough
      }
    default:
      let how = status.map { "ended with status \($0)" } ?? "was ended by a signal"
      self.init("ssh \(how)" + (last.map { ": \(Self.cut($0))" } ?? ""), mayPass: true)
    }
  }

  /// The other program does not speak this one's language.
  package static func otherProtocol(
    _ hello: RemoteLine.Hello, version: String
  ) -> ConnectionEnd {
    let there = "sparsescope \(hello.version) there (protocol \(hello.protocol))"
    let here = "\(version) here (protocol \(RemoteLine.protocolNumber))"
    let older = hello.protocol < RemoteLine.protocolNumber ? "the one there" : "this one"
    return ConnectionEnd(
      "\(there) and \(here) do not understand each other; update \(older)", mayPass: false)
  }

  package static let noise = ConnectionEnd(
    "what the shell there prints does not end and hides the program's answer; let its profile print "
      + "nothing where there is no terminal", mayPass: false)

  package static let endlessLine = ConnectionEnd(
    "what the program there sends is a line without an end", mayPass: true)

  package static let silence = ConnectionEnd("no sign of life for 30 s", mayPass: true)

  private static func cut(_ text: String) -> String {
    text.count > 200 ? text.prefix(199) + "…" : text
  }

  private static func withoutStop(_ text: String) -> String {
    text.hasSuffix(".") ? String(text.dropLast()) : text
  }
}

/// When to try again: soon at first, then seldom.
package struct RetryPlan: Sendable, Hashable {
  private static let delays = [1, 2, 5, 10, 30]
  private var failures = 0

  package init() {}

  /// Seconds until the next try.
  package mutating func next() -> Int {
    defer { failures += 1 }
    return Self.delays[min(failures, Self.delays.count - 1)]
  }

  /// The connection stands, or a person asks for it.
  package mutating func reset() { failures = 0 }
}
