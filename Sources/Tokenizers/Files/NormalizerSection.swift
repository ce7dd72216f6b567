/// The `normalizer` of a `tokenizer.json`.
enum NormalizerSection {
  static func normalizers(_ section: FileSection) throws(TokenizerError) -> [Normalizer] {
    switch try section.required("type").json.string {
    case "Sequence":
      var normalizers: [Normalizer] = []
      for part in try section.required("normalizers").elements() {
        normalizers += try self.normalizers(part)
      }
      return normalizers
    case "BertNormalizer":
      let normalizer = BERTNormalizer(
        cleansText: try section.bool("clean_text") ?? true,
        separatesChinese: try section.bool("handle_chinese_chars") ?? true,
        stripsAccents: try section.bool("strip_accents"),
        lowercases: try section.bool("lowercase") ?? true)
      return [.bert(normalizer)]
    case "Lowercase":
      return [.lowercase]
    case "NFC":
      return [.nfc]
    case "NFD":
      return [.nfd]
    case "StripAccents":
      return [.stripAccents]
    case "Strip":
      let left = try section.bool("strip_left") ?? true
      return [.strip(left: left, right: try section.bool("strip_right") ?? true)]
    case "Prepend":
      return [.prepend(try section.utf8("prepend") ?? [])]
    case "Replace":
      let content = try section.utf8("content") ?? []
      return [.replace(pattern: try literal(section), content: content)]
    case let type:
      throw section.unsupported("normalizers of type \(type ?? "?") are not supported")
    }
  }

  /// The pattern of a `Replace`, which must be a plain text.
  static func literal(_ section: FileSection) throws(TokenizerError) -> [UInt8] {
    let pattern = try section.required("pattern")
    if let expression = try pattern.string("Regex") {
      throw section.unsupported("replacing the regular expression \(expression)")
    }
    guard let text = try pattern.utf8("String"), !text.isEmpty else {
      throw pattern.malformed("String is missing")
    }
    return text
  }
}
