/// Reads JSON text front to back without building a tree.
///
/// The headers of large models are megabytes of JSON that must be read before the first frame;
/// reading straight into the wanted fields is several times faster than a general tree. Accepts
/// what Python's `json` writes, so `NaN` and `Infinity` too.
struct JSONScanner {
  /// What is wrong with the text, and at which byte.
  struct Failure: Error {
    var offset: Int
    var reason: String
  }

  /// Deeper nesting is refused, so that a hostile file cannot exhaust the stack.
  static let depthLimit = 100

  private let bytes: UnsafeRawBufferPointer
  private(set) var offset = 0

  /// - Parameter bytes: must stay valid while the scanner is used.
  init(_ bytes: UnsafeRawBufferPointer) {
    self.bytes = bytes
  }

  func failure(_ reason: String) -> Failure {
    Failure(offset: offset, reason: reason)
  }

  // MARK: Punctuation

  /// The next byte that is not white space, not consumed; nil at the end.
  mutating func peek() -> UInt8? {
    while offset < bytes.count {
      switch bytes[offset] {
      case UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t"):
        offset += 1
      case let byte:
        return byte
      }
    }
    return nil
  }

  mutating func expect(_ character: Unicode.Scalar) throws(Failure) {
    guard peek() == UInt8(ascii: character) else { throw failure("expected '\(character)'") }
    offset += 1
  }

  /// Checks that nothing but white space is left.
  mutating func expectEnd() throws(Failure) {
    guard peek() == nil else { throw failure("text after the end") }
  }

  /// The next key of an object whose `{` is consumed, up to its colon; nil, and consumed, at `}`.
  mutating func nextKey(isFirst: inout Bool) throws(Failure) -> String? {
    guard try hasNext(closing: "}", isFirst: &isFirst) else { return nil }
    let key = try string()
    try expect(":")
    return key
  }

  /// Whether an array or object goes on; consumes the comma before the next element, or the end.
  mutating func hasNext(closing: Unicode.Scalar, isFirst: inout Bool) throws(Failure) -> Bool {
    if peek() == UInt8(ascii: closing) {
      offset += 1
      return false
    }
    if !isFirst { try expect(",") }
    isFirst = false
    return true
  }

  // MARK: Values

  mutating func string() throws(Failure) -> String {
    try expect("\"")
    let start = offset
    while offset < bytes.count {
      switch bytes[offset] {
      case UInt8(ascii: "\""):
        defer { offset += 1 }
        return try text(bytes[start..<offset], at: start)
      case UInt8(ascii: "\\"):
        return try escapedString(from: start)
      case 0..<0x20:
        throw failure("control character in a string")
      default:
        offset += 1
      }
    }
    throw failure("a string does not end")
  }

  private func text(
    _ utf8: some Sequence<UInt8>, at start: Int
  ) throws(Failure) -> String {
    guard let text = String(validating: utf8, as: UTF8.self) else {
      throw Failure(offset: start, reason: "a string is not UTF-8")
    }
    return text
  }

  private mutating func escapedString(from start: Int) throws(Failure) -> String {
    var utf8 = Array(bytes[start..<offset])
    while offset < bytes.count {
      let byte = bytes[offset]
      offset += 1
      switch byte {
      case UInt8(ascii: "\""):
        return try text(utf8, at: start)
      case UInt8(ascii: "\\"):
        utf8.append(contentsOf: String(try escape()).utf8)
      case 0..<0x20:
        throw failure("control character in a string")
      default:
        utf8.append(byte)
      }
    }
    throw failure("a string does not end")
  }

  /// The character of an escape whose backslash is consumed.
  private mutating func escape() throws(Failure) -> Unicode.Scalar {
    guard offset < bytes.count else { throw failure("a string does not end") }
    let letter = bytes[offset]
    offset += 1
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(letter)
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{c}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): break
    default: throw failure("unknown escape in a string")
    }
    var code = try hexDigits()
    if (0xD800..<0xDC00).contains(code), offset + 1 < bytes.count,
      bytes[offset] == UInt8(ascii: "\\"), bytes[offset + 1] == UInt8(ascii: "u")
    {
      offset += 2
      let low = try hexDigits()
      guard (0xDC00..<0xE000).contains(low) else { throw failure("half a surrogate pair") }
      code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
    }
    guard let scalar = Unicode.Scalar(code) else { throw failure("half a surrogate pair") }
    return scalar
  }

  private mutating func hexDigits() throws(Failure) -> UInt32 {
    guard offset + 4 <= bytes.count,
      let code = UInt32(String(decoding: bytes[offset..<offset + 4], as: UTF8.self), radix: 16)
    else { throw failure("\\u needs four hexadecimal digits") }
    offset += 4
    return code
  }

  /// An array of integers; nil when it is some other value, which is consumed all the same.
  mutating func integers() throws(Failure) -> [Int]? {
    guard peek() == UInt8(ascii: "[") else {
      _ = try value()
      return nil
    }
    offset += 1
    var numbers: [Int]? = []
    var isFirst = true
    while try hasNext(closing: "]", isFirst: &isFirst) {
      if case .integer(let number) = try value() { numbers?.append(number) } else { numbers = nil }
    }
    return numbers
  }

  /// Any value, as a tree.
  mutating func value(depth: Int = 0) throws(Failure) -> JSONValue {
    guard depth < Self.depthLimit else { throw failure("nested too deeply") }
    var isFirst = true
    switch peek() {
    case UInt8(ascii: "{"):
      offset += 1
      var members: [String: JSONValue] = [:]
      while let key = try nextKey(isFirst: &isFirst) { members[key] = try value(depth: depth + 1) }
      return .object(members)
    case UInt8(ascii: "["):
      offset += 1
      var elements: [JSONValue] = []
      while try hasNext(closing: "]", isFirst: &isFirst) {
        elements.append(try value(depth: depth + 1))
      }
      return .array(elements)
    case UInt8(ascii: "\""):
      return .string(try string())
    case nil:
      throw failure("the text ends too early")
    default:
      return try scalar()
    }
  }

  /// A number or one of the bare words.
  private mutating func scalar() throws(Failure) -> JSONValue {
    let start = offset
    while offset < bytes.count, Self.isScalarByte(bytes[offset]) { offset += 1 }
    let word = String(decoding: bytes[start..<offset], as: UTF8.self)
    switch word {
    case "true": return .bool(true)
    case "false": return .bool(false)
    case "null": return .null
    case "NaN": return .number(.nan)
    case "Infinity": return .number(.infinity)
    case "-Infinity": return .number(-.infinity)
    default: break
    }
    // A JSON number starts with a digit or a minus; Swift's initialisers accept more than that.
    if let first = word.utf8.first, first == UInt8(ascii: "-") || Self.isDigit(first) {
      if let integer = Int(word) { return .integer(integer) }
      if !word.utf8.contains(UInt8(ascii: "x")), let number = Double(word) {
        return .number(number)
      }
    }
    offset = start
    throw failure("expected a value")
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  private static func isScalarByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
    case UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."): true
    default: isDigit(byte)
    }
  }
}
