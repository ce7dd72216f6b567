/// One step that turns tokens back into text.
enum Decoder: Sendable {
  /// Tokens become the bytes whose letters they are, and one text.
  case bytes
  /// Joins BERT's tokens with blanks, and drops those before punctuation if wanted.
  case wordPiece(prefix: [UInt8], cleansUp: Bool)
  case replace(pattern: [UInt8], content: [UInt8])
  /// Tokens such as `<0x0A>` become the bytes they name.
  case byteFallback
  /// All tokens become one.
  case fuse
  /// Drops up to so many scalars at the ends of each token.
  case strip(content: [UInt8], start: Int, stop: Int)
  /// Markers become blanks, but none at the beginning of the first token.
  case metaspace(marker: [UInt8], dropsFirst: Bool)

  func decode(_ tokens: inout [[UInt8]]) {
    switch self {
    case .bytes:
      let bytes = tokens.flatMap { ByteAlphabet.bytes(of: $0) ?? $0 }
      tokens = [Array(String(decoding: bytes, as: UTF8.self).utf8)]
    case .fuse:
      tokens = [Array(tokens.joined())]
    case .wordPiece(let prefix, let cleansUp):
      for index in tokens.indices {
        if index > 0 {
          let continues = !prefix.isEmpty && tokens[index].starts(with: prefix)
          if continues {
            tokens[index].removeFirst(prefix.count)
          } else {
            tokens[index].insert(0x20, at: 0)
          }
        }
        if cleansUp { tokens[index] = Self.cleanedUp(tokens[index]) }
      }
    case .replace(let pattern, let content):
      for index in tokens.indices {
        tokens[index] = Self.replacing(pattern, with: content, in: tokens[index])
      }
    case .byteFallback:
      Self.replaceByteTokens(&tokens)
    case .strip(let content, let start, let stop):
      for index in tokens.indices {
        Self.strip(&tokens[index], content, start: start, stop: stop)
      }
    case .metaspace(let marker, let dropsFirst):
      for index in tokens.indices {
        let content: [UInt8] = index == 0 && dropsFirst ? [] : [0x20]
        tokens[index] = Self.replacing(marker, with: content, in: tokens[index])
      }
    }
  }

  private static func strip(
    _ token: inout [UInt8], _ content: [UInt8], start: Int, stop: Int
  ) {
    guard !content.isEmpty else { return }
    var left = start
    while left > 0, token.starts(with: content) {
      token.removeFirst(content.count)
      left -= 1
    }
    left = stop
    while left > 0, token.reversed().starts(with: content.reversed()) {
      token.removeLast(content.count)
      left -= 1
    }
  }

  private static func replacing(
    _ pattern: [UInt8], with content: [UInt8], in token: [UInt8]
  ) -> [UInt8] {
    guard !pattern.isEmpty else { return token }
    var result: [UInt8] = []
    var index = 0
    while index < token.count {
      if token.span.has(pattern, at: index) {
        result.append(contentsOf: content)
        index += pattern.count
      } else {
        result.append(token[index])
        index += 1
      }
    }
    return result
  }

  /// What is replaced when English text is cleaned up.
  private static let cleanUps: [(pattern: [UInt8], content: [UInt8])] = [
    (" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"),
    (" 'm", "'m"), (" do not", " don't"), (" 's", "'s"), (" 've", "'ve"), (" 're", "'re"),
  ].map { (Array($0.0.utf8), Array($0.1.utf8)) }

  private static func cleanedUp(_ token: [UInt8]) -> [UInt8] {
    cleanUps.reduce(token) { replacing($1.pattern, with: $1.content, in: $0) }
  }

  /// The byte that a token such as `<0x0A>` names.
  static func byte(named token: [UInt8]) -> UInt8? {
    guard token.count == 6, token.starts(with: "<0x".utf8), token[5] == UInt8(ascii: ">"),
      token[3] != UInt8(ascii: "+")
    else { return nil }
    return UInt8(String(decoding: token[3..<5], as: UTF8.self), radix: 16)
  }

  private static func replaceByteTokens(_ tokens: inout [[UInt8]]) {
    var result: [[UInt8]] = []
    var bytes: [UInt8] = []
    func flush() {
      guard !bytes.isEmpty else { return }
      if String(validating: bytes, as: UTF8.self) != nil {
        result.append(bytes)
      } else {
        // Each byte of what is no text is shown.
        for _ in bytes { result.append(Array("\u{FFFD}".utf8)) }
      }
      bytes = []
    }
    for token in tokens {
      if let byte = byte(named: token) {
        bytes.append(byte)
      } else {
        flush()
        result.append(token)
      }
    }
    flush()
    tokens = result
  }
}
