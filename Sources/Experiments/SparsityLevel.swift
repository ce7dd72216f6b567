/// A sparsity as an exact value: parts per million of the weights.
///
/// Levels are compared, hashed and looked up, so 64 % reached by three roads has to be one level.
/// A `Double` cannot promise that; a millionth is finer than any level that a person types.
package struct SparsityLevel: Sendable, Hashable {
  /// Parts per million, `0...1_000_000`.
  package let millionths: Int

  package static let dense = SparsityLevel(millionths: 0)
  package static let full = SparsityLevel(millionths: 1_000_000)

  /// The level of so many parts per million; what lies outside of `0...1_000_000` is clamped.
  package init(millionths: Int) {
    self.millionths = min(max(millionths, 0), 1_000_000)
  }

  /// The level nearest to a share of the weights; what lies outside of `0...1` is clamped.
  package init(_ fraction: Double) {
    precondition(!fraction.isNaN, "a sparsity is a number")
    self.init(millionths: Int((min(max(fraction, 0), 1) * 1_000_000).rounded()))
  }

  /// The level of a whole percentage.
  package init(percent: Int) {
    self.init(millionths: percent * 10_000)
  }

  /// Reads a percentage as a person types it: `"64"`, `"21.503"`, `"90 %"`; nil when the text is
  /// no number in `0...100`.
  package init?(percentText text: String) {
    var digits = Substring(text)
    if digits.hasSuffix("%") { digits.removeLast() }
    while digits.hasSuffix(" ") { digits.removeLast() }
    guard let percent = Double(digits), (0...100) ~= percent else { return nil }
    self.init(percent / 100)
  }

  /// The share of the weights, `0...1`: what a `PruningRequest` asks for.
  package var fraction: Double { Double(millionths) / 1_000_000 }
}

extension SparsityLevel: Comparable {
  package static func < (left: Self, right: Self) -> Bool { left.millionths < right.millionths }
}

/// A level is stored as its share of the weights, which is what a person expects in a file.
extension SparsityLevel: Codable {
  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let fraction = try container.decode(Double.self)
    guard (0...1) ~= fraction else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "sparsity \(fraction) is not in 0...1")
    }
    self.init(fraction)
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(fraction)
  }
}

extension SparsityLevel: CustomStringConvertible {
  /// The percentage without its sign, with one decimal or as many as the level has: `64.0`,
  /// `21.503`.
  package var description: String {
    var text = Percent.text(fraction, decimals: 4)
    while text.hasSuffix("0") && !text.hasSuffix(".0") { text.removeLast() }
    return text
  }
}
