import Experiments

/// Measures levels of a curve in the foreground, for commands.
package struct CurveMeasurement {
  private let evaluator: any LevelEvaluator
  private let preview: any PruningPreview
  private let workers: ParallelWorkers
  private let kernels: KernelChoice

  package struct Result: Sendable {
    package var curve: SparsityCurve
    /// Seconds that each level took.
    package var seconds: [SparsityLevel: Double]
    /// How fast its batches were, without the preparation.
    package var speeds: [SparsityLevel: LevelSpeed] = [:]
  }

  package init(
    evaluator: any LevelEvaluator, preview: any PruningPreview, workers: ParallelWorkers,
    kernels: KernelChoice = .dense
  ) {
    self.evaluator = evaluator
    self.preview = preview
    self.workers = workers
    self.kernels = kernels
  }

  /// Measures levels.
  ///
  /// - Parameters:
  ///   - levels: each is measured completely; nil to let the search for the turning point choose,
  ///     which leaves a level as soon as the verdict on it is known.
  ///   - completing: whether the levels of the search are completed afterwards.
  ///   - limit: only the first so many examples; nil for all.
  ///   - onProgress: told after each round of batches; what it throws ends the measurement.
  package func measure(
    _ identity: CurveIdentity, levels: [SparsityLevel]?, completing: Bool = false,
    tolerance: Double, limit: Int? = nil,
    onProgress: (CurvePoint) throws -> Void = { _ in }
  ) throws -> Result {
    let reachable = ReachableLevels(identity.method)
    let search = LevelSearch(epsilon: tolerance, reachable: reachable)
    var result = Result(curve: SparsityCurve(chance: evaluator.chance), seconds: [:])
    var waiting = levels.map { $0.map(reachable.nearest(to:)).reversed() as [SparsityLevel] }
    while true {
      let next: LevelSearch.Proposal?
      if levels == nil {
        next = search.next(after: result.curve)
      } else {
        next = waiting?.popLast().map { LevelSearch.Proposal(level: $0, reason: .focus) }
      }
      guard let next, completing || next.reason != .resume else {
        result.curve.cutToVerdicts(epsilon: tolerance)
        return result
      }
      guard result.curve[next.level]?.isComplete != true else { continue }
      let began = ContinuousClock.now
      let speed = try advance(
        next, of: identity, limit: limit, mayStop: levels == nil, in: &result.curve, onProgress
      ) {
        search.isDone(next, on: $0)
      }
      result.speeds[next.level, default: LevelSpeed()].add(speed)
      result.seconds[next.level, default: 0] += (ContinuousClock.now - began) / .seconds(1)
    }
  }

  /// Measures a level, on from where it was left, until it is done.
  ///
  /// - Returns: how fast it was.
  private func advance(
    _ proposal: LevelSearch.Proposal, of identity: CurveIdentity, limit: Int?, mayStop: Bool,
    in curve: inout SparsityCurve, _ onProgress: (CurvePoint) throws -> Void,
    isDone: (SparsityCurve) -> Bool
  ) throws -> LevelSpeed {
    let plan = preview.plan(identity.request(at: proposal.level.fraction))
    let total = min(limit ?? .max, evaluator.exampleCount)
    let batches = evaluator.batches.filter { $0.lowerBound < total }
    var measurement = LevelMeasurement(
      curve[proposal.level]
        ?? CurvePoint(
          level: proposal.level, achieved: plan.achieved, pruned: plan.total, total: total),
      prepared: try evaluator.prepare(plan, kernels: kernels, on: workers),
      batches: batches.map { $0.clamped(to: 0..<total) }, activations: evaluator.activations,
      mayStop: mayStop)
    curve.update(measurement.point)
    while !measurement.isComplete, !isDone(curve) {
      try measurement.advance(on: workers)
      curve.update(measurement.point)
      try onProgress(measurement.point)
    }
    return measurement.speed
  }
}

extension SparsityCurve {
  /// Takes away the examples beyond those that have decided a level: how many they are depends on
  /// the number of workers.
  fileprivate mutating func cutToVerdicts(epsilon: Double) {
    for point in points where !point.isComplete {
      guard let verdict = verdict(at: point.level, epsilon: epsilon) else { continue }
      var cut = point
      cut.scores = Array(point.scores.prefix(verdict.examples))
      update(cut)
    }
  }
}
