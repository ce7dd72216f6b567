/// Splits a word into the longest tokens that it starts with, one after the other; BERT's model.
struct WordPiece: Sendable {
  let vocabulary: Vocabulary
  let unknownID: Int32
  /// What a token begins with that does not begin a word; usually `##`.
  let continuationPrefix: [UInt8]
  /// Longer words, in scalars, are unknown.
  let longestWord: Int
  private let continuationHash: TokenHash

  init(
    vocabulary: Vocabulary, unknownID: Int, continuationPrefix: [UInt8], longestWord: Int
  ) {
    self.vocabulary = vocabulary
    self.unknownID = Int32(unknownID)
    self.continuationPrefix = continuationPrefix
    self.longestWord = longestWord
    var hash = TokenHash()
    for byte in continuationPrefix { hash.add(byte) }
    continuationHash = hash
  }

  /// Appends the tokens of a word, which is not empty.
  func tokenize(_ word: Span<UInt8>, into tokens: inout ModelTokens) {
    let first = tokens.count
    var scalars = 0
    for index in 0..<word.count where word[index] & 0xC0 != 0x80 { scalars += 1 }
    guard scalars <= longestWord else { return tokens.append(unknownID, length: word.count) }
    // The prefix and what may follow it, to be looked up together.
    var continuation = continuationPrefix
    var start = 0
    while start < word.count {
      let found: (id: Int32, end: Int)?
      if start == 0 {
        found = longestToken(in: word, from: 0, hash: TokenHash())
      } else {
        continuation.removeSubrange(continuationPrefix.count...)
        for index in start..<word.count { continuation.append(word[index]) }
        let shift = start - continuationPrefix.count
        found = longestToken(
          in: continuation.span, from: continuationPrefix.count, hash: continuationHash
        ).map { ($0.id, $0.end + shift) }
      }
      guard let found else {
        tokens.removeSubrange(from: first)
        return tokens.append(unknownID, length: word.count)
      }
      tokens.append(found.id, length: found.end - start)
      start = found.end
    }
  }

  /// The longest token that is all of a text up to some end beyond `start`.
  ///
  /// - Parameter hash: of the text before `start`.
  private func longestToken(
    in text: Span<UInt8>, from start: Int, hash: TokenHash
  ) -> (id: Int32, end: Int)? {
    var hash = hash
    var longest: (id: Int32, end: Int)?
    var end = start
    while end < text.count, end < vocabulary.longest {
      let next = end + Span<UInt8>.scalarLength(lead: text[end])
      for index in end..<next { hash.add(text[index]) }
      end = next
      if let id = vocabulary.id(of: text, 0..<end, hash: hash) { longest = (id, end) }
    }
    return longest
  }
}
