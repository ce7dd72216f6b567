import Experiments
import Testing

struct ToleranceTests {
  /// Of 200 examples 2, 3, 5 and 100 are lost; ε = 2 points = 4 examples, which the line from 3 at
  /// 70 % to 5 at 80 % reaches halfway.
  @Test func theCrossingIsInterpolated() throws {
    let curve = SparsityCurve(points: [
      point(percent: 0, wrong: 0, of: 200), point(percent: 50, wrong: 2, of: 200),
      point(percent: 70, wrong: 3, of: 200), point(percent: 80, wrong: 5, of: 200),
      point(percent: 90, wrong: 100, of: 200),
    ])
    let found = try #require(TurningPoints(of: curve, epsilon: 0.02).tolerance.value)
    #expect(isNear(found.sparsity, 0.75))
    #expect(found.held == SparsityLevel(percent: 70))
    #expect(found.fallen == SparsityLevel(percent: 80))
    #expect(found.interval.contains(found.sparsity))
  }

  @Test func aDropOfExactlyEpsilonIsTolerated() throws {
    let curve = SparsityCurve(points: [
      point(percent: 0, wrong: 0, of: 100), point(percent: 60, wrong: 1, of: 100),
      point(percent: 70, wrong: 2, of: 100),
    ])
    let found = try #require(TurningPoints(of: curve, epsilon: 0.01).tolerance.value)
    #expect(isNear(found.sparsity, 0.6))
  }

  /// s* is the end of the first stretch within tolerance: a later recovery does not count.
  @Test func recoveryAfterTheFirstFallDoesNotCount() throws {
    let curve = SparsityCurve(points: [
      point(percent: 0, wrong: 0, of: 100), point(percent: 40, wrong: 10, of: 100),
      point(percent: 60, wrong: 0, of: 100), point(percent: 80, wrong: 50, of: 100),
    ])
    let found = try #require(TurningPoints(of: curve).tolerance.value)
    #expect(isNear(found.sparsity, 0.04))
    #expect(found.fallen == SparsityLevel(percent: 40))
  }

  @Test func aLargerToleranceReachesFurther() throws {
    let curve = SimulatedModel(seed: 8).curve(percents(1))
    let found = try [0.005, 0.01, 0.02, 0.05, 0.2].map {
      try #require(TurningPoints(of: curve, epsilon: $0).tolerance.value).sparsity
    }
    #expect(found == found.sorted())
    #expect(found[0] < found[4])
  }

  /// Losing nothing on 450 examples excludes a drop beyond 0.85 points, on 100 only beyond 3.7.
  @Test(arguments: [(450, 70), (100, 0)])
  func certaintyNeedsExamples(examples: Int, certain: Int) throws {
    let curve = SparsityCurve(points: [
      point(percent: 0, wrong: 0, of: examples), point(percent: 50, wrong: 0, of: examples),
      point(percent: 70, wrong: 0, of: examples),
      point(percent: 80, wrong: examples / 2, of: examples),
    ])
    let found = try #require(TurningPoints(of: curve).tolerance.value)
    #expect(found.certain == SparsityLevel(percent: certain))
  }

  @Test func equalSeedsGiveEqualIntervals() {
    let curve = SimulatedModel(seed: 9).curve(percents(2))
    #expect(TurningPoints(of: curve, seed: 1) == TurningPoints(of: curve, seed: 1))
  }

  @Test func theFirstExamplesOfARunningPointMoveNothing() throws {
    let model = SimulatedModel(seed: 10)
    var curve = model.curve(percents(10))
    let before = try #require(TurningPoints(of: curve).tolerance.value)
    var running = model.point(SparsityLevel(percent: 45), seen: 2)
    #expect(running.scores == [1, 1])
    running.scores[1] = 0
    curve.update(running)
    #expect(curve.difference(at: running.level)?.mean == -0.5)
    #expect(TurningPoints(of: curve).tolerance.value == before)
  }

  @Test func aRunningPointCountsOnceItHasDecided() throws {
    let model = SimulatedModel(seed: 11)
    var curve = model.curve([.dense, SparsityLevel(percent: 50)])
    #expect(TurningPoints(of: curve).tolerance.value == nil)
    curve.update(model.point(SparsityLevel(percent: 95), seen: 60))
    let found = try #require(TurningPoints(of: curve).tolerance.value)
    #expect(found.fallen == SparsityLevel(percent: 95))
  }

