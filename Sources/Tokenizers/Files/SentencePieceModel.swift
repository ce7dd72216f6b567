/// A `tokenizer.model`: SentencePiece's protocol buffer.
///
/// Read by hand; of sentencepiece_model.proto only the fields that matter here are looked at.
struct SentencePieceModel {
  enum Kind: Int {
    case normal = 1
    case unknown, control, userDefined, unused, byte
  }

  struct Piece {
    var content: [UInt8]
    var kind: Kind
  }

  let file: String
  private(set) var pieces: [Piece] = []
  /// Whether scalars without a piece become byte pieces.
  private(set) var fallsBackToBytes = false
  private(set) var addsDummyPrefix = true
  private var modelType = 1
  private var removesExtraWhitespace = true
  private var normalizationName = ""
  private var hasNormalizationRules = false

  init(path: String) throws(TokenizerError) {
    file = path
    let reader = ProtocolBuffer(file: path, bytes: try FileBytes.read(path)[...])
    try reader.forEachField { (field, value) throws(TokenizerError) in
      switch field {
      case 1: pieces.append(try Self.piece(reader.message(value)))
      case 2: try readTrainer(reader.message(value))
      case 3: try readNormalizer(reader.message(value))
      default: break
      }
    }
    try check()
  }

  private func check() throws(TokenizerError) {
    guard !pieces.isEmpty else {
      throw .notSentencePiece(file: file, offset: 0, reason: "no pieces")
    }
    let types = [1: "unigram", 3: "word", 4: "character"]
    guard modelType == 2 else {
      throw .unsupported(
        file: file, component: "trainer_spec.model_type",
        reason: "models of type \(types[modelType] ?? "\(modelType)") are not supported")
    }
    guard !hasNormalizationRules else {
      throw .unsupported(
        file: file, component: "normalizer_spec.precompiled_charsmap",
        reason: "the normalization \(normalizationName) is not supported")
    }
    guard !removesExtraWhitespace else {
      throw .unsupported(
        file: file, component: "normalizer_spec.remove_extra_whitespaces",
        reason: "removing white space is not supported")
    }
  }

  private static func piece(_ message: ProtocolBuffer) throws(TokenizerError) -> Piece {
    var piece = Piece(content: [], kind: .normal)
    try message.forEachField { (field, value) throws(TokenizerError) in
      switch (field, value) {
      case (1, .bytes(let bytes)):
        guard String(validating: bytes, as: UTF8.self) != nil else {
          throw message.failure(at: bytes.startIndex, "a piece is not UTF-8")
        }
        piece.content = Array(bytes)
      case (3, .integer(let number)):
        guard let kind = Kind(rawValue: Int(truncatingIfNeeded: number)) else {
          throw message.failure(at: message.bytes.startIndex, "a piece of unknown type \(number)")
        }
        piece.kind = kind
      default: break
      }
    }
    return piece
  }

  private mutating func readTrainer(_ message: ProtocolBuffer) throws(TokenizerError) {
    try message.forEachField { (field, value) throws(TokenizerError) in
      switch (field, value) {
      case (3, .integer(let number)): modelType = Int(truncatingIfNeeded: number)
      case (35, .integer(let number)): fallsBackToBytes = number != 0
      default: break
      }
    }
  }

  private mutating func readNormalizer(_ message: ProtocolBuffer) throws(TokenizerError) {
    try message.forEachField { (field, value) throws(TokenizerError) in
      switch (field, value) {
      case (1, .bytes(let bytes)): normalizationName = String(decoding: bytes, as: UTF8.self)
      case (2, .bytes(let bytes)): hasNormalizationRules = !bytes.isEmpty
      case (3, .integer(let number)): addsDummyPrefix = number != 0
      case (4, .integer(let number)): removesExtraWhitespace = number != 0
      default: break
      }
    }
  }

  /// The pieces with their ids.
  func vocabulary() -> Vocabulary {
    var vocabulary = Vocabulary()
    for (id, piece) in pieces.enumerated() { vocabulary.add(piece.content, id: id) }
    return vocabulary
  }

  /// The merges that would have made the pieces: every way to part a piece into two others, in the
  /// order of the pieces, the shorter first parts first. (As transformers derives them.)
  func merges(_ vocabulary: Vocabulary) throws(TokenizerError) -> MergeTableBuilder {
    var builder = MergeTableBuilder(file: file, vocabulary: vocabulary)
    for piece in pieces {
      let content = piece.content.span
      for cut in piece.content.indices.dropFirst() where content[cut] & 0xC0 != 0x80 {
        guard vocabulary.id(of: content, 0..<cut) != nil,
          vocabulary.id(of: content, cut..<content.count) != nil
        else { continue }
        try builder.add(Array(piece.content[..<cut]), Array(piece.content[cut...]))
      }
    }
    return builder
  }
}
