import Experiments
import Testing

@Suite struct `The difference of two curves` {
  /// A curve on which so many of ten examples are right at each level, by seed.
  private func curve(_ rights: [UInt64: [Int: Int]]) -> SeedCurves {
    var curves = SeedCurves(task: "digits", method: .magnitude(.global))
    for (seed, levels) in rights {
      for (percent, right) in levels {
        curves.update(
          CurvePoint(
            level: SparsityLevel(percent: percent), achieved: Double(percent) / 100, pruned: 0,
            scores: (0..<10).map { $0 < right ? 1 : 0 }, total: 10),
          seed: seed, chance: 0.1)
      }
    }
    return curves
  }

  @Test func `pairs seeds, so that what both curves share cancels`() throws {
    // The seeds differ by five points of ten, the curves by one within each seed.
    let first = curve([0: [50: 2], 1: [50: 7]])
    let second = curve([0: [50: 3], 1: [50: 8]])
    let point = try #require(CurveDifference(of: second, minus: first).points.first)
    #expect(abs(point.mean - 0.1) < 1e-9)
    #expect(point.seeds == 2)
    let interval = try #require(point.interval)
    #expect(interval.width < 1e-6)
  }

  @Test func `pairs examples where there is one seed`() throws {
    let difference = CurveDifference(of: curve([0: [50: 4]]), minus: curve([0: [50: 9]]))
    let point = try #require(difference.points.first)
    #expect(abs(point.mean + 0.5) < 1e-9)
    #expect(try #require(point.interval).contains(-0.5))
  }

  @Test func `leaves out levels and seeds that only one curve has`() {
    let first = curve([0: [0: 9, 50: 9], 1: [70: 5]])
    let second = curve([0: [50: 8, 90: 1], 2: [70: 5]])
    let points = CurveDifference(of: second, minus: first).points
    #expect(points.map(\.level) == [SparsityLevel(percent: 50)])
  }
}
