/// The essential sparsity as the paper defines it: how far a model can be pruned before the drop
/// leaves the tolerance for the first time.
///
/// s* = max{s : A(0) − A(s′) ≤ ε for all s′ ≤ s}, interpolated linearly to the crossing between
/// the two levels that enclose it.
/// Source: Jaiswal et al., arXiv 2306.03805, section 3; ε is one point there, and its small further
/// portion ρ is the distance to the next measured level here.
package struct ToleranceTurningPoint: Sendable, Hashable, Codable {
  /// The drop that is tolerated, as a share.
  package var epsilon: Double
  /// s*, `0...1`.
  package var sparsity: Double
  /// A paired bootstrap over the examples. It also spans the gap between the measured levels around
  /// the crossing, so it is wide on a coarse grid and narrows as levels are added.
  package var interval: Interval
  /// The last level before the crossing.
  package var held: SparsityLevel
  /// The level at which the drop is out of tolerance.
  package var fallen: SparsityLevel
  /// The largest measured level up to which the lower bound of the paired difference is at least −ε
  /// at every judged level; dense where that holds nowhere else. Each bound has its confidence by
  /// itself.
  package var certain: SparsityLevel

  /// - Throws: `.neverFalls` where no judged level is out of tolerance.
  init(_ judged: JudgedDrops) throws(TurningPointDoubt) {
    let epsilon = judged.epsilon
    let positions = judged.levels.map(\.fraction)

    /// The index of the first level out of tolerance. It is never 0, the dense level.
    func firstFallen(_ drops: [Double]) -> Int? {
      drops.dropFirst().firstIndex { $0 > epsilon }
    }

    guard let fallen = firstFallen(judged.drops) else {
      throw .neverFalls(epsilon: epsilon, upTo: judged.levels.last ?? .dense)
    }
    let (before, after) = (judged.drops[fallen - 1], judged.drops[fallen])
    let (left, right) = (positions[fallen - 1], positions[fallen])
    let crossing = left + (right - left) * (epsilon - before) / (after - before)

    let crossings = judged.resamples.map(firstFallen)
    let last = positions[positions.count - 1]
    self.epsilon = epsilon
    self.sparsity = crossing
    self.held = judged.levels[fallen - 1]
    self.fallen = judged.levels[fallen]
    self.interval = judged.interval(
      around: crossing,
      lows: crossings.map { $0.map { positions[$0 - 1] } ?? last },
      highs: crossings.map { $0.map { positions[$0] } ?? last })
    let uncertain = judged.differences.dropFirst().firstIndex { $0.low < -epsilon }
    self.certain = judged.levels[(uncertain ?? judged.levels.count) - 1]
  }
}
