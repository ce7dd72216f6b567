import Experiments

/// Measures levels of a curve in the foreground, for commands.
package struct CurveMeasurement {
  private let evaluator: any LevelEvaluator
  private let preview: any PruningPreview
  private let workers: ParallelWorkers

  package struct Result: Sendable {
    package var curve: SparsityCurve
    /// Seconds that each level took.
    package var seconds: [SparsityLevel: Double]
  }

  package init(
    evaluator: any LevelEvaluator, preview: any PruningPreview, workers: ParallelWorkers
  ) {
    self.evaluator = evaluator
    self.preview = preview
    self.workers = workers
  }

  /// Measures levels, each completely.
  ///
  /// - Parameters:
  ///   - levels: nil to let the search for the turning point choose.
  ///   - limit: only the first so many examples; nil for all.
  ///   - onProgress: told after each round of batches; what it throws ends the measurement.
  package func measure(
    _ identity: CurveIdentity, levels: [SparsityLevel]?, tolerance: Double, limit: Int? = nil,
    onProgress: (CurvePoint) throws -> Void = { _ in }
  ) throws -> Result {
    let reachable = ReachableLevels(identity.method)
    let search = LevelSearch(epsilon: tolerance, reachable: reachable)
    var result = Result(curve: SparsityCurve(chance: evaluator.chance), seconds: [:])
    var waiting = levels.map { Array($0.map(reachable.nearest(to:)).reversed()) }
    while true {
      let next: SparsityLevel?
      if levels == nil {
        next = search.next(after: result.curve)?.level
      } else {
        next = waiting?.popLast()
      }
      guard let level = next else { return result }
      guard result.curve[level] == nil else { continue }
      let began = ContinuousClock.now
      result.curve.update(
        try point(at: level, of: identity, limit: limit, onProgress: onProgress))
      result.seconds[level] = (ContinuousClock.now - began) / .seconds(1)
    }
  }

  private func point(
    at level: SparsityLevel, of identity: CurveIdentity, limit: Int?,
    onProgress: (CurvePoint) throws -> Void
  ) throws -> CurvePoint {
    let plan = preview.plan(identity.request(at: level.fraction))
    let total = min(limit ?? .max, evaluator.exampleCount)
    let point = CurvePoint(
      level: level, achieved: plan.achieved, pruned: plan.total, total: total)
    let batches = evaluator.batches.filter { $0.lowerBound < total }
    var measurement = LevelMeasurement(
      point, prepared: try evaluator.prepare(plan),
      batches: batches.map { $0.clamped(to: 0..<total) })
    while !measurement.isComplete {
      try measurement.advance(on: workers)
      try onProgress(measurement.point)
    }
    return measurement.point
  }
}
