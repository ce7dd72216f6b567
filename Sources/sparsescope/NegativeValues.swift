/// A command line in which negative numbers are values of the options before them.
///
/// The parser takes a word with a dash in front for an option: of `--limit -3` it would say that the
/// value is missing, and not what the value may be.
enum NegativeValues {
  /// The words, with each negative number joined to the option before it by an equals sign.
  static func joined(_ words: [String]) -> [String] {
    var joined: [String] = []
    var areOptionsOver = false
    for word in words {
      if !areOptionsOver, let option = joined.last, isOption(option), isNegative(word) {
        joined[joined.count - 1] = "\(option)=\(word)"
      } else {
        joined.append(word)
      }
      if word == "--" { areOptionsOver = true }
    }
    return joined
  }

  private static func isOption(_ word: String) -> Bool {
    word.wholeMatch(of: /--[a-z][a-z-]*/) != nil
  }

  private static func isNegative(_ word: String) -> Bool {
    word.prefixMatch(of: /-\.?[0-9]/) != nil
  }
}
