import Dispatch
import Glibc
import Synchronization

/// An HTTP server on the loopback address that answers as a closure says, one request for each
/// connection.
final class LoopbackServer: Sendable {
  struct Request: Sendable {
    var method: String
    var path: String
    /// By their names in lower case.
    var headers: [String: String]
  }

  struct Answer: Sendable {
    var status = 200
    var headers: [String: String] = [:]
    var body: [UInt8] = []
    /// The connection is cut after so many bytes of the body, whatever length was announced.
    var cut: Int?
  }

  let address: String
  private let listener: Int32
  private let seen = Log()

  private final class Log: Sendable {
    let requests = Mutex<[Request]>([])
  }

  /// What has been asked so far.
  var requests: [Request] { seen.requests.withLock { $0 } }

  init(answer: @escaping @Sendable (Request) -> Answer) {
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var place = sockaddr_in()
    place.sin_family = sa_family_t(AF_INET)
    place.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let descriptor = listener
    let bound = withUnsafeMutablePointer(to: &place) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, size) == 0 && listen(descriptor, 16) == 0
          && getsockname(descriptor, $0, &size) == 0
      }
    }
    precondition(bound, "no port on the loopback address")
    address = "http://127.0.0.1:\(UInt16(bigEndian: place.sin_port))"
    let queue = DispatchQueue(label: "loopback", attributes: .concurrent)
    let seen = seen
    queue.async {
      while true {
        let connection = accept(descriptor, nil, nil)
        guard connection >= 0 else { return }
        queue.async {
          defer { close(connection) }
          guard let request = Self.request(from: connection) else { return }
          seen.requests.withLock { $0.append(request) }
          Self.send(answer(request), to: request, on: connection)
        }
      }
    }
  }

  deinit {
    // Ends the waiting for connections, which closing alone would not.
    shutdown(listener, Int32(SHUT_RDWR))
    close(listener)
  }

  private static func request(from connection: Int32) -> Request? {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while !bytes.suffix(4).elementsEqual("\r\n\r\n".utf8) {
      let count = read(connection, &buffer, buffer.count)
      guard count > 0 else { return nil }
      bytes += buffer[..<count]
    }
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\r\n")
    let words = lines[0].split(separator: " ").map(String.init)
    var headers: [String: String] = [:]
    for line in lines.dropFirst() {
      let parts = line.split(separator: ": ", maxSplits: 1)
      headers[parts[0].lowercased()] = parts.count > 1 ? String(parts[1]) : ""
    }
    return Request(method: words[0], path: words[1], headers: headers)
  }

  private static func send(_ answer: Answer, to request: Request, on connection: Int32) {
    var head = "HTTP/1.1 \(answer.status) status\r\nConnection: close\r\n"
    var headers = answer.headers
    headers["Content-Length"] = headers["Content-Length"] ?? "\(answer.body.count)"
    for (name, value) in headers { head += "\(name): \(value)\r\n" }
    var bytes = Array((head + "\r\n").utf8)
    if request.method != "HEAD" { bytes += answer.body.prefix(answer.cut ?? answer.body.count) }
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.send(
          connection, $0.baseAddress! + sent, bytes.count - sent, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return }
      sent += count
    }
  }
}
