/// Remembers the tokens of words, since texts are made of few words that come again and again.
///
/// When it is full it starts anew, so its memory is bounded.
struct WordCache: Sendable {
  private struct Entry {
    var hash: TokenHash
    var word: Range<Int32>
    var tokens: Range<Int32>
  }

  /// Longer words, in bytes, are seldom seen again.
  static let longestWord = 128
  private static let capacity = 1 << 16

  private var entries: [Entry] = []
  /// Hash table of indices into `entries`, -1 where free; its size is a power of two.
  private var slots: [Int32] = Array(repeating: -1, count: 1 << 10)
  private var words: [UInt8] = []
  /// The tokens of all words.
  private(set) var tokens = ModelTokens()

  /// Where the tokens of a word are in `tokens`; makes them with the closure when the
  /// word is new.
  @inline(__always)
  mutating func tokens(
    of word: Span<UInt8>, make: (Span<UInt8>, inout ModelTokens) -> Void
  ) -> Range<Int> {
    var hash = TokenHash()
    for index in 0..<word.count { hash.add(word[index]) }
    var slot = hash.slot(of: slots.count)
    while slots[slot] >= 0 {
      let entry = entries[Int(slots[slot])]
      if entry.hash == hash, matches(entry, word) {
        return Int(entry.tokens.lowerBound)..<Int(entry.tokens.upperBound)
      }
      slot = (slot + 1) & (slots.count - 1)
    }
    return insert(word, hash: hash, make: make)
  }

  @inline(__always)
  private func matches(_ entry: Entry, _ word: Span<UInt8>) -> Bool {
    guard entry.word.count == word.count else { return false }
    let start = Int(entry.word.lowerBound)
    for index in 0..<word.count where words[start + index] != word[index] { return false }
    return true
  }

  @inline(never)
  private mutating func insert(
    _ word: Span<UInt8>, hash: TokenHash, make: (Span<UInt8>, inout ModelTokens) -> Void
  ) -> Range<Int> {
    if entries.count == Self.capacity { self = WordCache() }
    if (entries.count + 1) * 2 > slots.count { grow() }
    let wordStart = Int32(words.count)
    let tokenStart = tokens.count
    for index in 0..<word.count { words.append(word[index]) }
    make(word, &tokens)
    var slot = hash.slot(of: slots.count)
    while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
    slots[slot] = Int32(entries.count)
    entries.append(
      Entry(
        hash: hash, word: wordStart..<Int32(words.count),
        tokens: Int32(tokenStart)..<Int32(tokens.count)))
    return tokenStart..<tokens.count
  }

  private mutating func grow() {
    let count = slots.count * 2
    slots = Array(repeating: -1, count: count)
    for (index, entry) in entries.enumerated() {
      var slot = entry.hash.slot(of: count)
      while slots[slot] >= 0 { slot = (slot + 1) & (count - 1) }
      slots[slot] = Int32(index)
    }
  }
}
