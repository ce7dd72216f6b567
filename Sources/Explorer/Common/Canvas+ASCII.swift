import Canvas

extension Canvas {
  /// Puts the nearest seven-bit character in place of every other, for words and names; graphs are
  /// drawn from such characters in the first place.
  mutating func reduceToASCII() {
    let plain: [Character: Character] = [
      "ε": "e", "·": "-", "×": "x", "–": "-", "≤": "<", "±": "~", "−": "-", "√": "V", "●": "*",
      "…": "~", "é": "e", "ő": "o",
      "“": "\"", "”": "\"", "’": "'", "↑": "^", "↓": "v", "←": "<", "→": ">", "▸": ">",
    ]
    for y in 0..<size.height {
      for x in 0..<size.width where !self[x, y].character.isASCII {
        self[x, y].character = plain[self[x, y].character] ?? "?"
      }
    }
  }
}
