/// The `post_processor` of a `tokenizer.json`.
enum PostProcessorSection {
  static func apply(
    _ section: FileSection, to pipeline: inout Pipeline
  ) throws(TokenizerError) {
    var hasTemplate = false
    try apply(section, to: &pipeline, hasTemplate: &hasTemplate)
  }

  private static func apply(
    _ section: FileSection, to pipeline: inout Pipeline, hasTemplate: inout Bool
  ) throws(TokenizerError) {
    let type = try section.required("type").json.string
    switch type {
    case "Sequence":
      for part in try section.required("processors").elements() {
        try apply(part, to: &pipeline, hasTemplate: &hasTemplate)
      }
      return
    case "ByteLevel":
      try trimOffsets(section, of: &pipeline)
      return
    case "TemplateProcessing":
      pipeline.template = try template(section)
    case "BertProcessing":
      pipeline.template = .bert(cls: try id(section, "cls"), sep: try id(section, "sep"))
    case "RobertaProcessing":
      pipeline.template = .roberta(cls: try id(section, "cls"), sep: try id(section, "sep"))
      try trimOffsets(section, of: &pipeline)
    default:
      throw section.unsupported("post-processors of type \(type ?? "?") are not supported")
    }
    guard !hasTemplate else { throw section.unsupported("special tokens are added twice") }
    hasTemplate = true
  }

  private static func trimOffsets(
    _ section: FileSection, of pipeline: inout Pipeline
  ) throws(TokenizerError) {
    guard try section.bool("trim_offsets") ?? true else { return }
    pipeline.offsetTrimming = Pipeline.OffsetTrimming(
      hasPrefixSpace: try section.bool("add_prefix_space") ?? true)
  }

  /// The id in a pair of a token and its id.
  private static func id(_ section: FileSection, _ key: String) throws(TokenizerError) -> Int {
    let pair = try section.required(key)
    guard let elements = pair.json.elements, elements.count == 2, let id = elements[1].integer
    else { throw pair.malformed("is not a token and its id") }
    return id
  }

  private static func template(_ section: FileSection) throws(TokenizerError) -> TokenTemplate {
    let special = try section.required("special_tokens")
    return TokenTemplate(
      single: try elements(section.required("single"), special),
      pair: try elements(section.required("pair"), special))
  }

  private static func elements(
    _ section: FileSection, _ special: FileSection
  ) throws(TokenizerError) -> [TokenTemplate.Element] {
    var elements: [TokenTemplate.Element] = []
    for part in try section.elements() {
      if let sequence = part.member("Sequence") {
        let typeID = try sequence.integer("type_id") ?? 0
        elements.append(.sequence(try sequence.string("id") == "B" ? 1 : 0, typeID: typeID))
      } else if let token = part.member("SpecialToken") {
        guard let name = try token.string("id"), let known = special.member(name) else {
          throw token.malformed("id is not among the special_tokens")
        }
        let ids = try known.required("ids").elements().compactMap { $0.json.integer }
        elements.append(.special(ids: ids, typeID: try token.integer("type_id") ?? 0))
      } else {
        throw part.malformed("is neither Sequence nor SpecialToken")
      }
    }
    return elements
  }
}
