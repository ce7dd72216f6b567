/// The regular expressions by which byte-level tokenizers split text into words, written out.
///
/// They are all of one make: contractions, words, numbers, other characters, white space. Each
/// matches at every position, so splitting by one is to ask for the end of the word that starts
/// here. What differs is listed as properties.
struct WordPattern: Sendable, Equatable {
  enum Words: Sendable {
    /// ` ?\p{L}+`
    case afterBlank
    /// `[^\r\n\p{L}\p{N}]?\p{L}+`
    case afterAnySeparator
    /// The same, but split where lower case is followed by upper case; marks are part of words.
    case byCase
  }

  enum Contractions: Sendable {
    case none, lowercase, anyCase
  }

  var contractions: Contractions
  var words: Words
  /// How many digits a number may have; nil: any number, and a blank before them.
  var digitLimit: Int?
  /// Whether line ends follow other characters, and end the white space before them.
  var keepsLineEnds: Bool
  /// Whether slashes follow other characters too.
  var keepsSlashes = false

  /// GPT-2's, also of RoBERTa and OPT.
  static let gpt2 = WordPattern(
    contractions: .lowercase, words: .afterBlank, digitLimit: nil, keepsLineEnds: false)
  static let qwen2 = WordPattern(
    contractions: .anyCase, words: .afterAnySeparator, digitLimit: 1, keepsLineEnds: true)
  static let llama3 = WordPattern(
    contractions: .anyCase, words: .afterAnySeparator, digitLimit: 3, keepsLineEnds: true)
  static let tekken = WordPattern(
    contractions: .none, words: .byCase, digitLimit: 1, keepsLineEnds: true, keepsSlashes: true)

  /// The patterns as `tokenizer.json` spells them.
  private static let known: [String: WordPattern] = [
    #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#: gpt2,
    #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"#
      + #"|\s*[\r\n]+|\s+(?!\S)|\s+"#: qwen2,
    #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"#
      + #"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#: llama3,
    #"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+"#
      + #"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*"#
      + #"|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"#: tekken,
  ]

  /// The pattern for a regular expression; nil when it is none of those known.
  init?(regularExpression: String) {
    guard let pattern = Self.known[regularExpression] else { return nil }
    self = pattern
  }

  init(
    contractions: Contractions, words: Words, digitLimit: Int?, keepsLineEnds: Bool,
    keepsSlashes: Bool = false
  ) {
    self.contractions = contractions
    self.words = words
    self.digitLimit = digitLimit
    self.keepsLineEnds = keepsLineEnds
    self.keepsSlashes = keepsSlashes
  }

  /// The end of the word that starts at an index; the alternatives are tried in the order of the
  /// regular expression.
  func wordEnd(in text: Span<UInt8>, from start: Int) -> Int {
    if let end = contractionEnd(in: text, from: start) { return end }
    let (first, length) = text.scalar(at: start)
    let kind = ScalarClass(of: first)
    if let end = letterWordEnd(in: text, from: start, first: first, kind: kind) { return end }
    if let end = numberEnd(in: text, from: start, first: first, kind: kind) { return end }
    let others = first == 0x20 ? start + length : start
    let othersEnd = text.end(from: others) { $0.isDisjoint(with: [.whitespace, .letter, .number]) }
    if othersEnd > others { return trailerEnd(in: text, from: othersEnd) }
    return whitespaceEnd(in: text, from: start)
  }

  private func contractionEnd(in text: Span<UInt8>, from start: Int) -> Int? {
    guard contractions != .none, text[start] == UInt8(ascii: "'"), start + 1 < text.count else {
      return nil
    }
    let fold: UInt8 = contractions == .anyCase ? 0x20 : 0
    let second = text[start + 1] | fold
    switch second {
    case UInt8(ascii: "s"), UInt8(ascii: "t"), UInt8(ascii: "m"), UInt8(ascii: "d"):
      return start + 2
    default:
      if contractions == .anyCase, text.has(Self.longS, at: start + 1) { return start + 3 }
      guard start + 2 < text.count else { return nil }
      switch (second, text[start + 2] | fold) {
      case (UInt8(ascii: "r"), UInt8(ascii: "e")), (UInt8(ascii: "v"), UInt8(ascii: "e")),
        (UInt8(ascii: "l"), UInt8(ascii: "l")):
        return start + 3
      default:
        return nil
      }
    }
  }

