import Experiments
import Testing

/// Measures whatever a search asks for until it is content, and returns the order.
private func run(
  _ search: LevelSearch, on model: SimulatedModel, from start: SparsityCurve? = nil
) -> (curve: SparsityCurve, proposals: [LevelSearch.Proposal]) {
  var curve = start ?? SparsityCurve(chance: model.chance)
  var proposals: [LevelSearch.Proposal] = []
  while let proposal = search.next(after: curve), proposals.count < 200 {
    proposals.append(proposal)
    curve.update(model.point(proposal.level))
  }
  return (curve, proposals)
}

/// Forty curves from gentle to sharp, early to late.
private let models: [SimulatedModel] = (0..<40).map { index in
  let accuracy = 0.7 + 0.03 * Double(index % 10)
  let centre = 0.4 + 0.05 * Double(index % 11)
  let scale = 0.01 + 0.01 * Double(index % 7)
  return SimulatedModel(
    seed: UInt64(100 + index), accuracy: accuracy, chance: index % 2 == 0 ? 0.1 : 0.5,
    centre: centre, scale: scale)
}

struct LevelSearchTests {
  @Test func theFocusComesFirstThenDenseThenTheGrid() {
    let focus = SparsityLevel(percentText: "21.503")
    let (_, proposals) = run(LevelSearch(focus: focus), on: SimulatedModel(seed: 1))
    #expect(proposals[0] == .init(level: focus ?? .full, reason: .focus))
    #expect(proposals[1] == .init(level: .dense, reason: .dense))
    #expect(proposals[2...11].allSatisfy { $0.reason == .grid })
    #expect(proposals[2...5].map(\.level.description) == ["50.0", "100.0", "70.0", "90.0"])
    #expect(Set(proposals[1...11].map(\.level)) == Set(percents(10)))
  }

  @Test func withoutAFocusDenseComesFirst() {
    #expect(LevelSearch().next(after: SparsityCurve())?.reason == .dense)
  }

  @Test func aNewFocusInterruptsAndItsPointGoesOnLater() throws {
    let model = SimulatedModel(seed: 2)
    let left = SparsityLevel(millionths: 643_000)
    let rested = SparsityLevel(millionths: 712_000)
    var curve = SparsityCurve(chance: 0.1)
    curve.update(model.point(left, seen: 64))

    let search = LevelSearch(focus: rested)
    #expect(search.next(after: curve)?.level == rested)
    let back = LevelSearch(focus: left)
    #expect(back.next(after: curve) == .init(level: left, reason: .focus))
    let (finished, proposals) = run(search, on: model, from: curve)
    #expect(proposals.last == .init(level: left, reason: .resume))
    #expect(finished.completePoints == finished.points)
  }

  @Test func aPartialPointIsProposedUntilItIsComplete() {
    let model = SimulatedModel(seed: 3)
    var curve = model.curve([.dense])
    let half = SparsityLevel(percent: 50)
    for seen in [0, 64, 449] {
      if seen > 0 { curve.update(model.point(half, seen: seen)) }
      #expect(LevelSearch().next(after: curve)?.level == half)
    }
    curve.update(model.point(half))
    #expect(LevelSearch().next(after: curve)?.level == .full)
  }

  @Test(arguments: models.indices)
  func theTurnIsTheFullGridsWithinOnePercent(index: Int) throws {
    let model = models[index]
    let (curve, proposals) = run(LevelSearch(), on: model)
    let full = model.curve((0...1000).map { SparsityLevel(millionths: $0 * 1000) })

    let found = try #require(TurningPoints(of: curve, resamples: 1).tolerance.value)
    let expected = try #require(TurningPoints(of: full, resamples: 1).tolerance.value)
    #expect(isNear(found.sparsity, expected.sparsity, within: 0.01))
    #expect(found.fallen.millionths - found.held.millionths <= 10_000)
    #expect(proposals.count <= 30)
    #expect(Set(proposals.map(\.level)).count == proposals.count)
    #expect(proposals.allSatisfy { $0.reason != .resume })
  }

