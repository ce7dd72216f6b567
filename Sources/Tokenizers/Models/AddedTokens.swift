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

  var isEmpty: Bool { byID.isEmpty }

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

/// Finds tokens in text.
struct TokenFinder: Sendable {
  /// A token, or the text between two.
  struct Part {
    var range: Range<Int>
    /// Nil for text between tokens.
    var id: Int?
  }

  private struct Entry {
    var content: [UInt8]
    var token: AddedToken
    var id: Int
  }

  /// By the first byte of their content, the longest first.
  private var entries: [[Entry]] = Array(repeating: [], count: 256)
  private(set) var isEmpty = true

  /// - Parameter content: what is looked for; nothing is when it is empty.
  mutating func add(_ content: [UInt8], _ token: AddedToken, id: Int) {
    guard let first = content.first.map(Int.init) else { return }
    isEmpty = false
    entries[first].removeAll { $0.content == content }
    let place = entries[first].firstIndex { $0.content.count < content.count }
    entries[first].insert(
      Entry(content: content, token: token, id: id), at: place ?? entries[first].count)
  }

  mutating func remove(_ id: Int) {
    for first in entries.indices { entries[first].removeAll { $0.id == id } }
    isEmpty = entries.allSatisfy(\.isEmpty)
  }

  /// Calls the closure with each part of a range of a text, in order; the text between tokens is
  /// left out where it is empty.
  func forEachPart(
    of text: Span<UInt8>, in range: Range<Int>, _ body: (Part) -> Void
  ) {
    guard !isEmpty else {
      if !range.isEmpty { body(Part(range: range)) }
      return
    }
    let text = text.extracting(0..<range.upperBound)
    var done = range.lowerBound
    var index = range.lowerBound
    while index < range.upperBound {
      guard let found = entries[Int(text[index])].first(where: { text.has($0.content, at: index) })
      else {
        index += 1
        continue
      }
      let start = index
      let end = index + found.content.count
      index = end
      guard !found.token.isSingleWord || Self.isAlone(start..<end, in: text, from: range.lowerBound)
      else { continue }
      let right = found.token.stripsRight ? text.whitespaceEnd(from: end) : end
      var from = start
      if found.token.stripsLeft {
        // White space that an earlier token took is not taken again.
        from = min(max(text.whitespaceStart(before: start), done), right)
      }
      if done < from { body(Part(range: done..<from)) }
      body(Part(range: from..<right, id: found.id))
      done = right
    }
    if done < range.upperBound { body(Part(range: done..<range.upperBound)) }
  }

  private static func isAlone(
    _ range: Range<Int>, in text: Span<UInt8>, from textStart: Int
  ) -> Bool {
    if range.lowerBound > textStart {
      let before = text.scalar(at: text.scalarStart(before: range.lowerBound)).value
      if ScalarClass(of: before).contains(.word) { return false }
    }
    guard range.upperBound < text.count else { return true }
    return !ScalarClass(of: text.scalar(at: range.upperBound).value).contains(.word)
  }
}
