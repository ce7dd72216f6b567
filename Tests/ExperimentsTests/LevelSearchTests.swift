import Experiments
import Testing

/// Measures whatever a search asks for until it is content, each level in batches of 32 for as long
/// as the search wants.
///
/// - Returns: the curve, the proposals in their order, and the examples that were evaluated until
///   the turning point was enclosed.
private func run(
  _ search: LevelSearch, on model: SimulatedModel, from start: SparsityCurve? = nil
) -> (curve: SparsityCurve, proposals: [LevelSearch.Proposal], evaluations: Int) {
  var curve = start ?? SparsityCurve(chance: model.chance)
  var proposals: [LevelSearch.Proposal] = []
  var evaluations = 0
  while let proposal = search.next(after: curve), proposals.count < 200 {
    proposals.append(proposal)
    while !search.isDone(proposal, on: curve) {
      let seen = curve[proposal.level]?.scores.count ?? 0
      let point = model.point(proposal.level, seen: seen + 32)
      curve.update(point)
      if ![.smooth, .resume].contains(proposal.reason) { evaluations += point.scores.count - seen }
    }
  }
  return (curve, proposals, evaluations)
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
    let (_, proposals, _) = run(LevelSearch(focus: focus), on: SimulatedModel(seed: 1))
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
    let (finished, proposals, _) = run(search, on: model, from: curve)
    #expect(proposals.contains(.init(level: left, reason: .resume)))
    #expect(finished.completePoints == finished.points)
  }

  @Test func aPartialPointIsProposedUntilItIsComplete() {
    let model = SimulatedModel(seed: 3)
    var curve = model.curve([.dense])
    let half = SparsityLevel(percent: 50)
    for seen in [0, 64, 111] {
      if seen > 0 { curve.update(model.point(half, seen: seen)) }
      #expect(LevelSearch().next(after: curve)?.level == half)
    }
    curve.update(model.point(half))
    #expect(LevelSearch().next(after: curve)?.level == .full)
  }

  @Test(arguments: models.indices)
  func theTurnIsTheFullGridsWithinOnePercent(index: Int) throws {
    let model = models[index]
    let (curve, proposals, evaluations) = run(LevelSearch(), on: model)
    let full = model.curve((0...1000).map { SparsityLevel(millionths: $0 * 1000) })

    let found = try #require(TurningPoints(of: curve, resamples: 1).tolerance.value)
    let expected = try #require(TurningPoints(of: full, resamples: 1).tolerance.value)
    #expect(isNear(found.sparsity, expected.sparsity, within: 0.01))
    #expect(found.fallen.millionths - found.held.millionths <= 10_000)
    let measured = proposals.filter { $0.reason != .resume }.map(\.level)
    #expect(measured.count <= 35)
    #expect(Set(measured).count == measured.count)
    #expect(curve.completePoints == curve.points)
    // A grid of whole percents over all examples.
    #expect(Double(evaluations) < 0.18 * 101 * 450)
  }

  /// What is said when a level is left is what all of its examples say.
  @Test func aVerdictOnAPartOfTheExamplesHolds() {
    var decided = 0
    for model in models {
      let full = model.curve(percents(5))
      for level in percents(5).dropFirst() {
        for seen in stride(from: 32, to: 450, by: 32) {
          var curve = model.curve([.dense])
          curve.update(model.point(level, seen: seen))
          guard let verdict = curve.verdict(at: level, epsilon: 0.01) else { continue }
          #expect(verdict.examples >= 450 / 4 && verdict.examples <= seen)
          let said = full.verdict(at: level, epsilon: 0.01)
          #expect(verdict.isHeld == said?.isHeld, "\(level) after \(seen)")
          decided += 1
        }
      }
    }
    #expect(decided > 2000)
  }

  @Test func withoutTheDensePointNothingIsDecided() {
    let model = SimulatedModel(seed: 10)
    #expect(model.curve([.full]).verdict(at: .full, epsilon: 0.01) == nil)
    #expect(model.curve([.dense, .full]).verdict(at: .full, epsilon: 0.01)?.isHeld == false)
    #expect(model.curve([.dense, .full]).verdict(at: .full, epsilon: 1)?.isHeld == true)
  }

  @Test func theDrawnCurveHasNoLargeJumpsLeft() {
    for model in models {
      let curve = run(LevelSearch(), on: model).curve
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

  /// Scores of 1000 examples, of which so many are lost at each whole percent.
  private static func curve(_ lost: @escaping (Int) -> Int) -> (SparsityLevel) -> CurvePoint {
    { level in
      let count = lost(level.millionths / 10_000)
      return CurvePoint(
        level: level, achieved: level.fraction, pruned: level.millionths,
        scores: (0..<1000).map { $0 * 7 % 1000 < count ? 0 : 1 }, total: 1000)
    }
  }

  private static func levels(_ point: (SparsityLevel) -> CurvePoint) -> [LevelSearch.Proposal] {
    var curve = SparsityCurve(chance: 0.1)
    var proposals: [LevelSearch.Proposal] = []
    while let next = LevelSearch().next(after: curve), next.reason != .smooth {
      proposals.append(next)
      curve.update(point(next.level))
    }
    return proposals
  }

  @Test func belowALevelInDoubtTheNextIsLookedAt() {
    // Ten lost are tolerated: the curve leaves at 71 %, comes back, and leaves for good at 75 %.
    let wavering = Self.levels(
      Self.curve { $0 < 60 ? 0 : $0 == 71 ? 11 : $0 < 75 ? 9 : 10 * $0 })
    let confirmed = wavering.filter { $0.reason == .confirm }.map(\.level.millionths)
    #expect(confirmed.contains(710_000))
    #expect(confirmed.allSatisfy { $0 < 750_000 })

    // Nothing is in doubt where the curve stays away from the tolerance until it falls.
    let sharp = Self.levels(Self.curve { $0 < 75 ? 0 : 10 * $0 })
    #expect(!sharp.contains { $0.reason == .confirm })
  }

  @Test func aFinerResolutionEnclosesTheTurnCloser() throws {
    let search = LevelSearch(resolution: SparsityLevel(millionths: 1000))
    let curve = run(search, on: SimulatedModel(seed: 6)).curve
    let found = try #require(TurningPoints(of: curve).tolerance.value)
    #expect(found.fallen.millionths - found.held.millionths <= 1000)
  }

  @Test func aModelThatNeverFallsIsFinishedWithTheGrid() {
    let model = SimulatedModel(seed: 7, accuracy: 1, chance: 1)
    let measured = run(LevelSearch(), on: model).proposals.filter { $0.reason != .resume }
    #expect(measured.count == 11)
  }

  @Test func aChangedToleranceGoesOnFromWhatIsKnown() throws {
    let model = SimulatedModel(seed: 8)
    let (curve, first, _) = run(LevelSearch(), on: model)
    let (wider, more, _) = run(LevelSearch(epsilon: 0.05), on: model, from: curve)
    #expect(more.count < 5)
    #expect(Set(more.map(\.level)).isDisjoint(with: first.map(\.level)))
    let found = try #require(TurningPoints(of: wider, epsilon: 0.05).tolerance.value)
    #expect(found.fallen.millionths - found.held.millionths <= 10_000)
  }

  @Test(arguments: [1, 2, 3, 4, 8, 16])
  func onlyTheStepsOfAPatternAreProposed(groupSize: Int) {
    let search = LevelSearch(
      reachable: ReachableLevels(.nm(groupSize: groupSize)), focus: SparsityLevel(percent: 64))
    let (curve, all, _) = run(search, on: SimulatedModel(seed: 9))
    let proposals = all.filter { $0.reason != .resume }
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
