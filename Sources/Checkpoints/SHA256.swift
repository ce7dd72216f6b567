import CKernels

/// The SHA-256 digest of bytes that arrive in pieces.
///
/// Source: FIPS 180-4.
struct SHA256 {
  private var state: [UInt32] = [
    0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a,
    0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19,
  ]
  private var length = 0

  /// Takes in a piece; all but the last must be multiples of 64 bytes long.
  mutating func update(_ bytes: UnsafeRawBufferPointer) {
    precondition(length % 64 == 0, "only the last piece may end inside a block")
    length += bytes.count
    let whole = bytes.count / 64
    guard let start = bytes.baseAddress else { return }
    sha256_blocks(&state, start, whole)
    tail = Array(bytes[(whole * 64)...])
  }

  private var tail: [UInt8] = []

  /// The digest of everything taken in, as 64 hexadecimal digits.
  consuming func hexadecimal() -> String {
    // A one bit, zeros, and the length in bits fill the last block or two.
    var padding = tail + [0x80]
    while padding.count % 64 != 56 { padding.append(0) }
    withUnsafeBytes(of: UInt64(length * 8).bigEndian) { padding.append(contentsOf: $0) }
    sha256_blocks(&state, padding, padding.count / 64)
    return state.map { word in
      let digits = String(word, radix: 16)
      return String(repeating: "0", count: 8 - digits.count) + digits
    }.joined()
  }
}
