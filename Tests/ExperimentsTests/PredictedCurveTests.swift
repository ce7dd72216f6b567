import Experiments
import Testing

struct PredictedCurveTests {
  private func curve(
    _ points: [(percent: Int, wrong: Int)], chance: Double? = 0.1
  ) -> SparsityCurve {
    SparsityCurve(
      points: points.map { point(percent: $0.percent, wrong: $0.wrong, of: 100) }, chance: chance)
  }

  @Test func withNothingMeasuredThereIsNoGuess() {
    let predicted = PredictedCurve(SparsityCurve(chance: 0.1))
    #expect(predicted.mean(at: 0) == nil)
    #expect(predicted.mean(at: 0.5) == nil)
    #expect(!predicted.isMeasured(at: 0.5))
  }

  @Test func fromTheDensePointAloneItFallsToChance() throws {
    let predicted = PredictedCurve(curve([(0, 4)]))
    let values = try (0...100).map { try #require(predicted.mean(at: Double($0) / 100)) }
    #expect(values[0] == 0.96)
    #expect(isNear(values[50], 0.96))
    #expect(isNear(values[100], 0.1))
    #expect(zip(values, values.dropFirst()).allSatisfy { $0 >= $1 - 1e-12 })
  }

  /// scipy: `PchipInterpolator(x, y)`; at both ends its slopes differ.
  @Test func betweenLevelsItIsScipysMonotoneCubic() throws {
    let predicted = PredictedCurve(
      curve([(0, 4), (10, 5), (30, 6), (60, 20), (80, 70), (100, 90)]))
    for (sparsity, mean) in [
      (0.15, 0.9472939560439559), (0.2, 0.9454120879120879), (0.45, 0.8976923076923077),
      (0.7, 0.5651098901098904), (0.75, 0.4105769230769232),
    ] {
      let guess = try #require(predicted.mean(at: sparsity))
      #expect(isNear(guess, mean))
    }
  }

  @Test func itPassesThroughEveryPointAndNeverOvershoots() throws {
    for seed in 0..<20 {
      let model = SimulatedModel(
        seed: UInt64(seed), centre: 0.4 + 0.02 * Double(seed), scale: 0.05)
      let curve = model.curve(percents(10))
      let predicted = PredictedCurve(curve)
      for (left, right) in zip(curve.points, curve.points.dropFirst()) {
        let (high, low) = (try #require(left.mean), try #require(right.mean))
        let there = try #require(predicted.mean(at: left.level.fraction))
        #expect(isNear(there, high))
        for step in 0...20 {
          let sparsity =
            left.level.fraction + (right.level.fraction - left.level.fraction) * Double(step) / 20
          let mean = try #require(predicted.mean(at: sparsity))
          #expect(mean >= min(low, high) - 1e-9 && mean <= max(low, high) + 1e-9)
        }
      }
    }
  }

  @Test func beyondTheLastLevelItGoesOnFromThereToChance() throws {
    let predicted = PredictedCurve(curve([(0, 4), (50, 4), (80, 40)]))
    let values = try (80...100).map { try #require(predicted.mean(at: Double($0) / 100)) }
    #expect(isNear(values[0], 0.6))
    #expect(isNear(values[20], 0.1))
    #expect(zip(values, values.dropFirst()).allSatisfy { $0 >= $1 })
    #expect(PredictedCurve(curve([(0, 4)], chance: nil)).mean(at: 0.5) == nil)
    #expect(PredictedCurve(curve([(0, 4), (100, 90)])).mean(at: 1) == 0.1)
  }

  @Test func leftOfTheFirstLevelThereIsNoGuess() {
    let predicted = PredictedCurve(curve([(64, 4)]))
    #expect(predicted.mean(at: 0.5) == nil)
    #expect(predicted.mean(at: 0.64) == 0.96)
  }

  @Test func onlyNearNeighboursThatAreCompleteCountAsMeasured() {
    var measured = curve([(0, 4), (50, 4), (60, 5), (70, 6)])
    var running = point(percent: 80, wrong: 0, of: 100)
    running.scores.removeLast()
    measured.update(running)
    let predicted = PredictedCurve(measured)
    #expect(predicted.isMeasured(at: 0))
    #expect(!predicted.isMeasured(at: 0.25))
    #expect(predicted.isMeasured(at: 0.55))
    #expect(predicted.isMeasured(at: 0.65))
    #expect(!predicted.isMeasured(at: 0.75))
    #expect(!predicted.isMeasured(at: 0.9))
  }
}
