extension Tokenizer {
  /// Reads the tokenizer of a model's folder: `tokenizer.json`, else `vocab.txt`, else `vocab.json`
  /// with `merges.txt`, else `tokenizer.model`; and what `tokenizer_config.json` says beside them.
  package static func load(folder: String) throws(TokenizerError) -> Tokenizer {
    guard FileBytes.isFolder(folder) else { throw .notAFolder(path: folder) }
    func path(_ name: String) -> String? {
      let path = folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
      return FileBytes.exists(path) ? path : nil
    }
    var configuration = try TokenizerConfiguration(folder: folder)
    var pipeline: Pipeline
    if let file = path("tokenizer.json") {
      pipeline = try TokenizerFile(path: file).pipeline()
      pipeline.apply(configuration)
    } else if let file = path("vocab.txt") {
      pipeline = try VocabularyFiles.wordPiece(file, &configuration)
    } else if let file = path("vocab.json"), let merges = path("merges.txt") {
      pipeline = try VocabularyFiles.byteLevel(vocabulary: file, merges: merges, &configuration)
    } else if let file = path("tokenizer.model") {
      pipeline = try VocabularyFiles.sentencePiece(file, &configuration)
    } else {
      throw .noTokenizer(folder: folder)
    }
    let specialTokens = pipeline.specialTokens(configuration)
    return Tokenizer(
      pipeline: pipeline, specialTokens: specialTokens,
      maximumLength: configuration.maximumLength)
  }
}

extension BERTNormalizer {
  fileprivate func configured(_ configuration: TokenizerConfiguration) -> BERTNormalizer {
    // Whether accents go follows the case where the settings change that and say nothing else.
    let accents =
      configuration.lowercases.map { $0 == lowercases } ?? true ? stripsAccents : nil
    return BERTNormalizer(
      cleansText: cleansText,
      separatesChinese: configuration.separatesChinese ?? separatesChinese,
      stripsAccents: configuration.stripsAccents ?? accents,
      lowercases: configuration.lowercases ?? lowercases)
  }
}

extension TokenizerConfiguration {
  /// Adds the tokens that the files name and the pipeline does not have yet.
  func addTokens(to pipeline: inout Pipeline) {
    let named = SpecialRole.allCases.compactMap { special[$0] }
    for token in added + named + additionalSpecial
    where pipeline.addedTokens.id(of: token.content) == nil {
      pipeline.add(token)
    }
  }
}

extension Pipeline {
  /// Lets `tokenizer_config.json` override what `tokenizer.json` says.
  fileprivate mutating func apply(_ configuration: TokenizerConfiguration) {
    for index in normalizers.indices {
      if case .bert(let bert) = normalizers[index] {
        normalizers[index] = .bert(bert.configured(configuration))
      }
    }
    configuration.addTokens(to: &self)
    markTexts(configuration)
  }

  /// Puts the beginning and end around texts that the settings ask for, where the file has it
  /// otherwise.
  private mutating func markTexts(_ configuration: TokenizerConfiguration) {
    guard configuration.addsBOS != nil || configuration.addsEOS != nil,
      case .bytePairEncoding = model
    else { return }
    let bos = configuration.special[.bos].flatMap { id(of: $0.content) }
    let eos = configuration.special[.eos].flatMap { id(of: $0.content) }
    // What is to be added but not named cannot be.
    if configuration.addsBOS == true, bos == nil { return }
    if configuration.addsEOS == true, eos == nil { return }
    let wanted = TokenTemplate.marked(
      bos: configuration.addsBOS == true ? bos : nil,
      eos: configuration.addsEOS == true ? eos : nil)
    guard wanted.ids != template.ids else { return }
    template = wanted
    offsetTrimming = nil
  }

  /// The tokens that the files name for a role, else those that are commonly named so.
  fileprivate func specialTokens(_ configuration: TokenizerConfiguration) -> SpecialTokens {
    let common: [SpecialRole: [String]] = [
      .bos: ["<s>", "<|begin_of_text|>"], .eos: ["</s>", "<|endoftext|>", "<|end_of_text|>"],
      .unk: ["[UNK]", "<unk>"], .sep: ["[SEP]"], .pad: ["[PAD]", "<pad>"], .cls: ["[CLS]"],
      .mask: ["[MASK]", "<mask>"],
    ]
    var tokens = SpecialTokens()
    for role in SpecialRole.allCases {
      if let token = configuration.special[role] {
        tokens[role] = id(of: token.content)
      } else {
        let ids = (common[role] ?? []).compactMap { addedTokens.id(of: Array($0.utf8)) }
        tokens[role] = ids.first
      }
    }
    return tokens
  }
}

extension TokenTemplate {
  /// The ids around one text, before and after it.
  fileprivate var ids: [[Int]] {
    single.map { element in
      if case .special(let ids, _) = element { ids } else { [] }
    }
  }
}
