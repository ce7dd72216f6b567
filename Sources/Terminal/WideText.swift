import CTerminal
import Canvas

/// Text as ncurses takes it.
enum WideText {
  /// The scalars of a text, in which characters that the C library knows by another width, or that
  /// the locale does not have, are replaced by as many `?` as they take columns.
  static func encode(_ text: String) -> [wchar_t] {
    var encoded: [wchar_t] = []
    encoded.reserveCapacity(text.utf8.count)
    for character in text {
      if let ascii = character.asciiValue {
        encoded.append(wchar_t(ascii))
        continue
      }
      let scalars = character.unicodeScalars.map { wchar_t($0.value) }
      let width = DisplayWidth.of(String(character))
      let widths = scalars.map { Int(terminal_character_width($0)) }
      if widths[0] == width && widths.dropFirst().allSatisfy({ $0 == 0 }) {
        encoded += scalars
      } else {
        encoded += Array(repeating: wchar_t(UInt8(ascii: "?")), count: width)
      }
    }
    return encoded
  }
}
