/// The fields of a message in Google's protocol buffer encoding.
struct ProtocolBuffer {
  enum Value {
    case integer(UInt64)
    case bytes(ArraySlice<UInt8>)
    /// Four or eight bytes, which nothing here looks at.
    case fixed
  }

  let file: String
  let bytes: ArraySlice<UInt8>

  func failure(at offset: Int, _ reason: String) -> TokenizerError {
    .notSentencePiece(file: file, offset: offset, reason: reason)
  }

  /// The message that a field holds.
  func message(_ value: Value) throws(TokenizerError) -> ProtocolBuffer {
    guard case .bytes(let bytes) = value else {
      throw failure(at: self.bytes.startIndex, "a message has the wrong type")
    }
    return ProtocolBuffer(file: file, bytes: bytes)
  }

  func forEachField(
    _ body: (_ field: Int, Value) throws(TokenizerError) -> Void
  ) throws(TokenizerError) {
    var offset = bytes.startIndex
    while offset < bytes.endIndex {
      let key = try integer(&offset)
      let value: Value
      switch key & 7 {
      case 0:
        value = .integer(try integer(&offset))
      case 1:
        value = .fixed
        _ = try take(8, &offset)
      case 2:
        let length = try integer(&offset)
        guard length <= UInt64(bytes.count) else {
          throw failure(at: offset, "a field is longer than the file")
        }
        value = .bytes(try take(Int(length), &offset))
      case 5:
        value = .fixed
        _ = try take(4, &offset)
      case let type:
        throw failure(at: offset, "a field of unknown type \(type)")
      }
      try body(Int(truncatingIfNeeded: key >> 3), value)
    }
  }

  private func take(
    _ count: Int, _ offset: inout Int
  ) throws(TokenizerError) -> ArraySlice<UInt8> {
    guard bytes.endIndex - offset >= count else { throw failure(at: offset, "cut short") }
    defer { offset += count }
    return bytes[offset..<offset + count]
  }

  private func integer(_ offset: inout Int) throws(TokenizerError) -> UInt64 {
    var number: UInt64 = 0
    for shift in stride(from: 0, to: 70, by: 7) {
      guard offset < bytes.endIndex else { throw failure(at: offset, "cut short") }
      let byte = bytes[offset]
      offset += 1
      number |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return number }
    }
    throw failure(at: offset, "a number does not end")
  }
}