  /// U+017F, which is an s to an expression that ignores case.
  private static let longS: [UInt8] = [0xC5, 0xBF]

  private func letterWordEnd(
    in text: Span<UInt8>, from start: Int, first: UInt32, kind: ScalarClass
  ) -> Int? {
    let length = Span<UInt8>.scalarLength(lead: text[start])
    switch words {
    case .afterBlank:
      let letters = first == 0x20 ? start + 1 : start
      let end = text.end(from: letters) { $0.contains(.letter) }
      return end > letters ? end : nil
    case .afterAnySeparator:
      let letters = kind.contains(.letter) ? start : start + length
      guard letters == start || Self.mayPrecedeWord(first, kind) else { return nil }
      let end = text.end(from: letters) { $0.contains(.letter) }
      return end > letters ? end : nil
    case .byCase:
      // Either form of word is tried after one other character first, then without.
      let starts = Self.mayPrecedeWord(first, kind) ? [start + length, start] : [start]
      for letters in starts {
        if let end = Self.tailedWordEnd(in: text, from: letters) { return end }
      }
      for letters in starts {
        let headEnd = text.end(from: letters) { $0.contains(.wordHead) }
        if headEnd > letters { return text.end(from: headEnd) { $0.contains(.wordTail) } }
      }
      return nil
    }
  }

  /// `[^\r\n\p{L}\p{N}]`
  private static func mayPrecedeWord(_ scalar: UInt32, _ kind: ScalarClass) -> Bool {
    scalar != 0x0A && scalar != 0x0D && kind.isDisjoint(with: [.letter, .number])
  }

  /// The end of any number of head characters and then at least one of the tail's, which the head
  /// gives up where it must; nil when there is none.
  private static func tailedWordEnd(in text: Span<UInt8>, from start: Int) -> Int? {
    let headEnd = text.end(from: start) { $0.contains(.wordHead) }
    let tailEnd = text.end(from: headEnd) { $0.contains(.wordTail) }
    if tailEnd > headEnd { return tailEnd }
    var end = headEnd
    while end > start {
      let last = text.scalarStart(before: end)
      if ScalarClass(of: text.scalar(at: last).value).contains(.wordTail) { return end }
      end = last
    }
    return nil
  }

  private func numberEnd(
    in text: Span<UInt8>, from start: Int, first: UInt32, kind: ScalarClass
  ) -> Int? {
    guard let digitLimit else {
      let digits = first == 0x20 ? start + 1 : start
      let end = text.end(from: digits) { $0.contains(.number) }
      return end > digits ? end : nil
    }
    guard kind.contains(.number) else { return nil }
    var left = digitLimit
    return text.end(from: start) { kind in
      left -= 1
      return left >= 0 && kind.contains(.number)
    }
  }

  /// `[\r\n]*` or `[\r\n/]*` after other characters.
  private func trailerEnd(in text: Span<UInt8>, from start: Int) -> Int {
    guard keepsLineEnds else { return start }
    var end = start
    while end < text.count {
      switch text[end] {
      case 0x0A, 0x0D: end += 1
      case UInt8(ascii: "/") where keepsSlashes: end += 1
      default: return end
      }
    }
    return end
  }

  /// `\s*[\r\n]+` where line ends are kept, else `\s+(?!\S)`, else `\s+`.
  private func whitespaceEnd(in text: Span<UInt8>, from start: Int) -> Int {
    let end = text.whitespaceEnd(from: start)
    if keepsLineEnds {
      var lineEnd = end
      while lineEnd > start, text[lineEnd - 1] != 0x0A, text[lineEnd - 1] != 0x0D { lineEnd -= 1 }
      if lineEnd > start { return lineEnd }
    }
    if end == text.count { return end }
    // The last white space is left for the word after it, unless it is the only one.
    let last = text.scalarStart(before: end)
    return last > start ? last : end
  }
}

extension Span where Element == UInt8 {
  /// The end of the scalars from an index on whose class matches.
  @inline(__always)
  fileprivate func end(from start: Int, while matches: (ScalarClass) -> Bool) -> Int {
    var index = start
    while index < count {
      let (scalar, length) = scalar(at: index)
      guard matches(ScalarClass(of: scalar)) else { break }
      index += length
    }
    return index
  }
}
