/// The knee of the curve: the level that lies furthest above the straight line from the curve's
/// start to its end.
///
/// Both axes are normalised to `0...1` once the tail at chance is dropped; for a decreasing concave
/// curve the distance is then d = ŷ + x̂ − 1.
/// Source: Satopää et al., "Finding a 'Kneedle' in a Haystack", ICDCS Workshops 2011, sections
/// III.A–D. The smoothing spline of its first step is left out: means over hundreds of examples are
/// smooth enough, and the knee stays a level that was measured.
package struct KneedleTurningPoint: Sendable, Hashable, Codable {
  /// The level of the knee.
  package var level: SparsityLevel
  /// A paired bootstrap over the examples, widened to the levels next to the knee, between which
  /// the curve was not measured.
  package var interval: Interval
  /// The distance d at the knee, `0...1`: 0 on a straight line, near 1 for a sudden fall at the end.
  package var distance: Double

  /// - Throws: `.noMeasurableFall`, `.needsLevels`, or `.straight` where the distance does not
  ///   exceed the mean step between levels: the paper's threshold for sensitivity 1, which d = 0 at
  ///   the curve's end would never undercut.
  init(_ judged: JudgedDrops) throws(TurningPointDoubt) {
    let body = try judged.withoutChanceTail(needed: 4)
    let positions = body.levels.map(\.fraction)
    let last = positions.count - 1
    let axis = positions.map { $0 / positions[last] }

    /// The index and the distance of the knee; nil where nothing falls.
    func knee(_ drops: [Double]) -> (index: Int, distance: Double)? {
      guard let least = drops.min(), let most = drops.max(), most > least else { return nil }
      var best = (index: 0, distance: 0.0)
      for index in drops.indices {
        let height = (most - drops[index]) / (most - least)
        let distance = height + axis[index] - 1
        if distance > best.distance { best = (index, distance) }
      }
      return best
    }

    guard let best = knee(body.drops), best.distance > 1 / Double(last) else { throw .straight }
    let knees = body.resamples.compactMap { knee($0)?.index }
    level = body.levels[best.index]
    distance = best.distance
    interval = body.interval(
      around: positions[best.index],
      lows: knees.map { positions[max($0 - 1, 0)] },
      highs: knees.map { positions[min($0 + 1, last)] })
  }
}
