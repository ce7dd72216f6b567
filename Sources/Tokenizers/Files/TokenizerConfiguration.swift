/// What the files beside a vocabulary say: `tokenizer_config.json`, `special_tokens_map.json`,
/// `added_tokens.json`, and the family in `config.json`.
struct TokenizerConfiguration {
  /// The file that says most of it, for messages.
  let file: String
  /// Without the ending `Fast`; nil where it is not said, or where the name says nothing.
  private(set) var tokenizerClass: String?
  /// `model_type` of `config.json`.
  private(set) var modelType: String?
  private(set) var maximumLength: Int?

  private(set) var lowercases: Bool?
  private(set) var stripsAccents: Bool?
  private(set) var separatesChinese: Bool?
  private(set) var addsBOS: Bool?
  private(set) var addsEOS: Bool?
  private(set) var addsPrefixSpace: Bool?
  private(set) var isLegacy: Bool?

  /// The tokens that are named for a role.
  private(set) var special: [SpecialRole: AddedToken] = [:]
  /// Further tokens, in the order of their ids.
  private(set) var added: [AddedToken] = []
  private(set) var additionalSpecial: [AddedToken] = []

  init(folder: String) throws(TokenizerError) {
    file = folder + "/tokenizer_config.json"
    if let section = try Self.section(file) {
      try read(section)
      try readSpecialTokens(section)
    }
    if added.isEmpty {
      if let section = try Self.section(folder + "/special_tokens_map.json") {
        try readSpecialTokens(section)
      }
      if let section = try Self.section(folder + "/added_tokens.json") {
        try readAddedTokens(section)
      }
    }
    if let section = try Self.section(folder + "/config.json") {
      modelType = try section.string("model_type")
    }
  }

  private static func section(_ path: String) throws(TokenizerError) -> FileSection? {
    guard FileBytes.exists(path) else { return nil }
    let section = FileSection(file: path, json: try FileBytes.readJSON(path))
    guard section.json.isObject else { throw section.malformed("is not an object") }
    return section
  }

  private mutating func read(_ section: FileSection) throws(TokenizerError) {
    if let name = try section.string("tokenizer_class") {
      let plain = name.hasSuffix("Fast") ? String(name.dropLast(4)) : name
      let isGeneral = ["PreTrainedTokenizer", "TokenizersBackend"].contains(plain)
      tokenizerClass = isGeneral ? nil : plain
    }
    // Transformers writes 10^30 where a tokenizer knows of no limit.
    if let length = section.json["model_max_length"]?.number, length >= 1, length < 1e9 {
      maximumLength = Int(length)
    }
    if try section.bool("split_special_tokens") == true {
      throw .unsupported(
        file: file, component: "split_special_tokens",
        reason: "special tokens as plain text are not supported")
    }
    lowercases = try section.bool("do_lower_case")
    stripsAccents = try section.bool("strip_accents")
    separatesChinese = try section.bool("tokenize_chinese_chars")
    addsBOS = try section.bool("add_bos_token")
    addsEOS = try section.bool("add_eos_token")
    addsPrefixSpace = try section.bool("add_prefix_space")
    isLegacy = try section.bool("legacy")

    guard let decoder = section.member("added_tokens_decoder") else { return }
    var tokens: [(id: Int, token: AddedToken)] = []
    try decoder.json.forEachMember { (key, json) throws(TokenizerError) in
      let name = String(decoding: key, as: UTF8.self)
      guard let id = Int(name) else { throw decoder.malformed("\(name) is not an id") }
      let entry = FileSection(file: decoder.file, name: "\(decoder.name).\(name)", json: json)
      tokens.append((id, try AddedToken(entry)))
    }
    added = tokens.sorted { $0.id < $1.id }.map(\.token)
  }

  private mutating func readSpecialTokens(_ section: FileSection) throws(TokenizerError) {
    for role in SpecialRole.allCases {
      guard let value = section.member(role.rawValue) else { continue }
      special[role] = try specialToken(value)
    }
    for key in ["additional_special_tokens", "extra_special_tokens"] {
      guard let list = section.member(key), list.json.isArray else { continue }
      additionalSpecial = try list.elements().map { (value) throws(TokenizerError) in
        try specialToken(value)
      }
    }
  }

  /// A token that is given by its text alone, or with its properties.
  private func specialToken(_ section: FileSection) throws(TokenizerError) -> AddedToken {
    var token: AddedToken
    if let content = section.json.utf8 {
      guard !content.isEmpty else { throw section.malformed("is empty") }
      token = AddedToken(content: content)
    } else {
      token = try AddedToken(section)
    }
    // One that is listed with all its properties is that one.
    token = added.first { $0.content == token.content } ?? token
    token.isSpecial = true
    return token
  }

  private mutating func readAddedTokens(_ section: FileSection) throws(TokenizerError) {
    let specialContents = special.values.map(\.content) + additionalSpecial.map(\.content)
    var tokens: [(id: Int, token: AddedToken)] = []
    try section.json.forEachMember { (content, json) throws(TokenizerError) in
      guard let id = json.integer, !content.isEmpty else {
        throw section.malformed("is not an object of tokens and ids")
      }
      let isSpecial = specialContents.contains(content)
      let token = AddedToken(content: content, isSpecial: isSpecial, isNormalized: !isSpecial)
      tokens.append((id, token))
    }
    added = tokens.sorted { $0.id < $1.id }.map(\.token)
  }

  /// Names tokens for roles that the files leave open.
  mutating func setDefaults(_ defaults: [SpecialRole: String]) {
    for (role, content) in defaults where special[role] == nil {
      special[role] =
        added.first { $0.content.elementsEqual(content.utf8) }
        ?? AddedToken(content: Array(content.utf8))
    }
  }
}
