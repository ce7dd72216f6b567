/// What has been measured at one sparsity: the scores of the examples seen so far.
package struct CurvePoint: Sendable, Hashable, Codable {
  /// The sparsity that was asked for.
  package var level: SparsityLevel
  /// The sparsity that was reached over the included matrices, `0...1`.
  package var achieved: Double
  /// Weights removed.
  package var pruned: Int
  /// One score for each example seen, in the task's fixed order, higher being better: 0 or 1 for
  /// right or wrong, a share such as an answer's F1, or any other number.
  package var scores: [Float]
  /// Examples that a complete measurement has.
  package var total: Int
  /// The task's official metrics by name, once they can be computed.
  package var metrics: [String: Double]

  package init(
    level: SparsityLevel, achieved: Double, pruned: Int, scores: [Float] = [], total: Int,
    metrics: [String: Double] = [:]
  ) {
    self.level = level
    self.achieved = achieved
    self.pruned = pruned
    self.scores = scores
    self.total = total
    self.metrics = metrics
  }

  package var isComplete: Bool { scores.count >= total }

  /// The mean of the scores so far; nil before the first.
  package var mean: Double? { ScoreMoments(scores).mean }

  /// The interval of the mean; nil while nothing can be said.
  package func interval(confidence: Double = 0.95) -> Interval? {
    .mean(of: scores, confidence: confidence)
  }
}

/// The measured points of one model, task and method, by rising sparsity.
///
/// All points see the same examples in the same order, so any two share a prefix.
package struct SparsityCurve: Sendable, Hashable, Codable {
  /// The points, sorted by level, at most one a level.
  package private(set) var points: [CurvePoint]
  /// The mean score of guessing, such as 0.1 for ten balanced classes; nil where it is not known.
  package var chance: Double?

  package init(points: [CurvePoint] = [], chance: Double? = nil) {
    self.points = []
    self.chance = chance
    for point in points { update(point) }
  }

  /// The point at a level; nil where nothing has been measured yet.
  package subscript(level: SparsityLevel) -> CurvePoint? {
    let index = firstIndex(from: level)
    return index < points.count && points[index].level == level ? points[index] : nil
  }

  /// The unpruned model; nil before its first example.
  package var dense: CurvePoint? { self[.dense] }

  package var completePoints: [CurvePoint] { points.filter(\.isComplete) }

  /// Puts a point in its place, instead of what stood at its level.
  package mutating func update(_ point: CurvePoint) {
    let index = firstIndex(from: point.level)
    if index < points.count && points[index].level == point.level {
      points[index] = point
    } else {
      points.insert(point, at: index)
    }
  }

  /// The difference to the dense model over the examples that both have seen; nil while there are
  /// none.
  package func difference(
    at level: SparsityLevel, confidence: Double = 0.95
  ) -> PairedDifference? {
    guard let dense, let point = self[level] else { return nil }
    return PairedDifference(pruned: point.scores, dense: dense.scores, confidence: confidence)
  }

  /// The index of the first point at or above a level.
  private func firstIndex(from level: SparsityLevel) -> Int {
    var low = 0
    var high = points.count
    while low < high {
      let middle = (low + high) / 2
      if points[middle].level < level { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
