import CCurl
import Glibc

/// One HTTP request and the answer to it, without following redirects.
final class HTTPExchange {
  /// The answer's status; 0 before there is one.
  private(set) var status = 0
  /// The answer's headers, by their names in lower case.
  private(set) var headers: [String: String] = [:]

  private let receive: (HTTPExchange, UnsafeRawBufferPointer) -> Bool

  /// How an exchange can fail: libcurl's code, and its words.
  struct Failure: Error {
    var code: Int
    var reason: String

    /// Whether the connection was made and then lost, so that asking again may help.
    var isBrokenOff: Bool { [16, 18, 28, 52, 55, 56, 92].contains(code) }
  }

  private init(receive: @escaping (HTTPExchange, UnsafeRawBufferPointer) -> Bool) {
    self.receive = receive
  }

  /// Makes a request and waits for the end of the answer.
  ///
  /// - Parameters:
  ///   - headers: lines without line breaks.
  ///   - patience: seconds after which a silent connection is given up.
  ///   - receive: is given the body piece by piece, once status and headers are known; false ends
  ///     the exchange.
  static func perform(
    _ url: String, headers: [String], headOnly: Bool = false, patience: Int,
    receive: @escaping (HTTPExchange, UnsafeRawBufferPointer) -> Bool = { _, _ in true }
  ) throws(Failure) -> HTTPExchange {
    let exchange = HTTPExchange(receive: receive)
    let lines = headers.map { strdup($0) }
    defer { for line in lines { free(line) } }
    let outcome = lines.map { UnsafePointer($0) }.withUnsafeBufferPointer { lines in
      url.withCString { url in
        var request = transfer_request(
          url: url, headers: lines.baseAddress, header_count: lines.count, head_only: headOnly,
          patience: patience,
          on_header: { context, bytes, count in
            answering(context).take(header: UnsafeRawBufferPointer(start: bytes, count: count))
            return true
          },
          on_body: { context, bytes, count in
            let exchange = answering(context)
            return exchange.receive(exchange, UnsafeRawBufferPointer(start: bytes, count: count))
          },
          context: Unmanaged.passUnretained(exchange).toOpaque())
        return transfer_perform(&request)
      }
    }
    guard outcome.code == 0 else {
      let reason = withUnsafeBytes(of: outcome.message) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      throw Failure(code: Int(outcome.code), reason: reason)
    }
    return exchange
  }

  private func take(header bytes: UnsafeRawBufferPointer) {
    let line = String(decoding: bytes, as: UTF8.self)
    if line.hasPrefix("HTTP/") {
      // Another answer, after "100 Continue" or a proxy's.
      status = line.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
      headers = [:]
    } else if let colon = line.firstIndex(of: ":") {
      let value = line[line.index(after: colon)...]
      headers[line[..<colon].lowercased()] = Self.trimmed(value)
    }
  }

  private static func trimmed(_ text: Substring) -> String {
    let start = text.drop(while: \.isWhitespace)
    return String(start.reversed().drop(while: \.isWhitespace).reversed())
  }
}

private func answering(_ context: UnsafeMutableRawPointer?) -> HTTPExchange {
  guard let context else { preconditionFailure("libcurl lost the exchange") }
  return Unmanaged<HTTPExchange>.fromOpaque(context).takeUnretainedValue()
}
