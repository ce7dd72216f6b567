/// NumPy's arrays of bytes.
extension Unpickler {
  /// A value once its state is set: an array gets its contents; the versions of modules that a
  /// state dict carries, and the byte order of single bytes, change nothing.
  mutating func built(
    _ value: PickleValue, state: PickleValue
  ) throws(CheckpointError) -> PickleValue {
    switch value {
    case .dictionary, .arrayElementType: return value
    case .array:
      // (version, shape, dtype, whether in Fortran's order, bytes)
      guard let state = state.tuple, state.count == 5, let bytes = state[4].bytes else {
        throw bad("an array without its state")
      }
      guard case .bool(false) = state[3] else {
        throw bad("an array in Fortran's order, which is not read")
      }
      return try array(shape: state[1], type: state[2], bytes)
    default: throw bad("BUILD of \(value.kind)")
    }
  }

  mutating func array(
    shape: PickleValue, type: PickleValue, _ bytes: PickledBytes
  ) throws(CheckpointError) -> PickleValue {
    guard let shape = shape.integers, case .arrayElementType(let code) = type else {
      throw bad("an array without shape and dtype")
    }
    guard ["u1", "|u1", "uint8"].contains(code) else {
      throw bad("an array of the dtype \(code); only bytes are read")
    }
    var elements = 1
    for size in shape {
      let (product, overflows) = elements.multipliedReportingOverflow(by: size)
      guard size >= 0, !overflows else { throw bad("an array of the shape \(shape)") }
      elements = product
    }
    try count(bytes)
    guard elements == bytes.count else {
      throw bad("an array of the shape \(shape) with \(bytes.count) bytes")
    }
    return .array(PickledArray(shape: shape, bytes: bytes))
  }

  /// What Python 3 makes of bytes in the protocol 2, which has none: a call that encodes a string
  /// whose characters are the bytes.
  mutating func encoded(
    _ arguments: [PickleValue]
  ) throws(CheckpointError) -> PickledBytes {
    guard var text = arguments.first?.string, arguments.count == 2,
      let encoding = arguments[1].string, ["latin1", "latin-1"].contains(encoding)
    else { throw bad("bytes that are not written as latin1") }
    // By hand, since walking the characters of a hundred megabytes takes seconds. UTF-8 writes
    // those from 128 to 255 as 0xC2 or 0xC3 and a byte that has their lower six bits.
    let bytes = text.withUTF8 { utf8 -> [UInt8]? in
      var bytes: [UInt8] = []
      bytes.reserveCapacity(utf8.count)
      var place = 0
      while place < utf8.count {
        let byte = utf8[place]
        guard byte < 0xc4 else { return nil }
        bytes.append(byte < 0x80 ? byte : byte << 6 | utf8[place + 1] & 0x3f)
        place += byte < 0x80 ? 1 : 2
      }
      return bytes
    }
    guard let bytes else { throw bad("bytes beyond 255") }
    try count(.inMemory(bytes))
    return .inMemory(bytes)
  }

  /// Refuses a pickle that makes more of itself than it is long.
  private mutating func count(_ bytes: PickledBytes) throws(CheckpointError) {
    guard case .inMemory(let bytes) = bytes else { return }
    copiedBytes += bytes.count
    guard copiedBytes <= vocabulary.lengthLimit else {
      throw bad("it makes more than \(vocabulary.lengthLimit >> 20) MB of bytes")
    }
  }
}
