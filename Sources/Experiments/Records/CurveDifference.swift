/// How far one curve stands above another of the same task, level by level.
///
/// Seeds are paired, because a seed fixes head, order and dropout alike for every method: what a
/// lucky head gives to both curves cancels.
package struct CurveDifference: Sendable, Hashable, Codable {
  package struct Point: Sendable, Hashable, Codable {
    package var level: SparsityLevel
    /// The mean over the seeds of second − first.
    package var mean: Double
    /// Student's interval over the seeds; with one seed that of its paired examples, nil where
    /// neither can be said.
    package var interval: Interval?
    /// Seeds that both curves have at this level.
    package var seeds: Int
  }

  /// By rising sparsity; only levels that both curves have with a common seed.
  package private(set) var points: [Point] = []

  package init(of second: SeedCurves, minus first: SeedCurves, confidence: Double = 0.95) {
    let levels = Set(second.points.map(\.level)).intersection(first.points.map(\.level)).sorted()
    let pairs = second.members.compactMap { member in
      first.members.first { $0.seed == member.seed }.map { (member.curve, $0.curve) }
    }
    points = levels.compactMap { level in
      let found = pairs.compactMap { later, earlier -> PairedPoints? in
        guard let upper = later[level], let lower = earlier[level], let high = upper.mean,
          let low = lower.mean
        else { return nil }
        return PairedPoints(upper: upper, lower: lower, difference: high - low)
      }
      guard let only = found.first else { return nil }
      let differences = found.map(\.difference)
      let sum = differences.reduce(0, +)
      let interval =
        found.count == 1
        ? PairedDifference(
          pruned: only.upper.scores, dense: only.lower.scores, confidence: confidence)?.interval
        : .student(
          sum: sum, squares: differences.reduce(0) { $0 + $1 * $1 }, count: found.count,
          confidence: confidence)
      return Point(
        level: level, mean: sum / Double(found.count), interval: interval, seeds: found.count)
    }
  }

  private struct PairedPoints {
    var upper: CurvePoint
    var lower: CurvePoint
    var difference: Double
  }
}
