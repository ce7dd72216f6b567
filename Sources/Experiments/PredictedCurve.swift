/// A guess at the curve where it is not measured, to be drawn as a guess and called one.
///
/// Between measured levels it is the monotone cubic through the means, which never overshoots them.
/// Beyond the last one it falls to chance at 100 %, along a template scaled to the last mean: level
/// up to half the weights and then ever steeper, the shape of the paper's figures. The template is
/// an assumption and nothing more. Left of the first measured level there is no guess.
/// Source of the cubic: Fritsch and Butland, "A method for constructing local monotone piecewise
/// cubic interpolants", SIAM J. Sci. Stat. Comput. 5 (1984), 300–304.
package struct PredictedCurve: Sendable, Hashable {
  /// Sparsities of the points that have scores, `0...1`, rising.
  private let positions: [Double]
  private let means: [Double]
  private let slopes: [Double]
  private let chance: Double?
  /// Sparsities of the complete points, rising.
  private let complete: [Double]

  /// Cheap enough for every frame: one pass over the scores.
  package init(_ curve: SparsityCurve) {
    let measured = curve.points.compactMap { point in
      point.mean.map { (position: point.level.fraction, mean: $0) }
    }
    positions = measured.map(\.position)
    means = measured.map(\.mean)
    slopes = Self.monotoneSlopes(positions: positions, values: means)
    chance = curve.chance
    complete = curve.completePoints.map(\.level.fraction)
  }

  /// The guess at a sparsity in `0...1`.
  ///
  /// - Returns: nil left of the first measured level, and right of the last where chance is not
  ///   known.
  package func mean(at sparsity: Double) -> Double? {
    guard let first = positions.first, let last = positions.last, sparsity >= first else {
      return nil
    }
    if sparsity > last {
      guard let chance else { return nil }
      let remaining = Self.template(sparsity) / Self.template(last)
      return chance + (means[means.count - 1] - chance) * remaining
    }
    guard let right = positions.firstIndex(where: { $0 >= sparsity }), right > 0 else {
      return means[0]
    }
    return cubic(at: sparsity, between: right - 1, and: right)
  }

  /// Whether complete points at most `gap` apart enclose a sparsity, so that the line between them
  /// may be drawn as measured.
  package func isMeasured(at sparsity: Double, gap: Double = 0.1) -> Bool {
    guard let right = complete.firstIndex(where: { $0 >= sparsity }) else { return false }
    if complete[right] == sparsity { return true }
    // A grid of tenths is not to fail by the last bit of a difference.
    return right > 0 && complete[right] - complete[right - 1] <= gap + 1e-9
  }

  /// The share of the score above chance that is left: 1 up to a half, 0 at 1.
  private static func template(_ sparsity: Double) -> Double {
    let past = max(0, sparsity - 0.5) / 0.5
    return 1 - past * past * past
  }

  /// Hermite's cubic with the given values and slopes at both ends.
  private func cubic(at sparsity: Double, between left: Int, and right: Int) -> Double {
    let width = positions[right] - positions[left]
    let t = (sparsity - positions[left]) / width
    let (t2, t3) = (t * t, t * t * t)
    return means[left] * (2 * t3 - 3 * t2 + 1) + means[right] * (3 * t2 - 2 * t3)
      + width * (slopes[left] * (t3 - 2 * t2 + t) + slopes[right] * (t3 - t2))
  }

  /// Slopes under which the cubic is monotone between neighbours: a weighted harmonic mean of the
  /// secants, 0 where they change direction, and the secant itself at both ends.
  private static func monotoneSlopes(positions: [Double], values: [Double]) -> [Double] {
    guard positions.count > 1 else { return positions.map { _ in 0 } }
    let widths = zip(positions.dropFirst(), positions).map { $0 - $1 }
    let secants = zip(zip(values.dropFirst(), values).map { $0 - $1 }, widths).map { $0 / $1 }
    return positions.indices.map { index in
      if index == 0 { return secants[0] }
      if index == secants.count { return secants[index - 1] }
      let (left, right) = (secants[index - 1], secants[index])
      guard left * right > 0 else { return 0 }
      let leftWeight = widths[index - 1] + 2 * widths[index]
      let rightWeight = 2 * widths[index - 1] + widths[index]
      return (leftWeight + rightWeight) / (rightWeight / right + leftWeight / left)
    }
  }
}
