/// How fast a level was really measured here, and what its products were computed with.
package struct LevelSpeed: Sendable, Hashable, Codable {
  /// Examples that were timed, and the seconds that they took on all workers together.
  package var examples = 0
  package var seconds = 0.0
  /// The matrices that were multiplied by in packed form, of those that can be.
  package var sparseMatrices = 0
  package var matrices = 0

  package init(sparseMatrices: Int = 0, matrices: Int = 0) {
    self.sparseMatrices = sparseMatrices
    self.matrices = matrices
  }

  /// Adds what was timed later, with the same kernels.
  package mutating func add(_ later: LevelSpeed) {
    examples += later.examples
    seconds += later.seconds
    (sparseMatrices, matrices) = (later.sparseMatrices, later.matrices)
  }

  /// Examples a second; nil where nothing was timed.
  package var rate: Double? { seconds > 0 && examples > 0 ? Double(examples) / seconds : nil }
}

extension LevelSpeed {
  /// The speed in words, such as `2.9 × dense here, 30 of 36 matrices sparse`; without the dense
  /// model's speed examples a second. Nil where nothing was timed.
  package func text(dense: LevelSpeed?) -> String? {
    guard let rate else { return nil }
    let kernels =
      sparseMatrices == 0 ? "dense kernels" : "\(sparseMatrices) of \(matrices) matrices sparse"
    guard let dense = dense?.rate else {
      return "\(Self.decimals(rate)) examples/s here, \(kernels)"
    }
    return "\(Self.decimals(rate / dense)) × dense here, \(kernels)"
  }

  /// Two significant digits, or a whole number.
  private static func decimals(_ value: Double) -> String {
    let factor: Double = value < 10 ? 10 : 1
    let rounded = (value * factor).rounded() / factor
    return rounded == rounded.rounded() && value >= 10 ? "\(Int(rounded))" : "\(rounded)"
  }
}
