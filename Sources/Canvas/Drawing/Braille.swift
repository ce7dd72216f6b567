/// The dots of a braille cell: two columns of four.
package enum Braille {
  /// The bit of a dot, by column from the left and row from the top.
  /// Source: Unicode, Braille Patterns; dots 1–6 fill columns of three, 7 and 8 stand below.
  static let dots: [[UInt8]] = [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]]

  /// Bars of 0 … 4 dots, from the bottom.
  static let leftBars: [UInt8] = [0x00, 0x40, 0x44, 0x46, 0x47]
  static let rightBars: [UInt8] = [0x00, 0x80, 0xa0, 0xb0, 0xb8]

  /// Every other dot: the texture of what is there but does not count.
  static let halftone: UInt8 = 0x01 | 0x10 | 0x04 | 0x80

  /// The character of a set of dots; none is an ordinary space, which every font has.
  static func character(_ bits: UInt8) -> Character {
    characters[Int(bits)]
  }

  private static let characters: [Character] = (0..<256).map { bits in
    bits == 0 ? " " : Character(Unicode.Scalar(0x2800 + UInt32(bits))!)
  }
}
