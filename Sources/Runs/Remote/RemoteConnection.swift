import Foundation
import Synchronization

/// Keeps up with another machine's runs, and comes back to them when the connection is lost.
///
/// A thread of its own runs ssh and reads its lines; it ends only with `stop`.
package final class RemoteConnection: Sendable {
  package enum State: Sendable, Hashable {
    case connecting
    /// It has answered and tells what there is.
    case reading
    case current
    /// Lost; seconds since 1970 at which it will be tried again.
    case waiting(reason: String, until: Double)
    /// It will not be tried again unless a person asks for it.
    case failed(reason: String)
  }

  package let program: RemoteProgram
  private let version: String
  /// Called on the connection's thread: the lines that have come, after they have been taken, and
  /// with none of them when the state alone has changed.
  private let told: @Sendable ([RemoteLine]) -> Void

  private struct Shared {
    var state = State.connecting
    var runs = RemoteRuns()
    /// Seconds since 1970 of the last sign of life; nil before the first.
    var lastHeard: Double?
    var child: pid_t?
    var isStopped = false
  }

  private let shared = Mutex(Shared())
  private let wake: (read: Int32, write: Int32)

  package init(
    _ program: RemoteProgram, version: String,
    told: @escaping @Sendable ([RemoteLine]) -> Void = { _ in }
  ) {
    self.program = program
    self.version = version
    self.told = told
    var ends: [Int32] = [0, 0]
    let status = pipe(&ends)
    precondition(status == 0, "the system gives no pipe: \(String(cString: strerror(errno)))")
    for end in ends {
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
    }
    wake = (ends[0], ends[1])
  }

  deinit {
    close(wake.read)
    close(wake.write)
  }

  package var state: State { shared.withLock { $0.state } }

  package var lastHeard: Double? { shared.withLock { $0.lastHeard } }

  /// What is known; it may be changed only by taking what has changed.
  package func withRuns<Result: Sendable>(
    _ body: @Sendable (inout RemoteRuns) -> Result
  ) -> Result {
    shared.withLock { body(&$0.runs) }
  }

  package func start() {
    let thread = Thread { [self] in keepConnected() }
    thread.name = "ssh"
    // Nested JSON is read by recursion.
    thread.stackSize = 16 << 20
    thread.start()
  }

  /// Tries again at once, if the connection is lost.
  package func retryNow() { signal() }

  /// Ends the connection for good.
  package func stop() {
    shared.withLock { shared in
      shared.isStopped = true
      if let child = shared.child { kill(child, SIGTERM) }
    }
    signal()
  }

  private func signal() {
    var byte: UInt8 = 1
    _ = write(wake.write, &byte, 1)
  }

  private var isStopped: Bool { shared.withLock { $0.isStopped } }

  private func set(_ state: State) {
    shared.withLock { $0.state = state }
    told([])
  }

  // MARK: Connecting

  private func keepConnected() {
    var plan = RetryPlan()
    while !isStopped {
      set(.connecting)
      let end = connect(&plan)
      if isStopped { return }
      let seconds = end.mayPass ? plan.next() : nil
      if let seconds {
        let until = Date().timeIntervalSince1970 + Double(seconds)
        set(.waiting(reason: end.clause, until: until))
      } else {
        set(.failed(reason: end.clause))
      }
      if wait(seconds: seconds) { plan.reset() }
    }
  }

  /// - Returns: whether it was woken before the time was over.
  private func wait(seconds: Int?) -> Bool {
    var polled = pollfd(fd: wake.read, events: Int16(POLLIN), revents: 0)
    let isWoken = poll(&polled, 1, seconds.map { Int32($0 * 1000) } ?? -1) > 0
    drainWake()
    return isWoken
  }

  private func drainWake() {
    var bytes = [UInt8](repeating: 0, count: 16)
    while read(wake.read, &bytes, bytes.count) > 0 {}
  }

  private func connect(_ plan: inout RetryPlan) -> ConnectionEnd {
    let process: StartedProcess
    var stream: RemoteStream
    do {
      process = try StartedProcess(program.arguments)
      let cursor = shared.withLock { shared in
        shared.runs.reconnect()
        shared.child = process.pid
        return shared.runs.cursor
      }
      stream = RemoteStream(process, greeting: try cursor.encoded())
    } catch {
      return ConnectionEnd("\(error)", mayPass: false)
    }
    if isStopped { kill(process.pid, SIGTERM) }
    var hadHello = false
    var reason: ConnectionEnd?
    reading: while !isStopped {
      switch stream.next(wake: wake.read) {
      case .lines(let lines):
        drainWake()
        if let hello = take(lines) {
          hadHello = true
          if hello.protocol != RemoteLine.protocolNumber {
            reason = .otherProtocol(hello, version: version)
            break reading
          }
        }
        // One that answers and then breaks each time is not to be tried again every second.
        if state == .current { plan.reset() }
      case .ended: break reading
      case .failed(let end):
        reason = end
        break reading
      }
    }
    // A program that is to be given up need not be waited for.
    if reason != nil || isStopped { kill(process.pid, SIGTERM) }
    let status = process.end()
    shared.withLock { $0.child = nil }
    return reason
      ?? ConnectionEnd(
        status: status, errors: stream.readErrors(), hadHello: hadHello, program: program.program,
        version: version)
  }

  /// - Returns: the greeting, if it is among them.
  private func take(_ lines: [RemoteStream.Line]) -> RemoteLine.Hello? {
    guard !lines.isEmpty else { return nil }
    var greeting: RemoteLine.Hello?
    shared.withLock { shared in
      shared.lastHeard = Date().timeIntervalSince1970
      for line in lines {
        guard let decoded = line.decoded else {
          shared.runs.takeStrangeLine()
          continue
        }
        if case .hello(let hello) = decoded { greeting = hello }
        shared.runs.take(decoded, size: line.size)
      }
      shared.state = shared.runs.isCurrent ? .current : .reading
    }
    told(lines.compactMap(\.decoded))
    return greeting
  }
}
