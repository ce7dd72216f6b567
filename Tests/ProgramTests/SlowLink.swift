import Foundation
import Synchronization

/// A link between a port of this machine and another that is as slow as it is told to be.
///
/// Each direction sends so many bits a second, one byte behind the other, and each byte arrives a
/// delay later. Of what is given faster it takes no more than a modem's buffer; the rest stays with
/// whoever sends.
final class SlowLink: Sendable {
  let port: Int
  private let listener: Int32
  private let target: Int
  private let delay: Duration
  private let bitsPerSecond: Double
  private let isStopped = Atomic(false)
  private let ended = DispatchSemaphore(value: 0)
  /// Bytes that were sent so far: to the target, and back.
  private let sentUp = Atomic(0)
  private let sentDown = Atomic(0)

  var bytesUp: Int { sentUp.load(ordering: .relaxed) }
  var bytesDown: Int { sentDown.load(ordering: .relaxed) }

  /// - Parameters:
  ///   - target: the port that it leads to.
  ///   - delay: of one direction; an answer takes twice as long.
  init(to target: Int, delay: Duration, bitsPerSecond: Double) throws {
    (listener, port) = try LoopbackSocket.listen()
    self.target = target
    self.delay = delay
    self.bitsPerSecond = bitsPerSecond
    let thread = Thread { [self] in
      carry()
      ended.signal()
    }
    thread.start()
  }

  func stop() {
    guard !isStopped.exchange(true, ordering: .relaxed) else { return }
    ended.wait()
    close(listener)
  }

  private func carry() {
    while !isStopped.load(ordering: .relaxed) {
      var waiting = pollfd(fd: listener, events: Int16(POLLIN), revents: 0)
      guard poll(&waiting, 1, 50) > 0 else { continue }
      let near = accept(listener, nil, nil)
      guard near >= 0, let far = try? LoopbackSocket.connect(to: target) else { return }
      carry(near, far)
      close(near)
      close(far)
    }
  }

  private func carry(_ near: Int32, _ far: Int32) {
    var up = Direction(from: near, to: far, delay: delay, bitsPerSecond: bitsPerSecond)
    var down = Direction(from: far, to: near, delay: delay, bitsPerSecond: bitsPerSecond)
    while !isStopped.load(ordering: .relaxed), up.isOpen, down.isOpen {
      var polled = [up, down].map {
        pollfd(fd: $0.hasRoom ? $0.source : -1, events: Int16(POLLIN), revents: 0)
      }
      let wait = [up.nextArrival, down.nextArrival].compactMap(\.self).min().map {
        Int32(max(0, ($0 - .now) / .milliseconds(1)).rounded(.up))
      }
      poll(&polled, 2, min(wait ?? 50, 50))
      if polled[0].revents != 0 { up.take() }
      if polled[1].revents != 0 { down.take() }
      sentUp.add(up.deliver(), ordering: .relaxed)
      sentDown.add(down.deliver(), ordering: .relaxed)
    }
  }

  /// One direction: pieces on their way, with the time at which each arrives.
  private struct Direction {
    let source: Int32
    private let target: Int32
    private let delay: Duration
    private let bitsPerSecond: Double
    private var pieces: [(arrival: ContinuousClock.Instant, bytes: [UInt8])] = []
    private var lineIsFree = ContinuousClock.now
    private(set) var isOpen = true

    init(from source: Int32, to target: Int32, delay: Duration, bitsPerSecond: Double) {
      self.source = source
      self.target = target
      self.delay = delay
      self.bitsPerSecond = bitsPerSecond
    }

    var nextArrival: ContinuousClock.Instant? { pieces.first?.arrival }
    /// A quarter of a second of bytes may wait to be sent.
    var hasRoom: Bool { lineIsFree - .now < .milliseconds(250) }

    mutating func take() {
      var buffer = [UInt8](repeating: 0, count: 512)
      let count = read(source, &buffer, buffer.count)
      guard count > 0 else {
        isOpen = false
        return
      }
      lineIsFree = max(lineIsFree, .now) + .seconds(Double(count) * 8 / bitsPerSecond)
      pieces.append((lineIsFree + delay, Array(buffer.prefix(count))))
    }

    /// - Returns: how many bytes have arrived.
    mutating func deliver() -> Int {
      var total = 0
      while let piece = pieces.first, piece.arrival <= .now {
        pieces.removeFirst()
        total += piece.bytes.count
        var rest = piece.bytes[...]
        while !rest.isEmpty {
          let count = rest.withUnsafeBytes {
            send(target, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
          }
          guard count > 0 else {
            isOpen = false
            return total
          }
          rest = rest.dropFirst(count)
        }
      }
      return total
    }
  }
}

/// Sockets of 127.0.0.1.
enum LoopbackSocket {
  struct Failure: Error {}

  /// - Returns: a socket that listens, and the port that the system has chosen for it.
  static func listen() throws -> (socket: Int32, port: Int) {
    let socket = Foundation.socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var address = address(port: 0)
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let status = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(socket, $0, length) == 0 && Foundation.listen(socket, 4) == 0
          && getsockname(socket, $0, &length) == 0
      }
    }
    guard status else { throw Failure() }
    return (socket, Int(UInt16(bigEndian: address.sin_port)))
  }

  static func connect(to port: Int) throws -> Int32 {
    let socket = Foundation.socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var address = address(port: port)
    let status = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Foundation.connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard status == 0 else {
      close(socket)
      throw Failure()
    }
    return socket
  }

  private static func address(port: Int) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    return address
  }
}
