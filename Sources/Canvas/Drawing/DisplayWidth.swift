/// How many columns text takes, and what of it may be shown at all.
///
/// Names of tensors, tasks and files come from elsewhere: a control character among them must never
/// reach the terminal as one, and a cluster that terminals disagree about must not shift a line.
package enum DisplayWidth {
  /// What stands for a character that must not be shown.
  static let replacement: Character = "?"

  /// The columns that the text takes once it is drawn.
  package static func of(_ text: String) -> Int {
    text.reduce(0) { $0 + drawable($1).width }
  }

  /// The character as it is drawn, with its width of 1 or 2.
  ///
  /// Controls, bidirectional overrides and clusters without a base become `?`. Joined emoji keep
  /// their first scalar, because terminals draw the rest in different widths; of combining marks
  /// at most four are kept, as many as a cell of ncurses holds.
  package static func drawable(_ character: Character) -> (character: Character, width: Int) {
    if let ascii = character.asciiValue {
      return ascii < 0x20 || ascii == 0x7f || character.utf8.count > 1
        ? (replacement, 1) : (character, 1)
    }
    let scalars = character.unicodeScalars
    guard let base = scalars.first, !isHidden(base), !isMark(base) else { return (replacement, 1) }
    let width = isWide(base) ? 2 : 1
    guard scalars.count > 1 else { return (character, width) }
    var kept = String.UnicodeScalarView([base])
    for scalar in scalars.dropFirst().prefix(while: isMark).prefix(4) where !isSelector(scalar) {
      kept.append(scalar)
    }
    return (Character(String(kept)), width)
  }

  private static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned: true
    default: false
    }
  }

  private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark: true
    default: false
    }
  }

  private static func isSelector(_ scalar: Unicode.Scalar) -> Bool {
    (0xfe00...0xfe0f).contains(scalar.value)
  }

  private static func isWide(_ scalar: Unicode.Scalar) -> Bool {
    let value = scalar.value
    // Nothing below the Hangul consonants is wide but emoji, and braille and blocks are common here.
    if value < 0x1100 || (0x2500...0x25fc).contains(value) || (0x2800...0x28ff).contains(value) {
      return false
    }
    return wideRanges.contains { $0.contains(value) } || scalar.properties.isEmojiPresentation
  }

  /// The East Asian wide and full-width blocks.
  /// Source: Unicode, EastAsianWidth.txt, classes W and F, to the granularity of blocks.
  private static let wideRanges: [ClosedRange<UInt32>] = [
    0x1100...0x115f, 0x2329...0x232a, 0x2e80...0x303e, 0x3041...0x33ff, 0x3400...0x4dbf,
    0x4e00...0xa4cf, 0xa960...0xa97c, 0xac00...0xd7a3, 0xf900...0xfaff, 0xfe10...0xfe19,
    0xfe30...0xfe6f, 0xff01...0xff60, 0xffe0...0xffe6, 0x16fe0...0x18cff, 0x1b000...0x1b2ff,
    0x1f200...0x1f265, 0x20000...0x3fffd,
  ]
}

extension String {
  /// The text cut to at most so many columns, with an ellipsis as its last when it was cut.
  package func truncated(to width: Int, ellipsis: Character = "…") -> String {
    if utf8.count <= width || DisplayWidth.of(self) <= width { return self }
    guard width > 0 else { return "" }
    var kept = ""
    var used = 0
    for character in self {
      let columns = DisplayWidth.drawable(character).width
      if used + columns > width - 1 { break }
      kept.append(character)
      used += columns
    }
    return kept + String(ellipsis)
  }
}
