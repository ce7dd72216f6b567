import Foundation
import Glibc

extension StartedProcess {
  /// What a program has said, and how it has ended.
  package struct Answer: Sendable, Hashable {
    /// The exit status; nil where a signal has ended it.
    package var status: Int32?
    package var output = Data()
    package var errors = Data()
    /// Whether it said more than is kept.
    package var isCut = false
    /// Bytes of memory that it took at most.
    package var peakMemory = 0
  }

  /// Runs a program to its end.
  ///
  /// - Parameters:
  ///   - words: the program, looked for on the path, and its arguments.
  ///   - environment: variables beside those of this process; nil takes one of them away.
  ///   - seconds: after which it is ended; nil for never.
  ///   - limit: bytes that are kept of either stream.
  /// - Returns: nil where it had not ended in time.
  /// - Throws: `RunError.cannotStart`.
  package static func answer(
    of words: [String], environment: [String: String?] = [:], input: Stream = .nothing,
    errors: Stream = .pipe, seconds: Int?, limit: Int
  ) throws(RunError) -> Answer? {
    try StartedProcess(
      words, environment: environment, input: input, output: .pipe, errors: errors
    ).answer(seconds: seconds, limit: limit)
  }

  private func answer(seconds: Int?, limit: Int) -> Answer? {
    let deadline = seconds.map { ContinuousClock.now + .seconds($0) }
    var (text, complaints) = (Text(output, limit: limit), Text(errors, limit: limit))
    var pause: Int32 = 1
    while true {
      // Asked before it is read: what it has said before its end is in the pipes then, and what a
      // grandchild says later, who keeps them open, is not waited for.
      if let end = hasEnded() {
        while text.read() {}
        while complaints.read() {}
        return Answer(
          status: end.status, output: text.data, errors: complaints.data,
          isCut: text.isCut || complaints.isCut, peakMemory: end.peakMemory)
      }
      if let deadline, .now >= deadline {
        endAtOnce()
        return nil
      }
      _ = text.read()
      _ = complaints.read()
      var polled = [text, complaints].map {
        pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0)
      }
      // Between the end of what it says and its own there is next to no time.
      let isOpen = text.descriptor >= 0 || complaints.descriptor >= 0
      pause = min(2 * pause, 50)
      poll(&polled, nfds_t(polled.count), isOpen ? 50 : pause)
    }
  }

  /// What has come out of a pipe that does not block.
  private struct Text {
    /// -1 when there is no more.
    private(set) var descriptor: Int32
    private(set) var data = Data()
    private(set) var isCut = false
    private let limit: Int

    init(_ descriptor: Int32, limit: Int) {
      self.descriptor = descriptor
      self.limit = limit
    }

    /// Takes what has come, or a part of it.
    ///
    /// - Returns: whether there may be more.
    mutating func read() -> Bool {
      guard descriptor >= 0 else { return false }
      var buffer = [UInt8](repeating: 0, count: 1 << 16)
      let count = Glibc.read(descriptor, &buffer, buffer.count)
      if count == 0 || count < 0 && errno != EAGAIN && errno != EINTR { descriptor = -1 }
      guard count > 0 else { return false }
      let kept = min(count, limit - data.count)
      data.append(contentsOf: buffer[..<kept])
      isCut = isCut || kept < count
      return !isCut
    }
  }
}
