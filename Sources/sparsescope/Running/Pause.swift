import Foundation

/// Waiting while others may lose interest: nobody reads what is written any more, or, where that is
/// agreed on, standard input is closed.
struct Pause {
  /// Whether standard input is listened to.
  var listens = false
  private var hasHeard = false

  init(listens: Bool = false) { self.listens = listens }

  /// Bytes of standard input that came while waiting; what they say does not matter.
  private static let most = 4096

  /// - Returns: false where there is nobody left.
  mutating func wait(milliseconds: Int) -> Bool {
    let end = ContinuousClock.now + .milliseconds(milliseconds)
    while true {
      let left = max(.zero, end - .now)
      var polled = [
        // Without events: only the reader's end is told.
        pollfd(fd: STDOUT_FILENO, events: 0, revents: 0),
        pollfd(fd: listens ? STDIN_FILENO : -1, events: Int16(POLLIN), revents: 0),
      ]
      let count = poll(&polled, 2, Int32((left / .milliseconds(1)).rounded(.up)))
      if count == 0 { return true }
      if count < 0, errno != EINTR { return true }
      if polled[0].revents & Int16(POLLERR | POLLHUP) != 0 { return false }
      if polled[0].revents != 0 { usleep(UInt32(left / .microseconds(1))) }
      guard polled[1].revents != 0 else { continue }
      var bytes = [UInt8](repeating: 0, count: Self.most)
      let read = read(STDIN_FILENO, &bytes, bytes.count)
      if read == 0 || read < 0 && errno != EINTR && errno != EAGAIN { return false }
      hasHeard = true
    }
  }

  /// Whether standard input has said anything since the last call.
  mutating func takeHeard() -> Bool {
    defer { hasHeard = false }
    return hasHeard
  }
}
