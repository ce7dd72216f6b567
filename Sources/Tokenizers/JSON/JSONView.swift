/// One value in a `JSONDocument`, read from its text when asked.
struct JSONView: Sendable {
  private let document: JSONDocument
  /// The first byte of the value.
  private let start: Int

  init(document: JSONDocument, start: Int) {
    self.document = document
    self.start = start
  }

  private var bytes: [UInt8] { document.bytes }
  private var first: UInt8 { bytes[start] }

  var isNull: Bool { first == UInt8(ascii: "n") }
  var isObject: Bool { first == UInt8(ascii: "{") }
  var isArray: Bool { first == UInt8(ascii: "[") }

  var bool: Bool? {
    switch first {
    case UInt8(ascii: "t"): true
    case UInt8(ascii: "f"): false
    default: nil
    }
  }

  /// The value as an integer; a number such as `4.0` counts as one.
  var integer: Int? {
    guard let number else { return nil }
    return Int(exactly: number)
  }

  var number: Double? {
    guard first == UInt8(ascii: "-") || (0x30...0x39).contains(first) else { return nil }
    let end = Self.wordEnd(in: bytes, from: start)
    return Double(String(decoding: bytes[start..<end], as: UTF8.self))
  }

  /// The UTF-8 of a string.
  var utf8: [UInt8]? {
    guard first == UInt8(ascii: "\"") else { return nil }
    return Self.string(in: bytes, from: start + 1).utf8
  }

  var string: String? { utf8.map { String(decoding: $0, as: UTF8.self) } }

  /// The member of an object; nil when there is none, when it is null, or when this is no object.
  subscript(key: String) -> JSONView? {
    var found: JSONView?
    forEachMember { name, value in
      if name.elementsEqual(key.utf8) { found = value.isNull ? nil : value }
    }
    return found
  }

  /// Whether an object has a member of that name, null or not.
  func has(_ key: String) -> Bool {
    var found = false
    forEachMember { name, _ in found = found || name.elementsEqual(key.utf8) }
    return found
  }

  /// The elements of an array; nil when this is none.
  var elements: [JSONView]? {
    guard isArray else { return nil }
    var elements: [JSONView] = []
    forEachElement { elements.append($0) }
    return elements
  }

  /// Calls the closure with the UTF-8 of each key of an object, and its value; in their order.
  func forEachMember<Failure: Error>(
    _ body: ([UInt8], JSONView) throws(Failure) -> Void
  ) throws(Failure) {
    guard isObject else { return }
    var offset = Self.skipSpace(in: bytes, from: start + 1)
    while bytes[offset] != UInt8(ascii: "}") {
      let (key, end) = Self.string(in: bytes, from: offset + 1)
      // Past the colon.
      offset = Self.skipSpace(in: bytes, from: end)
      offset = Self.skipSpace(in: bytes, from: offset + 1)
      try body(key, JSONView(document: document, start: offset))
      offset = Self.nextElement(in: bytes, after: offset)
    }
  }

  func forEachElement<Failure: Error>(
    _ body: (JSONView) throws(Failure) -> Void
  ) throws(Failure) {
    guard isArray else { return }
    var offset = Self.skipSpace(in: bytes, from: start + 1)
    while bytes[offset] != UInt8(ascii: "]") {
      try body(JSONView(document: document, start: offset))
      offset = Self.nextElement(in: bytes, after: offset)
    }
  }
}

// The bytes were checked by `JSONDocument`: what follows need not look for ends that are missing.
extension JSONView {
  static func skipSpace(in bytes: [UInt8], from start: Int) -> Int {
    var offset = start
    while offset < bytes.count {
      switch bytes[offset] {
      case 0x20, 0x0A, 0x0D, 0x09: offset += 1
      default: return offset
      }
    }
    return offset
  }

