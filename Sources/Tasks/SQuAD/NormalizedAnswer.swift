/// An answer as SQuAD's official scripts compare it: lower case, without punctuation and articles,
/// as tokens that white space separated.
///
/// Follows the scripts to the letter, with Python's notions of case, word and white space: `lower()`
/// knows the final sigma, `string.punctuation` is ASCII only, the articles are matched by
/// `\b(a|an|the)\b`, and tokens are compared scalar by scalar without canonical equivalence.
struct NormalizedAnswer: Hashable {
  /// The UTF-8 of each token.
  let tokens: [[UInt8]]

  init(_ text: String) {
    let lower = PythonText.lowercased(text)
    let plain = lower.filter { !PythonText.isPunctuation($0) }
    tokens = PythonText.tokens(of: Self.removingArticles(plain))
  }

  /// Puts a space in the place of each run of word characters that is an article.
  private static func removingArticles(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
    var kept: [Unicode.Scalar] = []
    var word: [Unicode.Scalar] = []
    func endWord() {
      if articles.contains(word) { kept.append(" ") } else { kept += word }
      word.removeAll(keepingCapacity: true)
    }
    for scalar in text {
      if PythonText.isWord(scalar) {
        word.append(scalar)
      } else {
        endWord()
        kept.append(scalar)
      }
    }
    endWord()
    return kept
  }

  private static let articles: [[Unicode.Scalar]] = ["a", "an", "the"].map { article in
    Array((article as String).unicodeScalars)
  }
}

/// What Python's `str` does, where Swift's `String` does something else.
private enum PythonText {
  /// `str.lower()`: the full mapping, with the final form of sigma at the end of words.
  static func lowercased(_ text: String) -> [Unicode.Scalar] {
    let scalars = Array(text.unicodeScalars)
    var lower: [Unicode.Scalar] = []
    lower.reserveCapacity(scalars.count)
    for (index, scalar) in scalars.enumerated() {
      if scalar == "Σ" {
        lower.append(isFinal(index, in: scalars) ? "ς" : "σ")
      } else {
        lower += scalar.properties.lowercaseMapping.unicodeScalars
      }
    }
    return lower
  }

  /// Whether a letter has a cased one before it and none after, passing over what case ignores.
  private static func isFinal(_ index: Int, in scalars: [Unicode.Scalar]) -> Bool {
    func isCased(_ scalar: Unicode.Scalar?) -> Bool { scalar?.properties.isCased ?? false }
    let before = scalars[..<index].last { !$0.properties.isCaseIgnorable }
    let after = scalars[(index + 1)...].first { !$0.properties.isCaseIgnorable }
    return isCased(before) && !isCased(after)
  }

  /// Whether a scalar is in `string.punctuation`.
  static func isPunctuation(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x21...0x2f, 0x3a...0x40, 0x5b...0x60, 0x7b...0x7e: true
    default: false
    }
  }

  /// Whether `\w` matches: `isalnum()`, which takes no combining marks, or an underscore.
  static func isWord(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: true
    default: scalar == "_" || scalar.properties.numericType != nil
    }
  }

  /// `str.split()`, as UTF-8.
  static func tokens(of text: [Unicode.Scalar]) -> [[UInt8]] {
    text.split { isSpace($0) }.map { $0.flatMap { Array(String($0).utf8) } }
  }

  /// `str.isspace()` of one scalar: white space of Unicode and the four ASCII separators.
  private static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isWhitespace || (0x1c...0x1f).contains(scalar.value)
  }
}
