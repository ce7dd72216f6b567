/// Joins neighbouring tokens by the rank of their pair until none is left to join; the model of
/// GPT-2, LLaMA and their kin.
struct BytePairEncoding: Sendable {
  /// What a word is made of before any merge.
  enum Unit: Sendable {
    /// Its bytes; the vocabulary is written in the letters of `ByteAlphabet`.
    case byte
    case scalar
  }

  /// What becomes of a unit that is no token.
  struct Fallback: Sendable {
    /// Its bytes become the tokens `<0x00>` to `<0xFF>`, if all of them are there.
    var byteIDs: [Int32]?
    /// Else this; nil: it vanishes.
    var unknownID: Int32?
    /// Whether unknown units that follow each other become one token.
    var fusesUnknown = false
  }

  /// As the files write it.
  let vocabulary: Vocabulary
  /// As it is found in text.
  private let found: Vocabulary
  let merges: MergeTable
  let unit: Unit
  let fallback: Fallback
  /// Whether a word that is a token as a whole is taken as such.
  let takesWholeWords: Bool
  /// The token of each byte, or of each ASCII scalar; -1 where there is none.
  private let singleIDs: [Int32]

  init(
    vocabulary: Vocabulary, merges: MergeTable, unit: Unit, fallback: Fallback,
    takesWholeWords: Bool
  ) {
    self.vocabulary = vocabulary
    self.merges = merges
    self.unit = unit
    self.fallback = fallback
    self.takesWholeWords = takesWholeWords
    let found = unit == .byte ? Self.inBytes(vocabulary) : vocabulary
    singleIDs = (0...255).map { (byte: UInt8) in found.id(of: [byte]).map(Int32.init) ?? -1 }
    self.found = found
  }

  /// The tokens in the bytes that they are written for; those that are written for none are left
  /// out.
  private static func inBytes(_ vocabulary: Vocabulary) -> Vocabulary {
    var found = Vocabulary()
    vocabulary.forEachToken { token, id in
      if let bytes = ByteAlphabet.bytes(of: token) { found.add(bytes, id: id) }
    }
    return found
  }

  /// Appends the tokens of a word, which is not empty.
  func tokenize(_ word: Span<UInt8>, into tokens: inout ModelTokens) {
    if takesWholeWords, let id = found.id(of: word, 0..<word.count) {
      return tokens.append(id, length: word.count)
    }
    var symbols = SymbolList(capacity: word.count)
    appendUnits(of: word, to: &symbols)
    symbols.merge(by: merges)
    symbols.forEachToken { tokens.append($0, length: $1) }
  }

  private func appendUnits(of word: Span<UInt8>, to symbols: inout SymbolList) {
    var unknownLength = 0
    var index = 0
    while index < word.count {
      let length =
        switch unit {
        case .byte: 1
        case .scalar: Span<UInt8>.scalarLength(lead: word[index])
        }
      let next = index + length
      let id = length == 1 ? singleIDs[Int(word[index])] : found.id(of: word, index..<next)
      if let id, id >= 0 {
        flushUnknown(&unknownLength, to: &symbols)
        symbols.append(id, length: length)
      } else if !appendBytes(of: word, index..<next, to: &symbols) {
        if !fallback.fusesUnknown { flushUnknown(&unknownLength, to: &symbols) }
        unknownLength += length
      }
      index = next
    }
    flushUnknown(&unknownLength, to: &symbols)
  }

  /// Appends the unknown units so far. Bytes that stand in for a unit do not call this, so they come
  /// before the unknown ones to their left: that is Hugging Face's order.
  private func flushUnknown(_ length: inout Int, to symbols: inout SymbolList) {
    if length > 0, let id = fallback.unknownID { symbols.append(id, length: length) }
    length = 0
  }

  private func appendBytes(
    of word: Span<UInt8>, _ range: Range<Int>, to symbols: inout SymbolList
  ) -> Bool {
    guard let byteIDs = fallback.byteIDs else { return false }
    for index in range where byteIDs[Int(word[index])] < 0 { return false }
    for index in range { symbols.append(byteIDs[Int(word[index])], length: 1) }
    return true
  }
}