  @Test func doubtsAreSaidPlainly() throws {
    let model = SimulatedModel(seed: 12)
    let half = SparsityLevel(percent: 50)

    var doubt = TurningPoints(of: model.curve([half])).tolerance.doubt
    #expect(doubt == .needsDense)
    #expect(doubt?.description == "needs the dense point")

    var partial = model.curve([half])
    partial.update(model.point(.dense, seen: 449))
    #expect(TurningPoints(of: partial).tolerance.doubt == .needsDense)

    doubt = TurningPoints(of: model.curve([.dense, half])).tolerance.doubt
    #expect(doubt == .neverFalls(epsilon: 0.01, upTo: half))
    #expect(doubt?.description == "the curve never falls by more than 1.0 points up to 50.0 %")

    let guessing = SparsityCurve(
      points: [point(percent: 0, wrong: 88, of: 100), point(percent: 50, wrong: 95, of: 100)],
      chance: 0.1)
    doubt = TurningPoints(of: guessing).kneedle.doubt
    #expect(doubt == .denseAtChance(mean: 0.12, chance: 0.1))
    #expect(doubt?.description == "dense accuracy 12.0 % is at chance (10.0 %)")
  }

  /// 200 data sets with a known turn, on a grid of one percent: a 95 % interval misses about 10;
  /// more than 20 has a probability of 1e-3.
  @Test func theIntervalCoversTheTruth() {
    var misses = 0
    for seed in 0..<200 {
      let model = SimulatedModel(seed: UInt64(1000 + seed), examples: 400)
      let levels = percents(10) + (61...99).map { SparsityLevel(percent: $0) }
      let tolerance = TurningPoints(of: model.curve(levels), resamples: 200).tolerance.value
      if tolerance?.interval.contains(model.trueTolerance(epsilon: 0.01)) != true { misses += 1 }
    }
    #expect(misses <= 20)
  }

  /// The same fall seen on 30 and on 3000 examples: beyond 512 groups of examples are drawn.
  @Test func moreExamplesNarrowTheInterval() throws {
    let widths = try [30, 300, 3000].map { examples in
      var sum = 0.0
      for seed in 0..<20 {
        let model = SimulatedModel(seed: UInt64(seed), examples: examples)
        let found = TurningPoints(of: model.curve(percents(1)), resamples: 200).tolerance.value
        sum += try #require(found).interval.width
      }
      return sum / 20
    }
    #expect(widths[0] > 1.5 * widths[1])
    #expect(widths[1] > 1.5 * widths[2])
  }
}

/// A curve whose scores are all alike, for rules that look at its shape only.
private func shape(_ means: [(percent: Int, mean: Float)], chance: Double? = nil) -> SparsityCurve {
  SparsityCurve(
    points: means.map { point in
      CurvePoint(
        level: SparsityLevel(percent: point.percent), achieved: Double(point.percent) / 100,
        pruned: point.percent, scores: [Float](repeating: point.mean, count: 1000), total: 1000)
    }, chance: chance)
}

private let bent: [(percent: Int, mean: Float)] = [
  (0, 0.96), (10, 0.96), (20, 0.955), (30, 0.958), (40, 0.95), (50, 0.953), (60, 0.94),
  (70, 0.9), (75, 0.84), (80, 0.7),
]

struct KneedleTests {
  /// numpy: `d = (y - y.min()) / np.ptp(y) + x / x.max() - 1`, then its argmax.
  @Test func theKneeIsTheFurthestPointFromTheChord() throws {
    let found = try #require(TurningPoints(of: shape(bent)).kneedle.value)
    #expect(found.level == SparsityLevel(percent: 60))
    #expect(isNear(found.distance, 0.6730769230769229, within: 1e-6))
    #expect(found.interval.contains(0.6))
    #expect(found.interval.low <= 0.5 && found.interval.high >= 0.7)
  }

  @Test func theTailAtChanceIsDropped() throws {
    let tail: [(percent: Int, mean: Float)] = [(85, 0.09), (90, 0.09), (95, 0.09), (100, 0.09)]
    let short = bent + tail.prefix(1)
    let long = bent + tail
    let expected = try #require(TurningPoints(of: shape(short, chance: 0.1)).kneedle.value)
    let found = try #require(TurningPoints(of: shape(long, chance: 0.1)).kneedle.value)
    #expect(found == expected)
  }

  @Test func aStraightFallHasNoKnee() {
    let heights: [Float] = [0.9, 0.8, 0.7, 0.6, 0.5, 0.4]
    let straight = heights.enumerated().map { (percent: $0.offset * 20, mean: $0.element) }
    let findings = TurningPoints(of: shape(straight))
    #expect(findings.kneedle.doubt == .straight)
    #expect(findings.brokenLine.doubt == .straight)
  }

