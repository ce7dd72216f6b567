/// The `model` of a `tokenizer.json`.
struct ModelSection {
  private let section: FileSection
  private let type: String
  private let vocabulary: Vocabulary
  /// Nil for models without.
  private let merges: MergeTableBuilder?

  init(_ section: FileSection) throws(TokenizerError) {
    self.section = section
    // Files of the first years do not name the type.
    let isBytePairEncoding = section.json.has("merges")
    type = try section.string("type") ?? (isBytePairEncoding ? "BPE" : "WordPiece")
    guard type == "BPE" || type == "WordPiece" else {
      throw section.unsupported("models of type \(type) are not supported")
    }
    vocabulary = try VocabularyReader.vocabulary(section.required("vocab"))
    merges =
      type == "BPE"
      ? try VocabularyReader.merges(section.required("merges"), vocabulary) : nil
  }

  func model(unit: BytePairEncoding.Unit) throws(TokenizerError) -> Model {
    guard let merges else {
      guard unit == .scalar else {
        throw section.unsupported("WordPiece on the bytes of a ByteLevel pre-tokenizer")
      }
      return .wordPiece(try wordPiece())
    }
    if let dropout = section.json["dropout"]?.number, dropout != 0 {
      throw section.unsupported("dropout \(dropout) would make the tokens random")
    }
    for key in ["continuing_subword_prefix", "end_of_word_suffix"] {
      if let text = try section.string(key), !text.isEmpty {
        throw section.unsupported("\(key) \"\(text)\"")
      }
    }
    return .bytePairEncoding(
      BytePairEncoding(
        vocabulary: vocabulary, merges: merges.table, unit: unit, fallback: try fallback(unit),
        takesWholeWords: try section.bool("ignore_merges") ?? false))
  }

  /// Splits that make words of what would be one long word; see `PreTokenizer.beforeMarker`.
  func addedSplits(unit: BytePairEncoding.Unit) throws(TokenizerError) -> [PreTokenizer] {
    guard let merges, unit == .scalar, try section.bool("ignore_merges") != true else { return [] }
    return PreTokenizer.splitsThatChangeNothing(vocabulary: vocabulary, merges: merges)
  }

  private func wordPiece() throws(TokenizerError) -> WordPiece {
    let unknown = try section.utf8("unk_token") ?? Array("[UNK]".utf8)
    return WordPiece(
      vocabulary: vocabulary, unknownID: try id(of: unknown, "unk_token"),
      continuationPrefix: try section.utf8("continuing_subword_prefix") ?? Array("##".utf8),
      longestWord: try section.integer("max_input_chars_per_word") ?? 100)
  }

  private func fallback(
    _ unit: BytePairEncoding.Unit
  ) throws(TokenizerError) -> BytePairEncoding.Fallback {
    var fallback = BytePairEncoding.Fallback()
    fallback.fusesUnknown = try section.bool("fuse_unk") ?? false
    if let unknown = try section.utf8("unk_token") {
      fallback.unknownID = Int32(try id(of: unknown, "unk_token"))
    }
    if try section.bool("byte_fallback") ?? false {
      guard unit == .scalar else {
        throw section.unsupported("byte_fallback with a ByteLevel pre-tokenizer")
      }
      fallback.byteIDs = BytePairEncoding.byteIDs(in: vocabulary)
    }
    return fallback
  }

  private func id(of token: [UInt8], _ key: String) throws(TokenizerError) -> Int {
    guard let id = vocabulary.id(of: token) else {
      throw .tokenNotInVocabulary(
        file: section.file, component: "\(section.name).\(key)",
        token: String(decoding: token, as: UTF8.self))
    }
    return id
  }
}

extension BytePairEncoding {
  /// The ids of the tokens `<0x00>` to `<0xFF>`, -1 for those that are missing.
  static func byteIDs(in vocabulary: Vocabulary) -> [Int32] {
    let digits = Array("0123456789ABCDEF")
    return (0...255).map { byte in
      vocabulary.id(of: "<0x\(digits[byte >> 4])\(digits[byte & 15])>").map(Int32.init) ?? -1
    }
  }
}

extension PreTokenizer {
  /// A split before each of SentencePiece's markers, if no merge joins what it parts.
  static func splitsThatChangeNothing(
    vocabulary: Vocabulary, merges: MergeTableBuilder
  ) -> [PreTokenizer] {
    // Were the marker unknown, it could become one with unknown scalars before it.
    guard !merges.crossesMarkers, vocabulary.id(of: Metaspace.defaultMarker) != nil else {
      return []
    }
    return [.beforeMarker(Metaspace.defaultMarker)]
  }
}
