/// The SHA-1 digest, by which git names contents.
///
/// Source: FIPS 180-4.
enum SHA1 {
  /// What `git hash-object` prints for a file of these bytes: 40 hexadecimal digits.
  static func gitHash(of bytes: UnsafeRawBufferPointer) -> String {
    var state: [UInt32] = [0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476, 0xC3D2_E1F0]
    // The header is shorter than a block, which the file's first bytes fill up.
    let header = Array("blob \(bytes.count)\0".utf8)
    let first = min(64 - header.count, bytes.count)
    var tail = header + bytes[..<first]
    var position = first
    if tail.count == 64 {
      tail.withUnsafeBytes { add($0, to: &state) }
      tail = []
      while position + 64 <= bytes.count {
        add(UnsafeRawBufferPointer(rebasing: bytes[position..<position + 64]), to: &state)
        position += 64
      }
      tail = Array(bytes[position...])
    }
    // A one bit, zeros, and the length in bits fill the last block or two.
    tail.append(0x80)
    while tail.count % 64 != 56 { tail.append(0) }
    withUnsafeBytes(of: UInt64((header.count + bytes.count) * 8).bigEndian) { tail += $0 }
    tail.withUnsafeBytes { tail in
      for start in stride(from: 0, to: tail.count, by: 64) {
        add(UnsafeRawBufferPointer(rebasing: tail[start..<start + 64]), to: &state)
      }
    }
    return state.map { word in
      let digits = String(word, radix: 16)
      return String(repeating: "0", count: 8 - digits.count) + digits
    }.joined()
  }

  private static func add(_ block: UnsafeRawBufferPointer, to state: inout [UInt32]) {
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 80) { words in
      for index in 0..<16 {
        words[index] = UInt32(
          bigEndian: block.loadUnaligned(fromByteOffset: 4 * index, as: UInt32.self))
      }
      for index in 16..<80 {
        words[index] = rotated(
          words[index - 3] ^ words[index - 8] ^ words[index - 14] ^ words[index - 16], by: 1)
      }
      var (a, b, c, d, e) = (state[0], state[1], state[2], state[3], state[4])
      for index in 0..<80 {
        let (mixed, constant): (UInt32, UInt32) =
          switch index / 20 {
          case 0: ((b & c) | (~b & d), 0x5A82_7999)
          case 1: (b ^ c ^ d, 0x6ED9_EBA1)
          case 2: ((b & c) | (b & d) | (c & d), 0x8F1B_BCDC)
          default: (b ^ c ^ d, 0xCA62_C1D6)
          }
        let next = rotated(a, by: 5) &+ mixed &+ e &+ constant &+ words[index]
        (e, d, c, b, a) = (d, c, rotated(b, by: 30), a, next)
      }
      for (index, value) in [a, b, c, d, e].enumerated() { state[index] &+= value }
    }
  }

  private static func rotated(_ word: UInt32, by count: UInt32) -> UInt32 {
    word << count | word >> (32 - count)
  }
}