  @Test func theDrawnCurveHasNoLargeJumpsLeft() {
    for model in models {
      let (curve, _) = run(LevelSearch(), on: model)
      let means = curve.points.compactMap(\.mean)
      let allowed = 0.1 * ((means.max() ?? 0) - (means.min() ?? 0)) + 1e-12
      for (left, right) in zip(curve.points, curve.points.dropFirst()) {
        let isNarrow = right.level.millionths - left.level.millionths <= 20_000
        #expect(isNarrow || abs((left.mean ?? 0) - (right.mean ?? 0)) <= allowed)
      }
    }
  }

  /// Scores that jump about at random have no curve to find; the search ends all the same.
  @Test func noiseIsNotSearchedForever() {
    for seed in 0..<20 {
      var generator = TestGenerator(seed: UInt64(seed))
      var curve = SparsityCurve(chance: 0.1)
      var levels: [SparsityLevel] = []
      while let proposal = LevelSearch().next(after: curve), levels.count < 1000 {
        levels.append(proposal.level)
        let wrong = Int.random(in: 0...50, using: &generator)
        curve.update(
          CurvePoint(
            level: proposal.level, achieved: 0, pruned: 0,
            scores: (0..<50).map { $0 < wrong ? 0 : 1 }, total: 50))
      }
      #expect(levels.count <= 101)
      #expect(Set(levels).count == levels.count)
    }
  }

  @Test func aFinerResolutionEnclosesTheTurnCloser() throws {
    let search = LevelSearch(resolution: SparsityLevel(millionths: 1000))
    let (curve, _) = run(search, on: SimulatedModel(seed: 6))
    let found = try #require(TurningPoints(of: curve).tolerance.value)
    #expect(found.fallen.millionths - found.held.millionths <= 1000)
  }

  @Test func aModelThatNeverFallsIsFinishedWithTheGrid() {
    let model = SimulatedModel(seed: 7, accuracy: 1, chance: 1)
    #expect(run(LevelSearch(), on: model).proposals.count == 11)
  }

  @Test func aChangedToleranceGoesOnFromWhatIsKnown() throws {
    let model = SimulatedModel(seed: 8)
    let (curve, first) = run(LevelSearch(), on: model)
    let (wider, more) = run(LevelSearch(epsilon: 0.05), on: model, from: curve)
    #expect(more.count < 5)
    #expect(Set(more.map(\.level)).isDisjoint(with: first.map(\.level)))
    let found = try #require(TurningPoints(of: wider, epsilon: 0.05).tolerance.value)
    #expect(found.fallen.millionths - found.held.millionths <= 10_000)
  }

  @Test(arguments: [1, 2, 3, 4, 8, 16])
  func onlyTheStepsOfAPatternAreProposed(groupSize: Int) {
    let search = LevelSearch(
      reachable: ReachableLevels(.nm(groupSize: groupSize)), focus: SparsityLevel(percent: 64))
    let (curve, proposals) = run(search, on: SimulatedModel(seed: 9))
    let steps = (0...groupSize).map { SparsityLevel(Double($0) / Double(groupSize)) }
    #expect(Set(proposals.map(\.level)).isSubset(of: steps))
    #expect(Set(proposals.map(\.level)).count == proposals.count)
    if groupSize <= 8 { #expect(curve.points.map(\.level) == steps) }
  }

  @Test func aPatternTakesTheNearestStep() {
    let steps = ReachableLevels(.nm(groupSize: 4))
    #expect(steps.nearest(to: SparsityLevel(percent: 64)) == SparsityLevel(percent: 75))
    #expect(steps.nearest(to: SparsityLevel(percent: 62)) == SparsityLevel(percent: 50))
    #expect(steps.nearest(to: SparsityLevel(percent: 12)) == .dense)
    // Half way between two steps N is rounded to even: 1.5 of 4 kept become 2, 2.5 as well.
    #expect(steps.nearest(to: SparsityLevel(millionths: 625_000)) == SparsityLevel(percent: 50))
    #expect(steps.nearest(to: SparsityLevel(millionths: 375_000)) == SparsityLevel(percent: 50))
    let any = ReachableLevels(.magnitude(.global))
    #expect(any.nearest(to: SparsityLevel(millionths: 215_030)).millionths == 215_030)
  }
}
