/// What a tensor's name alone tells, for models of unknown families.
enum TensorNaming {
  /// Whether the name is that of an input embedding: of tokens, positions, segments or patches.
  static func isEmbedding(_ name: String) -> Bool {
    if name == "shared.weight" { return true }  // T5's
    let tables: Set<String> = ["wte", "wpe", "position", "positions", "positional", "pos"]
    return words(name).contains { $0.hasPrefix("emb") || tables.contains(String($0)) }
  }

  /// Whether the name is that of the matrix that turns states into token scores: an output
  /// embedding, which is often the input embedding itself.
  static func isOutputEmbedding(_ name: String) -> Bool {
    let heads = ["lm_head.weight", "embed_out.weight", "predictions.decoder.weight"]
    return heads.contains { name == $0 || name.hasSuffix(".\($0)") }
  }

  /// The block's number, which is the first integer among the name's components, with what stands
  /// before and after it.
  static func block(in name: String) -> (stack: String, number: Int, rest: String)? {
    let components = name.split(separator: ".")
    guard let position = components.firstIndex(where: { Int($0) != nil }),
      let number = Int(components[position])
    else { return nil }
    return (
      components[..<position].joined(separator: "."), number,
      components[(position + 1)...].joined(separator: ".")
    )
  }

  /// Whether one name comes before another when numbers are compared as numbers, so that block 2
  /// comes before block 10.
  static func isOrdered(_ a: String, _ b: String) -> Bool {
    var (x, y) = (Substring(a), Substring(b))
    while let first = x.first, let second = y.first {
      let digits = (x.prefix(while: isDigit), y.prefix(while: isDigit))
      if let number = Int(digits.0), let other = Int(digits.1) {
        if number != other { return number < other }
        x.removeFirst(digits.0.count)
        y.removeFirst(digits.1.count)
      } else if first != second {
        return first < second
      } else {
        x.removeFirst()
        y.removeFirst()
      }
    }
    return x.isEmpty && !y.isEmpty
  }

  private static func isDigit(_ character: Character) -> Bool {
    character.isASCII && character.isNumber
  }

  private static func words(_ name: String) -> [Substring] {
    name.lowercased().split { $0 == "." || $0 == "_" }
  }
}
