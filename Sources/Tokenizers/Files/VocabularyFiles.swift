/// Builds pipelines for folders without a `tokenizer.json`, as transformers does for the model's
/// family.
enum VocabularyFiles {
  /// `vocab.txt`: a token a line, whose number is its id.
  static func wordPiece(
    _ path: String, _ configuration: inout TokenizerConfiguration
  ) throws(TokenizerError) -> Pipeline {
    let classes = ["BertTokenizer", "DistilBertTokenizer", "ElectraTokenizer"]
    try check(path, configuration, classes: classes)
    configuration.setDefaults([
      .unk: "[UNK]", .sep: "[SEP]", .pad: "[PAD]", .cls: "[CLS]", .mask: "[MASK]",
    ])
    var vocabulary = Vocabulary()
    for (id, line) in try FileBytes.readLines(path).enumerated() {
      let token = Array(line)
      vocabulary.add(Array(token[..<token.span.whitespaceStart(before: token.count)]), id: id)
    }
    let unknown = configuration.special[.unk]?.content ?? []
    guard let unknownID = vocabulary.id(of: unknown) else {
      throw .tokenNotInVocabulary(
        file: path, component: "unk_token", token: String(decoding: unknown, as: UTF8.self))
    }
    let prefix = Array("##".utf8)
    var pipeline = Pipeline(
      model: .wordPiece(
        WordPiece(
          vocabulary: vocabulary, unknownID: unknownID, continuationPrefix: prefix,
          longestWord: 100)))
    pipeline.normalizers = [
      .bert(
        BERTNormalizer(
          separatesChinese: configuration.separatesChinese ?? true,
          stripsAccents: configuration.stripsAccents,
          lowercases: configuration.lowercases ?? true))
    ]
    pipeline.preTokenizers = [.bert]
    pipeline.decoders = [.wordPiece(prefix: prefix, cleansUp: true)]
    configuration.addTokens(to: &pipeline)
    pipeline.template = .bert(
      cls: try id(.cls, pipeline, configuration, path),
      sep: try id(.sep, pipeline, configuration, path))
    return pipeline
  }

  /// `vocab.json` and `merges.txt`: byte-level tokens and the pairs that join.
  static func byteLevel(
    vocabulary path: String, merges mergesPath: String,
    _ configuration: inout TokenizerConfiguration
  ) throws(TokenizerError) -> Pipeline {
    let isNamed = configuration.tokenizerClass != nil
    let families = [
      "roberta": "RobertaTokenizer", "qwen2": "Qwen2Tokenizer", "gpt2": "GPT2Tokenizer",
      "opt": "GPT2Tokenizer",
    ]
    let family = families[configuration.modelType ?? "gpt2"]
    let name = configuration.tokenizerClass ?? family
    let section = FileSection(file: path, json: try FileBytes.readJSON(path))
    let vocabulary = try VocabularyReader.vocabulary(section)
    var builder = MergeTableBuilder(file: mergesPath, vocabulary: vocabulary)
    for line in try FileBytes.readLines(mergesPath) { try builder.add(line: line) }
    var pipeline = Pipeline(
      model: .bytePairEncoding(
        BytePairEncoding(
          vocabulary: vocabulary, merges: builder.table, unit: .byte, fallback: .init(),
          takesWholeWords: false)))
    pipeline.decoders = [.bytes]
    let prefixSpace: [PreTokenizer] =
      configuration.addsPrefixSpace ?? false ? [.prefixSpace] : []
    let end = "<|endoftext|>"
    switch name {
    case "GPT2Tokenizer":
      configuration.setDefaults([.unk: end, .bos: end, .eos: end])
      pipeline.preTokenizers = prefixSpace + [.pattern(.gpt2)]
      configuration.addTokens(to: &pipeline)
      pipeline.template = try marked(pipeline, configuration, path)
    case "Qwen2Tokenizer":
      configuration.setDefaults([.unk: end, .eos: end, .pad: end])
      pipeline.normalizers = [.nfc]
      pipeline.preTokenizers = [.pattern(.qwen2)] + prefixSpace
      configuration.addTokens(to: &pipeline)
      pipeline.template = try marked(pipeline, configuration, path)
    case "RobertaTokenizer":
      configuration.setDefaults([
        .bos: "<s>", .eos: "</s>", .sep: "</s>", .cls: "<s>", .unk: "<unk>", .pad: "<pad>",
        .mask: "<mask>",
      ])
      pipeline.preTokenizers = prefixSpace + [.pattern(.gpt2)]
      configuration.addTokens(to: &pipeline)
      pipeline.template = .roberta(
        cls: try id(.cls, pipeline, configuration, path),
        sep: try id(.sep, pipeline, configuration, path))
      pipeline.offsetTrimming = Pipeline.OffsetTrimming(hasPrefixSpace: !prefixSpace.isEmpty)
    default:
      let (file, key, value) =
        isNamed
        ? (configuration.file, "tokenizer_class", configuration.tokenizerClass)
        : (path, "model_type", configuration.modelType)
      throw .unsupported(
        file: file, component: key, reason: "vocab.json of \(value ?? "?") is not supported")
    }
    return pipeline
  }

