import Experiments
import Glibc

/// A made-up model whose curve is known: each example is lost for good at a sparsity of its own,
/// drawn from a logistic distribution, and from there on its answer is a guess.
struct SimulatedModel {
  var accuracy: Double
  var chance: Double
  /// The centre of the fall, `0...1`.
  var centre: Double
  /// The scale of the logistic distribution: a small one makes a sharp turn.
  var scale: Double
  private var scores: [Score] = []

  private struct Score {
    var dense: Float
    var guess: Float
    var lost: Double
  }

  init(
    seed: UInt64, examples: Int = 450, accuracy: Double = 0.96, chance: Double = 0.1,
    centre: Double = 0.87, scale: Double = 0.03
  ) {
    self.accuracy = accuracy
    self.chance = chance
    self.centre = centre
    self.scale = scale
    var generator = TestGenerator(seed: seed)
    for _ in 0..<examples {
      let dense = Double.random(in: 0..<1, using: &generator) < accuracy
      let guess = Double.random(in: 0..<1, using: &generator) < chance
      let uniform = Double.random(in: 1e-9..<1, using: &generator)
      scores.append(
        Score(
          dense: dense ? 1 : 0, guess: guess ? 1 : 0,
          lost: centre + scale * log(uniform / (1 - uniform))))
    }
  }

  /// The scores at a level; every example is a guess once no weight is left.
  func scores(at level: SparsityLevel) -> [Float] {
    if level == .dense { return scores.map(\.dense) }
    return scores.map { level == .full || level.fraction >= $0.lost ? $0.guess : $0.dense }
  }

  /// The measurement at a level, of all examples or of the first few.
  func point(_ level: SparsityLevel, seen: Int? = nil) -> CurvePoint {
    let scores = scores(at: level)
    return CurvePoint(
      level: level, achieved: level.fraction, pruned: level.millionths,
      scores: Array(scores.prefix(seen ?? scores.count)), total: scores.count)
  }

  func curve(_ levels: some Sequence<SparsityLevel>) -> SparsityCurve {
    SparsityCurve(points: levels.map { point($0) }, chance: chance)
  }

  /// Where the expected drop (accuracy − chance)·F(s) is ε.
  func trueTolerance(epsilon: Double) -> Double {
    let share = epsilon / (accuracy - chance)
    return centre + scale * log(share / (1 - share))
  }
}

/// A generator for tests: Knuth's linear congruential one, of which only high bits are used.
struct TestGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 2_862_933_555_777_941_757 &+ 3_037_000_493 }

  mutating func next() -> UInt64 {
    let high = half()
    return high << 32 | half()
  }

  private mutating func half() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return state >> 32
  }
}

/// The levels from 0 to 100 % in steps of so many percent.
func percents(_ step: Int) -> [SparsityLevel] {
  stride(from: 0, through: 100, by: step).map { SparsityLevel(percent: $0) }
}

/// A complete point of 0/1 scores of which the first so many are wrong.
func point(percent: Int, wrong: Int, of total: Int) -> CurvePoint {
  CurvePoint(
    level: SparsityLevel(percent: percent), achieved: Double(percent) / 100, pruned: percent,
    scores: (0..<total).map { $0 < wrong ? 0 : 1 }, total: total)
}

func isNear(_ left: Double, _ right: Double, within tolerance: Double = 1e-9) -> Bool {
  abs(left - right) <= tolerance
}
