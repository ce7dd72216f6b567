/// The drops below the dense model at the levels that can be judged, and the same drops over
/// resampled examples.
///
/// Every turning point is a function of these drops, so one bootstrap serves them all and the
/// examples stay paired across the levels.
struct JudgedDrops {
  /// The drop that is tolerated, as a share.
  let epsilon: Double
  let confidence: Double
  /// The judged levels by rising sparsity; the first is dense, where the drop is 0.
  private(set) var levels: [SparsityLevel]
  /// Mean of dense − pruned at each level.
  private(set) var drops: [Double]
  /// The interval of pruned − dense at each level.
  private(set) var differences: [Interval]
  /// Whether the model is no better than guessing at each level.
  private(set) var areAtChance: [Bool]
  /// One row of drops for each resample of the examples.
  private(set) var resamples: [[Double]]

  /// Collects the judged levels of a curve and resamples their examples.
  ///
  /// A level is judged once it is complete, or as soon as its interval, or the search's verdict, has
  /// decided on which side of `epsilon` the drop lies, so that the first examples of a running point
  /// move no verdict.
  /// - Throws: `.needsDense` while the dense model is not measured completely, `.denseAtChance`
  ///   where its interval does not keep clear of guessing.
  init(
    of curve: SparsityCurve, epsilon: Double, confidence: Double, resamples: Int, seed: UInt64
  ) throws(TurningPointDoubt) {
    guard let dense = curve.dense, dense.isComplete, let mean = dense.mean else {
      throw .needsDense
    }
    func isAtChance(_ point: CurvePoint) -> Bool {
      guard let chance = curve.chance, let interval = point.interval(confidence: confidence)
      else { return false }
      return interval.low <= chance
    }
    if let chance = curve.chance, isAtChance(dense) {
      throw .denseAtChance(mean: mean, chance: chance)
    }

    self.epsilon = epsilon
    self.confidence = confidence
    levels = []
    differences = []
    areAtChance = []
    var scores: [[Float]] = []
    for point in curve.points {
      guard
        let difference = PairedDifference(
          pruned: point.scores, dense: dense.scores, confidence: confidence)
      else { continue }
      let interval = difference.interval
      guard
        point.isComplete || interval.low >= -epsilon || interval.high < -epsilon
          || curve.verdict(at: point.level, epsilon: epsilon) != nil
      else { continue }
      levels.append(point.level)
      differences.append(interval)
      areAtChance.append(isAtChance(point))
      scores.append(point.scores)
    }
    var bootstrap = PairedBootstrap(dense: dense.scores, pruned: scores)
    var generator = SplitMix64(seed: seed)
    drops = bootstrap.drops
    self.resamples = (0..<resamples).map { _ in bootstrap.resample(using: &generator) }
  }

  /// The levels up to and including the first of those at chance that end the curve.
  ///
  /// Along the tail the model has nothing left to lose; left in, its flat end would bend the curve
  /// a second time.
  /// - Throws: `.noMeasurableFall` where no level is worse than dense beyond doubt, `.needsLevels`
  ///   where fewer than `needed` remain.
  func withoutChanceTail(needed: Int) throws(TurningPointDoubt) -> JudgedDrops {
    guard differences.contains(where: { $0.high < 0 }) else {
      throw .noMeasurableFall(upTo: levels.last ?? .dense)
    }
    let tail = areAtChance.reversed().prefix(while: { $0 }).count
    let count = min(levels.count - tail + 1, levels.count)
    guard count >= needed else { throw .needsLevels(judged: count, needed: needed) }
    var body = self
    body.levels.removeLast(levels.count - count)
    body.drops.removeLast(levels.count - count)
    body.differences.removeLast(levels.count - count)
    body.areAtChance.removeLast(levels.count - count)
    body.resamples = resamples.map { Array($0.prefix(count)) }
    return body
  }

  /// The percentile interval of an estimate that each resample encloses between two ends.
  ///
  /// It reaches from a low quantile of the low ends to a high quantile of the high ends, so it
  /// covers both what the examples leave open and what lies between measured levels.
  func interval(around estimate: Double, lows: [Double], highs: [Double]) -> Interval {
    let tail = (1 - confidence) / 2
    func quantile(_ values: [Double], _ share: Double) -> Double {
      guard !values.isEmpty else { return estimate }
      return values.sorted()[Int((share * Double(values.count - 1)).rounded())]
    }
    return Interval(
      low: min(estimate, quantile(lows, tail)), high: max(estimate, quantile(highs, 1 - tail)),
      confidence: confidence)
  }
}
