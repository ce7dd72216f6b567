/// JSON text that was checked as a whole, to be read through `JSONView`s without building a tree.
///
/// Vocabularies are objects of a hundred thousand members whose keys must be told apart byte by
/// byte: `é` as one scalar and as two are different tokens, but equal as Swift strings. So strings
/// are handed out as UTF-8, and no dictionary of strings is built.
struct JSONDocument: Sendable {
  /// What is wrong with the text, and at which byte.
  struct Failure: Error {
    var offset: Int
    var reason: String
  }

  let bytes: [UInt8]

  /// Checks the syntax from the first byte to the last; accepts what Python's `json` writes, so
  /// `NaN` and `Infinity` too.
  init(_ bytes: [UInt8]) throws(Failure) {
    self.bytes = bytes
    do {
      _ = try UTF8Span(validating: bytes.span)
    } catch {
      throw Failure(offset: error.byteOffsets.lowerBound, reason: "not UTF-8")
    }
    var checker = JSONChecker(bytes: bytes)
    try checker.value(depth: 0)
    try checker.expectEnd()
  }

  /// The whole text as one value.
  var root: JSONView {
    JSONView(document: self, start: JSONView.skipSpace(in: bytes, from: 0))
  }
}

/// Walks over JSON text and throws where it is none.
private struct JSONChecker {
  /// Deeper nesting is refused, so that a hostile file cannot exhaust the stack.
  static let depthLimit = 100

  let bytes: [UInt8]
  var offset = 0

  func failure(_ reason: String) -> JSONDocument.Failure {
    JSONDocument.Failure(offset: offset, reason: reason)
  }

  /// The next byte that is not white space, not consumed; nil at the end.
  mutating func peek() -> UInt8? {
    offset = JSONView.skipSpace(in: bytes, from: offset)
    return offset < bytes.count ? bytes[offset] : nil
  }

  mutating func expectEnd() throws(JSONDocument.Failure) {
    guard peek() == nil else { throw failure("text after the end") }
  }

  mutating func expect(_ character: Unicode.Scalar) throws(JSONDocument.Failure) {
    guard peek() == UInt8(ascii: character) else { throw failure("expected '\(character)'") }
    offset += 1
  }

  mutating func value(depth: Int) throws(JSONDocument.Failure) {
    guard depth < Self.depthLimit else { throw failure("nested too deeply") }
    switch peek() {
    case UInt8(ascii: "{"):
      try list(closing: "}") { checker throws(JSONDocument.Failure) in
        try checker.expect("\"")
        try checker.string()
        try checker.expect(":")
        try checker.value(depth: depth + 1)
      }
    case UInt8(ascii: "["):
      try list(closing: "]") { checker throws(JSONDocument.Failure) in
        try checker.value(depth: depth + 1)
      }
    case UInt8(ascii: "\""):
      offset += 1
      try string()
    case nil:
      throw failure("the text ends too early")
    default:
      try word()
    }
  }

  private mutating func list(
    closing: Unicode.Scalar,
    element: (inout JSONChecker) throws(JSONDocument.Failure) -> Void
  ) throws(JSONDocument.Failure) {
    offset += 1
    if peek() == UInt8(ascii: closing) {
      offset += 1
      return
    }
    while true {
      try element(&self)
      if peek() == UInt8(ascii: closing) { break }
      try expect(",")
    }
    offset += 1
  }

  /// A string whose opening quote is consumed.
  private mutating func string() throws(JSONDocument.Failure) {
    while offset < bytes.count {
      switch bytes[offset] {
      case UInt8(ascii: "\""):
        offset += 1
        return
      case UInt8(ascii: "\\"):
        var escaped: [UInt8] = []
        guard let end = JSONView.unescape(in: bytes, from: offset, into: &escaped) else {
          throw failure("unknown escape in a string")
        }
        offset = end
      case 0..<0x20:
        throw failure("control character in a string")
      default:
        offset += 1
      }
    }
    throw failure("a string does not end")
  }

  private mutating func word() throws(JSONDocument.Failure) {
    let end = JSONView.wordEnd(in: bytes, from: offset)
    let word = String(decoding: bytes[offset..<end], as: UTF8.self)
    let isKnown = ["true", "false", "null", "NaN", "Infinity", "-Infinity"].contains(word)
    // A JSON number starts with a digit or a minus; Swift's initialisers accept more than that.
    let isNumber =
      word.utf8.first.map { $0 == UInt8(ascii: "-") || (0x30...0x39).contains($0) } ?? false
    guard isKnown || isNumber && !word.utf8.contains(UInt8(ascii: "x")) && Double(word) != nil
    else { throw failure("expected a value") }
    offset = end
  }
}
