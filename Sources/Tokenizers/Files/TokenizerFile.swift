/// A `tokenizer.json`: the whole pipeline in one file.
struct TokenizerFile {
  private let root: FileSection

  init(path: String) throws(TokenizerError) {
    root = FileSection(file: path, json: try FileBytes.readJSON(path))
    guard root.json.isObject else { throw root.malformed("is not an object") }
    if let version = try root.string("version"), version != "1.0" {
      throw .unsupported(
        file: path, component: "version", reason: "version \(version) is not known")
    }
  }

  /// Truncation and padding are left to the caller, as transformers does.
  func pipeline() throws(TokenizerError) -> Pipeline {
    let splitting = try root.member("pre_tokenizer").map(PreTokenizerSection.init(_:))
    let unit: BytePairEncoding.Unit = splitting?.endsInByteLevel == true ? .byte : .scalar
    let model = try ModelSection(root.required("model"))
    var pipeline = Pipeline(model: try model.model(unit: unit))
    if let section = root.member("normalizer") {
      pipeline.normalizers = try NormalizerSection.normalizers(section)
    }
    pipeline.preTokenizers = try (splitting?.steps ?? []) + model.addedSplits(unit: unit)
    if let section = root.member("post_processor") {
      try PostProcessorSection.apply(section, to: &pipeline)
    }
    if let section = root.member("decoder") {
      pipeline.decoders = try DecoderSection.decoders(section)
    }
    try addTokens(to: &pipeline)
    return pipeline
  }

  private func addTokens(to pipeline: inout Pipeline) throws(TokenizerError) {
    guard let section = root.member("added_tokens") else { return }
    for token in try section.elements() { pipeline.add(try AddedToken(token)) }
  }
}

extension AddedToken {
  /// A token as `tokenizer.json` and `tokenizer_config.json` write it.
  init(_ section: FileSection) throws(TokenizerError) {
    guard let content = try section.utf8("content"), !content.isEmpty else {
      throw section.malformed("content is missing")
    }
    self.content = content
    isSpecial = try section.bool("special") ?? false
    isSingleWord = try section.bool("single_word") ?? false
    stripsLeft = try section.bool("lstrip") ?? false
    stripsRight = try section.bool("rstrip") ?? false
    isNormalized = try section.bool("normalized") ?? !isSpecial
  }
}
