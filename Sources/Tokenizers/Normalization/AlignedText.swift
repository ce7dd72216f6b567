/// The part of the original text that a byte of changed text came from, in UTF-8 bytes.
struct Origin: Sendable, Equatable {
  var start: Int32
  var end: Int32
}

/// Text on its way through normalizers and pre-tokenizers, which remembers for each byte where in
/// the original it came from.
struct AlignedText: Sendable {
  private(set) var bytes: [UInt8] = []
  /// An origin for each byte; empty where nobody will ask for them.
  private(set) var origins: [Origin] = []
  private(set) var tracksOrigins = false
  /// Where the text began in the original.
  private(set) var start = 0

  var count: Int { bytes.count }

  /// Empties the text, keeping its memory.
  ///
  /// - Parameter start: where the new text begins in the original.
  mutating func reset(trackingOrigins: Bool, start: Int) {
    bytes.removeAll(keepingCapacity: true)
    origins.removeAll(keepingCapacity: true)
    tracksOrigins = trackingOrigins
    self.start = start
  }

  /// Empties the text, to take what becomes of another.
  mutating func reset(like other: borrowing AlignedText) {
    reset(trackingOrigins: other.tracksOrigins, start: other.start)
  }

  /// Appends part of the original text as it is; each byte's origin is its whole scalar.
  ///
  /// - Parameter start: where the part begins in the original.
  mutating func append(original text: Span<UInt8>, from start: Int, to end: Int) {
    text.extracting(start..<end).withUnsafeBufferPointer { bytes.append(contentsOf: $0) }
    guard tracksOrigins else { return }
    var index = start
    while index < end {
      let next = index + Span<UInt8>.scalarLength(lead: text[index])
      let origin = Origin(start: Int32(index), end: Int32(next))
      while index < next {
        origins.append(origin)
        index += 1
      }
    }
  }

  /// Appends part of another text, with its origins.
  mutating func append(_ other: borrowing AlignedText, _ range: Range<Int>) {
    bytes.append(contentsOf: other.bytes[range])
    if tracksOrigins { origins.append(contentsOf: other.origins[range]) }
  }

  /// Appends bytes that all came from one place.
  mutating func append(_ new: [UInt8], origin: Origin) {
    bytes.append(contentsOf: new)
    if tracksOrigins { origins.append(contentsOf: repeatElement(origin, count: new.count)) }
  }

  @inline(__always)
  mutating func append(byte: UInt8, origin: Origin) {
    bytes.append(byte)
    if tracksOrigins { origins.append(origin) }
  }

  @inline(__always)
  mutating func append(scalar: UInt32, origin: Origin) {
    let length = bytes.append(scalar: scalar)
    guard tracksOrigins else { return }
    for _ in 0..<length { origins.append(origin) }
  }

  /// Where the byte at an index came from; where the text began when that is not remembered.
  @inline(__always)
  func origin(at index: Int) -> Origin {
    tracksOrigins ? origins[index] : Origin(start: Int32(start), end: Int32(start))
  }

  /// Where some bytes came from, taken together.
  func origin(of range: Range<Int>) -> Origin {
    guard tracksOrigins, !range.isEmpty else { return Origin(start: 0, end: 0) }
    return Origin(start: origins[range.lowerBound].start, end: origins[range.upperBound - 1].end)
  }

  /// Whether every byte is ASCII.
  var isASCII: Bool {
    var union: UInt8 = 0
    for byte in bytes { union |= byte }
    return union < 0x80
  }

  /// Calls the closure with each scalar and its origin.
  func forEachScalar(_ body: (_ scalar: UInt32, _ origin: Origin) -> Void) {
    let span = bytes.span
    var index = 0
    while index < bytes.count {
      let (scalar, length) = span.scalar(at: index)
      body(scalar, origin(at: index))
      index += length
    }
  }
}