  /// `tokenizer.model`: SentencePiece's pieces.
  static func sentencePiece(
    _ path: String, _ configuration: inout TokenizerConfiguration
  ) throws(TokenizerError) -> Pipeline {
    try check(path, configuration, classes: ["LlamaTokenizer"])
    configuration.setDefaults([.unk: "<unk>", .bos: "<s>", .eos: "</s>"])
    let file = try SentencePieceModel(path: path)
    let vocabulary = file.vocabulary()
    let merges = try file.merges(vocabulary)
    let fallback = BytePairEncoding.Fallback(
      byteIDs: file.fallsBackToBytes ? BytePairEncoding.byteIDs(in: vocabulary) : nil,
      unknownID: configuration.special[.unk].flatMap { vocabulary.id(of: $0.content) }
        .map(Int32.init),
      fusesUnknown: true)
    var pipeline = Pipeline(
      model: .bytePairEncoding(
        BytePairEncoding(
          vocabulary: vocabulary, merges: merges.table, unit: .scalar, fallback: fallback,
          takesWholeWords: false)))
    let hasPrefix = configuration.addsPrefixSpace ?? file.addsDummyPrefix
    let prefix: Metaspace.Prefix =
      !hasPrefix ? .never : configuration.isLegacy ?? false ? .always : .first
    pipeline.preTokenizers =
      [.metaspace(Metaspace(prefix: prefix, splits: false))]
      + PreTokenizer.splitsThatChangeNothing(vocabulary: vocabulary, merges: merges)
    let blank: [UInt8] = [0x20]
    pipeline.decoders = [
      .replace(pattern: Metaspace.defaultMarker, content: blank), .byteFallback, .fuse,
      .strip(content: blank, start: hasPrefix ? 1 : 0, stop: 0),
    ]
    for piece in file.pieces
    where !piece.content.isEmpty && (piece.kind == .control || piece.kind == .userDefined) {
      pipeline.add(AddedToken(content: piece.content, isSpecial: piece.kind == .control))
    }
    configuration.addTokens(to: &pipeline)
    // Models that come with nothing but this file were trained with a beginning marked.
    pipeline.template = try marked(pipeline, configuration, path, addsBOS: true)
    return pipeline
  }

  private static func check(
    _ path: String, _ configuration: TokenizerConfiguration, classes: [String]
  ) throws(TokenizerError) {
    guard let name = configuration.tokenizerClass, !classes.contains(name) else { return }
    let file = path.split(separator: "/").last ?? ""
    throw .unsupported(
      file: configuration.file, component: "tokenizer_class",
      reason: "\(file) of \(name) is not supported")
  }

  private static func id(
    _ role: SpecialRole, _ pipeline: borrowing Pipeline, _ configuration: TokenizerConfiguration,
    _ path: String
  ) throws(TokenizerError) -> Int {
    let content = configuration.special[role]?.content ?? []
    guard let id = pipeline.id(of: content) else {
      throw .tokenNotInVocabulary(
        file: path, component: role.rawValue, token: String(decoding: content, as: UTF8.self))
    }
    return id
  }

  /// The beginning and end that the configuration wants.
  private static func marked(
    _ pipeline: borrowing Pipeline, _ configuration: TokenizerConfiguration, _ path: String,
    addsBOS: Bool = false
  ) throws(TokenizerError) -> TokenTemplate {
    let wantsBOS = configuration.addsBOS ?? addsBOS
    return .marked(
      bos: wantsBOS ? try id(.bos, pipeline, configuration, path) : nil,
      eos: configuration.addsEOS ?? false ? try id(.eos, pipeline, configuration, path) : nil)
  }
}
