import Foundation

/// What a model considers, and how likely.
package struct LikelyText: Sendable, Hashable {
  package var text: String
  package var probability: Double
}

extension [Float] {
  /// The most likely classes by their logits, at most `count`, the first one of equals first.
  ///
  /// - Parameter text: what a class is called.
  func mostLikely(_ count: Int, text: (Int) -> String) -> [LikelyText] {
    let probabilities = softmax
    return indices.sorted { (-self[$0], $0) < (-self[$1], $1) }.prefix(count).map {
      LikelyText(text: text($0), probability: probabilities[$0])
    }
  }

  /// Probabilities that are proportional to the exponentials.
  var softmax: [Double] {
    guard let largest = self.max() else { return [] }
    let powers = map { exp(Double($0 - largest)) }
    let sum = powers.reduce(0, +)
    return powers.map { $0 / sum }
  }
}
