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
