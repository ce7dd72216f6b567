/// The `decoder` of a `tokenizer.json`.
enum DecoderSection {
  static func decoders(_ section: FileSection) throws(TokenizerError) -> [Decoder] {
    switch try section.required("type").json.string {
    case "Sequence":
      var decoders: [Decoder] = []
      for part in try section.required("decoders").elements() {
        decoders += try self.decoders(part)
      }
      return decoders
    case "ByteLevel":
      return [.bytes]
    case "WordPiece":
      let cleansUp = try section.bool("cleanup") ?? true
      let prefix = try section.utf8("prefix") ?? Array("##".utf8)
      return [.wordPiece(prefix: prefix, cleansUp: cleansUp)]
    case "Metaspace":
      let marker = try section.utf8("replacement") ?? Metaspace.defaultMarker
      let isNever = try section.string("prepend_scheme") == "never"
      let isOff = try section.bool("add_prefix_space") == false
      return [.metaspace(marker: marker, dropsFirst: !isNever && !isOff)]
    case "Replace":
      let content = try section.utf8("content") ?? []
      return [.replace(pattern: try NormalizerSection.literal(section), content: content)]
    case "ByteFallback":
      return [.byteFallback]
    case "Fuse":
      return [.fuse]
    case "Strip":
      let start = try section.integer("start") ?? 0
      let content = try section.utf8("content") ?? [0x20]
      return [.strip(content: content, start: start, stop: try section.integer("stop") ?? 0)]
    case let type:
      throw section.unsupported("decoders of type \(type ?? "?") are not supported")
    }
  }
}
