/// What turns words into tokens.
enum Model: Sendable {
  case wordPiece(WordPiece)
  case bytePairEncoding(BytePairEncoding)

  var vocabulary: Vocabulary {
    switch self {
    case .wordPiece(let model): model.vocabulary
    case .bytePairEncoding(let model): model.vocabulary
    }
  }

  /// Appends the tokens of a word, which is not empty.
  func tokenize(_ word: Span<UInt8>, into tokens: inout ModelTokens) {
    switch self {
    case .wordPiece(let model): model.tokenize(word, into: &tokens)
    case .bytePairEncoding(let model): model.tokenize(word, into: &tokens)
    }
  }
}
