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
