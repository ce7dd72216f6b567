/// A token that is found in text before the model sees it, such as `[MASK]`.
struct AddedToken: Sendable, Equatable {
  /// In UTF-8; never empty.
  var content: [UInt8]
  /// Left out when ids are turned into text, if wanted.
  var isSpecial = true
  /// Found only where no word character stands beside it.
  var isSingleWord = false
  /// Takes the white space before it.
  var stripsLeft = false
  /// Takes the white space after it.
  var stripsRight = false
  /// Looked for, in its normalized form, in the normalized text.
  var isNormalized = false
}

/// The added tokens of a tokenizer, found in text from left to right, the longest first.
struct AddedTokens: Sendable {
  /// Found in the text as it was given.
  private(set) var literal = TokenFinder()
  /// Found in the normalized text.
  private(set) var normalized = TokenFinder()
  /// By id.
  private(set) var byID: [Int: AddedToken] = [:]
  /// The normalized form of those that are looked for in it, by id.
  private var normalizedContents: [Int: [UInt8]] = [:]
  private var ids: [[UInt8]: Int] = [:]

  /// The number of tokens that the vocabulary does not have.
  func count(beyond vocabulary: Vocabulary) -> Int {
    ids.keys.count { vocabulary.id(of: $0) == nil }
  }

  func id(of content: [UInt8]) -> Int? { ids[content] }

  /// What an id stands for when it is turned into text; nil when it is none of these.
  func content(of id: Int) -> [UInt8]? { normalizedContents[id] ?? byID[id]?.content }

  /// Adds a token; it has the id that the vocabulary or an earlier token of the same content has,
  /// else the next free one.
  ///
  /// - Parameter normalized: the token's content as the normalizers leave it.
  mutating func add(_ token: AddedToken, vocabulary: Vocabulary, normalized content: [UInt8]) {
    let highest = byID.keys.max() ?? -1
    let id =
      ids[token.content] ?? vocabulary.id(of: token.content)
      ?? max(vocabulary.count, highest + 1)
    if let earlier = byID[id] {
      guard earlier != token else { return }
      literal.remove(id)
      normalized.remove(id)
    }
    ids[token.content] = id
    byID[id] = token
    normalizedContents[id] = token.isNormalized ? content : nil
    if token.isNormalized {
      normalized.add(content, token, id: id)
    } else {
      literal.add(token.content, token, id: id)
    }
  }
}
