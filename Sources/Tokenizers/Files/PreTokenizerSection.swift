/// The `pre_tokenizer` of a `tokenizer.json`.
struct PreTokenizerSection {
  private(set) var steps: [PreTokenizer] = []
  /// Whether the model sees bytes, written as letters.
  private(set) var endsInByteLevel = false

  init(_ section: FileSection) throws(TokenizerError) {
    try add(section)
  }

  private mutating func add(_ section: FileSection) throws(TokenizerError) {
    guard !endsInByteLevel else {
      throw section.unsupported("a pre-tokenizer after ByteLevel")
    }
    switch try section.required("type").json.string {
    case "Sequence":
      for part in try section.required("pretokenizers").elements() { try add(part) }
    case "BertPreTokenizer":
      steps.append(.bert)
    case "ByteLevel":
      if try section.bool("add_prefix_space") ?? true { steps.append(.prefixSpace) }
      if try section.bool("use_regex") ?? true { steps.append(.pattern(.gpt2)) }
      endsInByteLevel = true
    case "Metaspace":
      steps.append(.metaspace(try Self.metaspace(section)))
    case "Split":
      steps.append(try Self.split(section))
    case "Whitespace":
      steps.append(.whitespace)
    case "WhitespaceSplit":
      steps.append(.whitespaceSplit)
    case "Punctuation":
      steps.append(.punctuation(try Self.behavior(section) ?? .isolated))
    case "Digits":
      steps.append(.digits(individually: try section.bool("individual_digits") ?? false))
    case let type:
      throw section.unsupported("pre-tokenizers of type \(type ?? "?") are not supported")
    }
  }

  private static func behavior(_ section: FileSection) throws(TokenizerError) -> SplitBehavior? {
    guard let name = try section.string("behavior") else { return nil }
    guard let behavior = SplitBehavior(rawValue: name) else {
      throw section.malformed("behavior \(name) is not known")
    }
    return behavior
  }

  private static func metaspace(_ section: FileSection) throws(TokenizerError) -> Metaspace {
    var metaspace = Metaspace()
    guard let marker = try section.utf8("replacement"), !marker.isEmpty else {
      throw section.malformed("replacement is missing")
    }
    metaspace.marker = marker
    if let name = try section.string("prepend_scheme") {
      guard let prefix = Metaspace.Prefix(rawValue: name) else {
        throw section.malformed("prepend_scheme \(name) is not known")
      }
      metaspace.prefix = prefix
    } else if try section.bool("add_prefix_space") == false {
      metaspace.prefix = .never
    }
    metaspace.splits = try section.bool("split") ?? true
    return metaspace
  }

  private static func split(_ section: FileSection) throws(TokenizerError) -> PreTokenizer {
    let pattern = try section.required("pattern")
    let isInverted = try section.bool("invert") ?? false
    guard let behavior = try behavior(section) else {
      throw section.malformed("behavior is missing")
    }
    if let text = try pattern.utf8("String") {
      guard !text.isEmpty else { throw pattern.malformed("String is empty") }
      return .literal(text, behavior, inverted: isInverted)
    }
    guard let expression = try pattern.string("Regex") else {
      throw pattern.malformed("is neither String nor Regex")
    }
    guard let words = WordPattern(regularExpression: expression) else {
      throw section.unsupported("the regular expression \(expression) is not known")
    }
    // The known patterns match everything, so only their matches are left in either case.
    guard behavior == .isolated || behavior == .removed && isInverted else {
      throw section.unsupported("behavior \(behavior.rawValue) with a regular expression")
    }
    return .pattern(words)
  }
}
