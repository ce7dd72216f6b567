/// The sparsities that a method can take.
package enum ReachableLevels: Sendable, Hashable, Codable {
  /// Any level.
  case continuous
  /// k of each `groupSize` weights removed: the steps k / `groupSize` of an N:M pattern.
  case steps(groupSize: Int)

  package init(_ method: PruningMethod) {
    switch method {
    case .magnitude, .random: self = .continuous
    case .nm(let groupSize): self = .steps(groupSize: groupSize)
    }
  }

  /// The level that the method takes when it is asked for another.
  ///
  /// N:M keeps N = round((1 − s)·M) weights of each group, a half rounded to even.
  package func nearest(to level: SparsityLevel) -> SparsityLevel {
    switch self {
    case .continuous:
      return level
    case .steps(let groupSize):
      let kept = ((1 - level.fraction) * Double(groupSize)).rounded(.toNearestOrEven)
      return step(groupSize - Int(kept), of: groupSize)
    }
  }

  /// A reachable level about halfway between two, on round figures where there are any.
  ///
  /// - Parameter resolution: how near two levels may be and still be told apart; levels between
  ///   are multiples of it where the method can take any.
  /// - Returns: nil where the two are no further apart than that, or are neighbouring steps.
  func middle(
    of low: SparsityLevel, and high: SparsityLevel, resolution: SparsityLevel
  ) -> SparsityLevel? {
    guard high.millionths - low.millionths > resolution.millionths else { return nil }
    let middle = (low.millionths + high.millionths) / 2
    switch self {
    case .continuous:
      // Between levels further apart than the resolution lies at least one multiple of it.
      let unit = max(resolution.millionths, 1)
      let first = (low.millionths / unit + 1) * unit
      let last = (high.millionths - 1) / unit * unit
      let nearest = (middle + unit / 2) / unit * unit
      return SparsityLevel(millionths: min(max(nearest, first), last))
    case .steps(let groupSize):
      let nearest = step((middle * groupSize + 500_000) / 1_000_000, of: groupSize)
      return low < nearest && nearest < high ? nearest : nil
    }
  }

  private func step(_ index: Int, of groupSize: Int) -> SparsityLevel {
    SparsityLevel(Double(index) / Double(groupSize))
  }
}
