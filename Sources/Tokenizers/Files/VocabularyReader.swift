/// Reads vocabularies and merges as JSON and text files write them.
enum VocabularyReader {
  /// An object of tokens and their ids.
  static func vocabulary(_ section: FileSection) throws(TokenizerError) -> Vocabulary {
    guard section.json.isObject else { throw section.malformed("is not an object") }
    var vocabulary = Vocabulary()
    try section.json.forEachMember { (token, value) throws(TokenizerError) in
      guard let id = value.integer, (0..<Vocabulary.idLimit).contains(id) else {
        let found = value.number.map { "\($0)" } ?? value.string ?? "?"
        throw .idOutOfRange(
          file: section.file, token: String(decoding: token, as: UTF8.self), id: found)
      }
      vocabulary.add(token, id: id)
    }
    return vocabulary
  }

  /// An array of pairs of tokens, each an array of two or a string with a blank between.
  static func merges(
    _ section: FileSection, _ vocabulary: Vocabulary
  ) throws(TokenizerError) -> MergeTableBuilder {
    guard section.json.isArray else { throw section.malformed("is not an array") }
    var builder = MergeTableBuilder(file: section.file, vocabulary: vocabulary)
    try section.json.forEachElement { (pair) throws(TokenizerError) in
      if let text = pair.utf8 {
        try builder.add(line: text[...])
      } else if let tokens = pair.elements, tokens.count == 2, let left = tokens[0].utf8,
        let right = tokens[1].utf8
      {
        try builder.add(left, right)
      } else {
        throw builder.badMerge("is not two tokens")
      }
    }
    return builder
  }
}

/// Collects the pairs of a `MergeTable`, in the order of their ranks.
struct MergeTableBuilder {
  private let file: String
  private let vocabulary: Vocabulary
  private var pairs: [(left: Int32, right: Int32, id: Int32)] = []
  /// Whether some pair begins its second token with SentencePiece's marker, but does not end its
  /// first with it.
  private(set) var crossesMarkers = false

  init(file: String, vocabulary: Vocabulary) {
    self.file = file
    self.vocabulary = vocabulary
  }

  var table: MergeTable {
    var table = MergeTable(capacity: pairs.count)
    for (rank, pair) in pairs.enumerated() {
      table.add(pair.left, pair.right, MergeTable.Merge(rank: Int32(rank), id: pair.id))
    }
    return table
  }

  /// Adds a pair that is written with a blank between; lines that tell the version are none.
  mutating func add(line: ArraySlice<UInt8>) throws(TokenizerError) {
    guard !line.starts(with: "#version".utf8) else { return }
    let tokens = line.split(separator: 0x20, omittingEmptySubsequences: false)
    guard tokens.count == 2 else {
      throw badMerge("\(tokens.count) tokens instead of two")
    }
    try add(Array(tokens[0]), Array(tokens[1]))
  }

  mutating func add(_ left: [UInt8], _ right: [UInt8]) throws(TokenizerError) {
    let marker = Metaspace.defaultMarker
    if right.starts(with: marker), !left.reversed().starts(with: marker.reversed()) {
      crossesMarkers = true
    }
    pairs.append((try id(of: left), try id(of: right), try id(of: left + right)))
  }

  private func id(of token: [UInt8]) throws(TokenizerError) -> Int32 {
    guard let id = vocabulary.id(of: token) else {
      throw .mergeOutOfVocabulary(
        file: file, index: pairs.count, token: String(decoding: token, as: UTF8.self))
    }
    return Int32(id)
  }

  func badMerge(_ reason: String) -> TokenizerError {
    .badMerge(file: file, index: pairs.count, reason: reason)
  }
}
