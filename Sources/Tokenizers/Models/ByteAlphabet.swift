/// The letters that byte-level vocabularies are written in, one for each byte.
///
/// Printable bytes of Latin-1 stand for themselves, the others for the letters from U+0100 on: so
/// no token has a blank or a control character in it (GPT-2's `bytes_to_unicode`).
enum ByteAlphabet {
  private static let letters: [UInt32] = {
    var next: UInt32 = 0x100
    return (0...255).map { (byte: UInt32) in
      switch byte {
      case 0x21...0x7E, 0xA1...0xAC, 0xAE...0xFF:
        return byte
      default:
        defer { next += 1 }
        return next
      }
    }
  }()

  private static let bytesByLetter: [UInt32: UInt8] = Dictionary(
    uniqueKeysWithValues: letters.enumerated().map { ($1, UInt8($0)) })

  /// The bytes that a token is written for; nil when it has other letters.
  static func bytes(of token: some Collection<UInt8>) -> [UInt8]? {
    var bytes: [UInt8] = []
    for scalar in String(decoding: token, as: UTF8.self).unicodeScalars {
      guard let byte = bytesByLetter[scalar.value] else { return nil }
      bytes.append(byte)
    }
    return bytes
  }
}