  @Test func aFlatCurveHasNoTurn() {
    let flat = (0...10).map { (percent: $0 * 10, mean: Float(0.9)) }
    let findings = TurningPoints(of: shape(flat))
    #expect(findings.kneedle.doubt == .noMeasurableFall(upTo: .full))
    #expect(findings.brokenLine.doubt == .noMeasurableFall(upTo: .full))
  }

  @Test func threeLevelsAreTooFew() {
    let findings = TurningPoints(of: shape([(0, 0.9), (50, 0.9), (90, 0.2)]))
    #expect(findings.kneedle.doubt == .needsLevels(judged: 3, needed: 4))
    #expect(findings.brokenLine.doubt == .needsLevels(judged: 3, needed: 5))
  }
}

struct BrokenLineTests {
  /// numpy: `lstsq` of [1, x, max(0, x − ψ)] for each ψ of the lattice, the least residual taken.
  @Test func theScanAgreesWithNumpy() throws {
    let found = try #require(TurningPoints(of: shape(bent)).brokenLine.value)
    #expect(isNear(found.sparsity, 0.72))
    #expect(isNear(found.sharpness.before, -0.06343516033337881, within: 1e-6))
    #expect(isNear(found.sharpness.after, -2.7931939539482977, within: 1e-5))
    #expect(isNear(found.bicGain, 28.47092591622244, within: 1e-3))
    #expect(isNear(found.sharpness.ratio, 2.7931939539482977 / 0.06343516033337881, within: 1e-2))
    #expect(!found.sharpness.isAtLeast)
  }

  @Test func aPerfectBreakIsFoundAndItsEvidenceFinite() throws {
    let heights: [Float] = [0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.8, 0.7, 0.6, 0.5]
    let means = heights.enumerated().map { (percent: $0.offset * 10, mean: $0.element) }
    let found = try #require(TurningPoints(of: shape(means)).brokenLine.value)
    #expect(isNear(found.sparsity, 0.6))
    #expect(found.bicGain > 100 && found.bicGain.isFinite)
    #expect(found.interval.contains(0.6))
  }

  @Test func aFlatStartGivesTheLeastSharpness() {
    let flat = Sharpness(before: 0, after: -2)
    #expect(flat.ratio == 200)
    #expect(flat.isAtLeast)
    let rising = Sharpness(before: 0.3, after: -2)
    #expect(rising.ratio == 200)
    #expect(rising.isAtLeast)
    let falling = Sharpness(before: -0.5, after: -2)
    #expect(falling.ratio == 4)
    #expect(!falling.isAtLeast)
  }

  @Test func aSharperFallTurnsLaterAndHarder() throws {
    let gentle = SimulatedModel(seed: 20, centre: 0.8, scale: 0.06).curve(percents(5))
    let sharp = SimulatedModel(seed: 20, centre: 0.8, scale: 0.02).curve(percents(5))
    let before = try #require(TurningPoints(of: gentle).brokenLine.value)
    let after = try #require(TurningPoints(of: sharp).brokenLine.value)
    #expect(after.sparsity > before.sparsity)
    #expect(after.sharpness.after < before.sharpness.after)
  }
}

struct EffectiveWeightsTests {
  @Test func equalMagnitudesAllCount() throws {
    // Four weights of magnitude 2.
    let found = try #require(EffectiveWeights(magnitudes: 8, squares: 16, count: 4))
    #expect(found.effective == 4)
    #expect(found.sparsity == 0)
  }

  @Test func aSingleWeightLeavesTheRest() throws {
    let found = try #require(EffectiveWeights(magnitudes: 3, squares: 9, count: 4))
    #expect(found.effective == 1)
    #expect(found.sparsity == 0.75)
  }

  /// E|w| = √(2/π)·σ and E w² = σ²: 1 − 2/π.
  @Test func gaussianWeightsSuggestThirtySixPercent() throws {
    let mean = (2 / Double.pi).squareRoot() * 0.02
    let found = try #require(
      EffectiveWeights(magnitudes: 1e6 * mean, squares: 1e6 * 0.0004, count: 1_000_000))
    #expect(isNear(found.sparsity, 0.3633802276324186, within: 1e-6))
  }

  @Test func zeroWeightsSuggestNothing() {
    #expect(EffectiveWeights(magnitudes: 0, squares: 0, count: 4) == nil)
    #expect(EffectiveWeights(magnitudes: 0, squares: 0, count: 0) == nil)
  }
}
