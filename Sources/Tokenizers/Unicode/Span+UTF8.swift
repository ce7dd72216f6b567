// The texts here come from Swift strings, so they are valid UTF-8: a lead byte tells the length.
extension Span where Element == UInt8 {
  /// The scalar that starts at an index, and its length in bytes.
  @inline(__always)
  func scalar(at index: Int) -> (value: UInt32, length: Int) {
    let lead = self[index]
    if lead < 0x80 { return (UInt32(lead), 1) }
    let second = UInt32(self[index + 1] & 0x3F)
    if lead < 0xE0 { return (UInt32(lead & 0x1F) << 6 | second, 2) }
    let third = UInt32(self[index + 2] & 0x3F)
    if lead < 0xF0 { return (UInt32(lead & 0x0F) << 12 | second << 6 | third, 3) }
    let fourth = UInt32(self[index + 3] & 0x3F)
    return (UInt32(lead & 0x07) << 18 | second << 12 | third << 6 | fourth, 4)
  }

  /// The start of the scalar that ends before an index; the index must not be 0.
  @inline(__always)
  func scalarStart(before index: Int) -> Int {
    var start = index - 1
    while self[start] & 0xC0 == 0x80 { start -= 1 }
    return start
  }

  /// The length in bytes of the scalar with that lead byte.
  @inline(__always)
  static func scalarLength(lead: UInt8) -> Int {
    lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4
  }

  /// Whether the bytes at an index are those given.
  @inline(__always)
  func has(_ other: [UInt8], at index: Int) -> Bool {
    guard index + other.count <= count else { return false }
    for offset in 0..<other.count where self[index + offset] != other[offset] { return false }
    return true
  }

  /// A copy of some of the bytes.
  func array(_ range: Range<Int>) -> [UInt8] {
    range.map { self[$0] }
  }
}

extension Array where Element == UInt8 {
  /// Appends the UTF-8 of a scalar and gives its length.
  @inline(__always)
  @discardableResult
  mutating func append(scalar value: UInt32) -> Int {
    if value < 0x80 {
      append(UInt8(value))
      return 1
    }
    if value < 0x800 {
      append(UInt8(0xC0 | value >> 6))
      append(UInt8(0x80 | value & 0x3F))
      return 2
    }
    if value < 0x10000 {
      append(UInt8(0xE0 | value >> 12))
      append(UInt8(0x80 | value >> 6 & 0x3F))
      append(UInt8(0x80 | value & 0x3F))
      return 3
    }
    append(UInt8(0xF0 | value >> 18))
    append(UInt8(0x80 | value >> 12 & 0x3F))
    append(UInt8(0x80 | value >> 6 & 0x3F))
    append(UInt8(0x80 | value & 0x3F))
    return 4
  }
}
