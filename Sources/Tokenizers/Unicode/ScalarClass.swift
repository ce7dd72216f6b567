/// What Hugging Face tokenizers takes a Unicode scalar for.
///
/// The library's parts rest on different editions of Unicode, none of which need be that of Swift's
/// standard library: so these come from a table that was made by asking it, and stay the same
/// whatever the toolchain. See make_unicode_tables.py.
struct ScalarClass: OptionSet {
  var rawValue: UInt16

  /// `\p{L}` of regular expressions.
  static let letter = ScalarClass(rawValue: 1 << 0)
  /// `\p{N}` of regular expressions.
  static let number = ScalarClass(rawValue: 1 << 1)
  /// White space, of regular expressions and everywhere else.
  static let whitespace = ScalarClass(rawValue: 1 << 2)
  /// `[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]`: what the first part of a word may consist of.
  static let wordHead = ScalarClass(rawValue: 1 << 3)
  /// `[\p{Ll}\p{Lm}\p{Lo}\p{M}]`: what the last part of a word may consist of.
  static let wordTail = ScalarClass(rawValue: 1 << 4)
  /// `\w`.
  static let word = ScalarClass(rawValue: 1 << 5)
  /// Punctuation, and the ASCII symbols.
  static let punctuation = ScalarClass(rawValue: 1 << 6)
  /// What the pre-tokenizer `Digits` takes for one.
  static let digit = ScalarClass(rawValue: 1 << 7)
  /// What BERT removes when it cleans text.
  static let removedByBERT = ScalarClass(rawValue: 1 << 8)
  /// The Chinese characters that BERT makes words of their own.
  static let chinese = ScalarClass(rawValue: 1 << 9)
  /// The marks that BERT strips.
  static let nonspacingMark = ScalarClass(rawValue: 1 << 10)
  /// The marks that the normalizer `StripAccents` strips.
  static let combiningMark = ScalarClass(rawValue: 1 << 11)
  /// Changes when lower-cased.
  static let cased = ScalarClass(rawValue: 1 << 12)
  /// Has a canonical decomposition.
  static let decomposes = ScalarClass(rawValue: 1 << 13)
  /// Has a combining class other than 0.
  static let reorders = ScalarClass(rawValue: 1 << 14)
  /// May not stand in a composed text as it is.
  static let unstableInNFC = ScalarClass(rawValue: 1 << 15)

  /// The class of every scalar, by its value.
  private static let table: [UInt16] = {
    var table = [UInt16](repeating: 0, count: 0x110000)
    let runs = UnicodeTables.classRuns
    for (index, run) in runs.enumerated() {
      let end = index + 1 < runs.count ? Int(runs[index + 1] >> 16) : table.count
      let bits = UInt16(truncatingIfNeeded: run)
      for value in Int(run >> 16)..<end { table[value] = bits }
    }
    return table
  }()

  /// The class of the scalar with that value.
  @inline(__always)
  init(of value: UInt32) {
    rawValue = Self.table[Int(value)]
  }

  init(rawValue: UInt16) {
    self.rawValue = rawValue
  }
}
