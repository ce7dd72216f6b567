import Experiments

/// The measuring of one level, a round of batches at a time.
struct LevelMeasurement {
  private(set) var point: CurvePoint
  private let prepared: any PreparedLevel
  private var batches: ArraySlice<Range<Int>>

  /// - Parameters:
  ///   - point: what has been measured already, in whole batches.
  ///   - prepared: the model at the point's level.
  ///   - batches: all batches of the task.
  init(_ point: CurvePoint, prepared: any PreparedLevel, batches: [Range<Int>]) {
    self.point = point
    self.prepared = prepared
    self.batches = batches.drop { $0.lowerBound < point.scores.count }
  }

  var isComplete: Bool { batches.isEmpty }

  /// Measures as many batches as there are workers, at the same time; after the last of them the
  /// point has its metrics.
  mutating func advance(on workers: ParallelWorkers) throws {
    let round = Array(batches.prefix(workers.count))
    let scores = try workers.map(round) { [prepared] batch, _ in
      try prepared.scores(of: batch)
    }
    for part in scores { point.scores += part }
    batches = batches.dropFirst(round.count)
    if isComplete { point.metrics = prepared.metrics(ofFirst: point.scores.count) }
  }
}
