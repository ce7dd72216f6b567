/// One curve minus another, level by level, seed by seed.
///
/// Source: figure 7 of the paper, lottery tickets minus one-shot pruning.
package struct SeedDifference: Sendable, Hashable, Codable {
  package struct Point: Sendable, Hashable, Codable {
    package var level: SparsityLevel
    /// The mean over the seeds that both curves have.
    package var mean: Double
    /// Student's interval over the seeds; nil with less than two.
    package var interval: Interval?
    package var seeds: Int
  }

  package let points: [Point]

  /// - Parameters:
  ///   - first: the curve that is looked at.
  ///   - second: the curve that is taken from it.
  package init(_ first: SeedCurves, minus second: SeedCurves) {
    let pairs = first.members.compactMap { member in
      second.members.first { $0.seed == member.seed }.map { (member.curve, $0.curve) }
    }
    let levels = Set(pairs.flatMap { $0.0.points.map(\.level) }).sorted()
    points = levels.compactMap { level in
      let differences = pairs.compactMap { first, second -> Double? in
        guard let mine = first[level]?.mean, let other = second[level]?.mean else { return nil }
        return mine - other
      }
      guard !differences.isEmpty else { return nil }
      let sum = differences.reduce(0, +)
      return Point(
        level: level, mean: sum / Double(differences.count),
        interval: differences.count < 2
          ? nil
          : Interval.student(
            sum: sum, squares: differences.reduce(0) { $0 + $1 * $1 }, count: differences.count),
        seeds: differences.count)
    }
  }
}