  /// The end of a number or a bare word.
  static func wordEnd(in bytes: [UInt8], from start: Int) -> Int {
    var offset = start
    while offset < bytes.count {
      switch bytes[offset] {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"),
        UInt8(ascii: "."):
        offset += 1
      default:
        return offset
      }
    }
    return offset
  }

  /// Where the element after the one at `offset` starts, or its list's closing bracket stands.
  private static func nextElement(in bytes: [UInt8], after offset: Int) -> Int {
    let end = skipSpace(in: bytes, from: valueEnd(in: bytes, from: offset))
    return bytes[end] == UInt8(ascii: ",") ? skipSpace(in: bytes, from: end + 1) : end
  }

  private static func valueEnd(in bytes: [UInt8], from start: Int) -> Int {
    switch bytes[start] {
    case UInt8(ascii: "\""):
      return stringEnd(in: bytes, from: start + 1)
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      var depth = 0
      var offset = start
      repeat {
        switch bytes[offset] {
        case UInt8(ascii: "\""): offset = stringEnd(in: bytes, from: offset + 1) - 1
        case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
        case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
        default: break
        }
        offset += 1
      } while depth > 0
      return offset
    default:
      return wordEnd(in: bytes, from: start)
    }
  }

  /// The offset after the closing quote of a string that starts at `start`.
  private static func stringEnd(in bytes: [UInt8], from start: Int) -> Int {
    var offset = start
    while bytes[offset] != UInt8(ascii: "\"") {
      offset += bytes[offset] == UInt8(ascii: "\\") ? 2 : 1
    }
    return offset + 1
  }

  private static func string(in bytes: [UInt8], from start: Int) -> (utf8: [UInt8], end: Int) {
    let end = stringEnd(in: bytes, from: start)
    let raw = bytes[start..<end - 1]
    guard raw.contains(UInt8(ascii: "\\")) else { return (Array(raw), end) }
    var utf8: [UInt8] = []
    var offset = start
    while offset < end - 1 {
      if bytes[offset] == UInt8(ascii: "\\") {
        guard let next = unescape(in: bytes, from: offset, into: &utf8) else { break }
        offset = next
      } else {
        utf8.append(bytes[offset])
        offset += 1
      }
    }
    return (utf8, end)
  }

  /// Appends what an escape stands for, whose backslash is at `start`, and gives the offset after
  /// it; nil when it is none.
  static func unescape(in bytes: [UInt8], from start: Int, into utf8: inout [UInt8]) -> Int? {
    guard start + 1 < bytes.count else { return nil }
    switch bytes[start + 1] {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): utf8.append(bytes[start + 1])
    case UInt8(ascii: "b"): utf8.append(0x08)
    case UInt8(ascii: "f"): utf8.append(0x0C)
    case UInt8(ascii: "n"): utf8.append(0x0A)
    case UInt8(ascii: "r"): utf8.append(0x0D)
    case UInt8(ascii: "t"): utf8.append(0x09)
    case UInt8(ascii: "u"):
      guard var code = hexadecimal(in: bytes, from: start + 2) else { return nil }
      var end = start + 6
      if (0xD800..<0xDC00).contains(code) {
        guard end + 1 < bytes.count, bytes[end] == UInt8(ascii: "\\"),
          bytes[end + 1] == UInt8(ascii: "u"), let low = hexadecimal(in: bytes, from: end + 2),
          (0xDC00..<0xE000).contains(low)
        else { return nil }
        code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
        end += 6
      }
      guard let scalar = Unicode.Scalar(code) else { return nil }
      utf8.append(contentsOf: UTF8.encode(scalar)!)
      return end
    default:
      return nil
    }
    return start + 2
  }

  private static func hexadecimal(in bytes: [UInt8], from start: Int) -> UInt32? {
    guard start + 4 <= bytes.count else { return nil }
    let digits = bytes[start..<start + 4]
    // `UInt32(_:radix:)` would take a sign.
    guard digits.allSatisfy({ Unicode.Scalar($0).properties.isASCIIHexDigit }) else { return nil }
    return UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
  }
}
