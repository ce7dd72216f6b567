import Experiments

/// The measuring of one level, a round of batches at a time.
struct LevelMeasurement {
  private(set) var point: CurvePoint
  /// How fast the batches were; the first round, which warms up, counts only where there is no other.
  private(set) var speed: LevelSpeed
  private let prepared: any PreparedLevel
  private let activations: ActivationStore?
  private var batches: ArraySlice<Range<Int>>
  private var rounds = 0
  /// Batches of a round for each worker: where there is no reason to stop between batches, several,
  /// so that threads do not wait for each other after each.
  private var depth = 1
  private let mostDepth: Int

  /// What a round of several batches may take, so that progress is seen.
  private static let roundSeconds = 0.1

  /// - Parameters:
  ///   - point: what has been measured already, in whole batches.
  ///   - prepared: the model at the point's level.
  ///   - batches: all batches of the task.
  ///   - activations: what the batches may begin with; rounds that have used it are not timed, since
  ///     they would say nothing of the level's weights.
  ///   - mayStop: whether it may be left after any batch.
  init(
    _ point: CurvePoint, prepared: any PreparedLevel, batches: [Range<Int>],
    activations: ActivationStore? = nil, mayStop: Bool = true
  ) {
    self.point = point
    mostDepth = mayStop ? 1 : 16
    self.prepared = prepared
    self.activations = activations
    speed = prepared.speed
    self.batches = batches.drop { $0.lowerBound < point.scores.count }
  }

  var isComplete: Bool { batches.isEmpty }

  /// Measures a batch, or several, for each worker; after the last of them the point has its metrics.
  mutating func advance(on workers: ParallelWorkers) throws {
    let round = Array(batches.prefix(depth * workers.count))
    let reused = activations?.use.reusedBlocks
    let began = ContinuousClock.now
    let scores = try workers.map(round) { [prepared] batch, _ in
      try prepared.scores(of: batch)
    }
    for part in scores { point.scores += part }
    batches = batches.dropFirst(round.count)
    let seconds = (ContinuousClock.now - began) / .seconds(1)
    note(round, seconds: seconds, isTimed: activations?.use.reusedBlocks == reused)
    if isComplete { point.metrics = prepared.metrics(ofFirst: point.scores.count) }
  }

  private mutating func note(_ round: [Range<Int>], seconds: Double, isTimed: Bool) {
    if 2 * seconds < Self.roundSeconds { depth = min(2 * depth, mostDepth) }
    guard isTimed else { return }
    let examples = round.reduce(0) { $0 + $1.count }
    switch rounds {
    case 0, 1: (speed.examples, speed.seconds) = (examples, seconds)
    default:
      speed.examples += examples
      speed.seconds += seconds
    }
    rounds += 1
  }
}
