import Explorer
import Glibc
import Synchronization

/// Carries messages from the program's other threads to the one that owns the screen.
///
/// A pipe wakes that thread's poll(2). Results are never lost; of what only tells how far something
/// is, only the latest is kept.
final class MessageQueue<Message: Sendable>: Sendable {
  private let messages = Mutex<[Message]>([])
  private let pipe: (read: Int32, write: Int32)
  private let replaces: @Sendable (_ new: Message, _ last: Message) -> Bool

  /// - Parameter replaces: whether a message makes the one before it worthless.
  init(replacing replaces: @escaping @Sendable (_ new: Message, _ last: Message) -> Bool) {
    self.replaces = replaces
    var ends: [Int32] = [0, 0]
    let status = Glibc.pipe(&ends)
    precondition(status == 0, "the system gives no pipe: \(String(cString: strerror(errno)))")
    for end in ends { _ = fcntl(end, F_SETFL, O_NONBLOCK) }
    pipe = (ends[0], ends[1])
  }

  deinit {
    close(pipe.read)
    close(pipe.write)
  }

  /// Becomes readable when there are messages.
  var fileDescriptor: Int32 { pipe.read }

  func post(_ message: Message) {
    let wasEmpty = messages.withLock { messages in
      let wasEmpty = messages.isEmpty
      if let last = messages.last, replaces(message, last) { messages.removeLast() }
      messages.append(message)
      return wasEmpty
    }
    if wasEmpty {
      var byte: UInt8 = 1
      _ = write(pipe.write, &byte, 1)
    }
  }

  /// Everything that has come since the last call.
  func drain() -> [Message] {
    var bytes = [UInt8](repeating: 0, count: 16)
    while read(pipe.read, &bytes, bytes.count) > 0 {}
    return messages.withLock { messages in
      defer { messages.removeAll() }
      return messages
    }
  }
}

extension MessageQueue<Explorer.Message> {
  convenience init() {
    self.init { new, last in
      new.progressTask.map { $0 == last.progressTask } ?? false
    }
  }
}

extension MessageQueue<RunsMessage> {
  convenience init() {
    self.init { new, last in
      switch (new, last) {
      case (.runs, .runs): true
      case (.detail(let new), .detail(let last)): new.run == last.run
      default: false
      }
    }
  }
}

extension Explorer.Message {
  /// The task that this message tells the progress of, which a later such message makes worthless;
  /// nil for all others.
  fileprivate var progressTask: Int? {
    if case .engine(_, _, let task) = self { task } else { nil }
  }
}
