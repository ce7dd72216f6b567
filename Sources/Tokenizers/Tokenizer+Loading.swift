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
    let pipeline: Pipeline
    if let file = path("tokenizer.json") {
      pipeline = try configured(TokenizerFile(path: file).pipeline(), configuration)
    } else if let file = path("vocab.txt") {
      pipeline = try VocabularyFiles.wordPiece(file, &configuration)
    } else if let file = path("vocab.json"), let merges = path("merges.txt") {
      pipeline = try VocabularyFiles.byteLevel(vocabulary: file, merges: merges, &configuration)
    } else if let file = path("tokenizer.model") {
      pipeline = try VocabularyFiles.sentencePiece(file, &configuration)
    } else {
      throw .noTokenizer(folder: folder)
    }
    return Tokenizer(
      pipeline: pipeline, specialTokens: pipeline.specialTokens(configuration),
      maximumLength: configuration.maximumLength)
  }

  /// A pipeline from `tokenizer.json` with what `tokenizer_config.json` overrides.
  private static func configured(
    _ pipeline: Pipeline, _ configuration: TokenizerConfiguration
  ) -> Pipeline {
    var pipeline = pipeline
    for (index, normalizer) in pipeline.normalizers.enumerated() {
      if case .bert(let bert) = normalizer {
        pipeline.normalizers[index] = .bert(bert.configured(configuration))
      }
    }
    configuration.addTokens(to: &pipeline)
    pipeline.markTexts(configuration)
    return pipeline
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
  /// Puts the beginning and end around texts that the settings ask for, where the file has it
  /// otherwise.
  fileprivate mutating func markTexts(_ configuration: TokenizerConfiguration) {
    guard configuration.addsBOS != nil || configuration.addsEOS != nil else { return }
    func id(_ role: SpecialRole) -> Int? { configuration.special[role].flatMap { self.id(of: $0.content) } }
    let bos = configuration.addsBOS == true ? id(.bos) : nil
    let eos = configuration.addsEOS == true ? id(.eos) : nil
    let wanted = TokenTemplate.marked(bos: bos, eos: eos)
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
        tokens[role] = common[role]?.lazy.compactMap { addedTokens.id(of: Array($0.utf8)) }.first
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
