/// On which side of the tolerance the drop at a level lies, and how much of it has said so.
package struct LevelVerdict: Sendable, Hashable {
  /// Whether the drop is at most ε.
  package var isHeld: Bool
  /// The examples, from the first on, that have decided it.
  package var examples: Int
}

extension SparsityCurve {
  /// A level is looked at when so many eighths of its examples have been seen: always at the same
  /// places, so that what is decided does not depend on how many batches are computed at a time, and
  /// seldom, since each look is one more chance to err. Before a quarter nothing would be drawn.
  private static let looks = 2...7
  /// Of the interval that decides; it errs much more seldom than the intervals that are shown.
  private static let decidingConfidence = 0.999

  /// What all examples of a level will say of its drop; nil while that is open.
  ///
  /// A complete level says it by its mean. One that is not is decided when the interval of what the
  /// mean will be when it is complete lies on one side of ε. That interval is the paired one, narrowed
  /// about the mean by the finite population correction √((N − n)/(N − 1)) for n examples of N: those
  /// that are still to come are all that is uncertain.
  /// Source of the correction: Cochran, "Sampling Techniques", 3rd edition (1977), section 2.6.
  ///
  /// - Parameter epsilon: the tolerated drop of the mean score.
  package func verdict(at level: SparsityLevel, epsilon: Double) -> LevelVerdict? {
    guard let dense, dense.isComplete, let point = self[level] else { return nil }
    if point.isComplete {
      guard let before = dense.mean, let mean = point.mean else { return nil }
      return LevelVerdict(isHeld: before - mean <= epsilon, examples: point.scores.count)
    }
    return earlyVerdict(at: level, epsilon: epsilon)
  }

  /// What a part of a level's examples says of its drop, whether or not the others are there; nil
  /// where no part decides it.
  func earlyVerdict(at level: SparsityLevel, epsilon: Double) -> LevelVerdict? {
    guard let dense, dense.isComplete, let point = self[level] else { return nil }
    for look in Self.looks {
      let seen = point.total * look / 8
      guard seen > 0, seen <= point.scores.count else { continue }
      let difference = PairedDifference(
        pruned: Array(point.scores.prefix(seen)), dense: dense.scores,
        confidence: Self.decidingConfidence)
      guard let difference else { continue }
      let left = Double(point.total - seen) / Double(max(point.total - 1, 1))
      let correction = left.squareRoot()
      let low = difference.mean + (difference.interval.low - difference.mean) * correction
      let high = difference.mean + (difference.interval.high - difference.mean) * correction
      if high < -epsilon { return LevelVerdict(isHeld: false, examples: seen) }
      if low >= -epsilon { return LevelVerdict(isHeld: true, examples: seen) }
    }
    return nil
  }
}
