import Experiments
import Testing

@testable import Pruning

struct RandomPlanTests {
  private static let shapes = [[7, 9], [1, 1], [12, 3], [5, 5], [30, 20], [2, 40]]

  private func model() throws -> PruningFixture {
    try PruningFixture(
      Self.shapes.enumerated().map { number, shape in
        .init(
          name: "\(number).w", shape: shape,
          values: [Float](repeating: 1, count: shape[0] * shape[1]))
      })
  }

  private func masks(
    _ fixture: PruningFixture, _ index: MagnitudeIndex, _ request: PruningRequest
  ) throws -> [Mask] {
    let plan = index.plan(request)
    return try plan.pruned.indices.map { try fixture.prunable.mask(plan, matrix: $0) }
  }

  @Test(arguments: RandomAllocation.allCases)
  func `counts are exact and masks nested over the sparsity`(allocation: RandomAllocation) throws {
    let fixture = try model()
    let index = try fixture.index()
    var before: [Mask]?
    for step in 0...100 {
      let request = PruningRequest(
        method: .random(allocation, seed: 3), sparsity: Double(step) / 100)
      let plan = index.plan(request)
      let total = (request.sparsity * Double(plan.included)).rounded(.toNearestOrEven)
      #expect(plan.total == Int(total))
      let masks = try masks(fixture, index, request)
      #expect(masks.map { $0.count - $0.kept } == plan.pruned)
      for (matrix, mask) in masks.enumerated() {
        let words = zip(mask.words, before?[matrix].words ?? mask.words)
        #expect(words.allSatisfy { now, before in now & ~before == 0 }, "at \(step) %")
      }
      before = masks
    }
  }

  @Test func `uniform pruning takes each matrix within a weight of its share`() throws {
    let index = try model().index()
    for sparsity in [0.1, 0.5, 0.77, 0.99] {
      let plan = index.plan(.init(method: .random(.uniform, seed: 1), sparsity: sparsity))
      for (pruned, shape) in zip(plan.pruned, Self.shapes) {
        let share = Double(plan.total) / Double(plan.included) * Double(shape[0] * shape[1])
        #expect(abs(Double(pruned) - share) < 1)
      }
    }
  }

  @Test func `the applied mask is the same for floats and for stored weights`() throws {
    let fixture = try model()
    let plan = try fixture.index().plan(.init(method: .random(.uniform, seed: 5), sparsity: 0.4))
    for (matrix, pruned) in plan.pruned.enumerated() {
      let floats = try fixture.prunable.prunedFloats(plan, matrix: matrix)
      #expect(floats.count { $0 == 0 } == pruned)
      var stored = try fixture.stored(fixture.prunable.matrices[matrix])
      stored.withUnsafeMutableBytes {
        MaskRule(plan, matrix: matrix, of: fixture.prunable).apply(toStored: $0)
      }
      #expect(stored == PruningFixture.bytes(floats, as: .float32))
    }
  }

  @Test func `another seed gives another mask, the same seed the same`() throws {
    let fixture = try model()
    let index = try fixture.index()
    func mask(_ seed: UInt64) throws -> [Mask] {
      try masks(fixture, index, .init(method: .random(.uniform, seed: seed), sparsity: 0.5))
    }
    #expect(try mask(1) == mask(1))
    #expect(try mask(1) != mask(2))
  }

  @Test func `masks of one seed share no more between matrices than chance`() throws {
    let fixture = try PruningFixture(
      (0..<2).map {
        .init(
          name: "\($0).w", shape: [100, 100], values: [Float](repeating: 1, count: 10_000))
      })
    let index = try fixture.index()
    let masks = try masks(
      fixture, index, .init(method: .random(.uniform, seed: 0), sparsity: 0.5))
    let both = zip(masks[0].words, masks[1].words).reduce(0) { $0 + ($1.0 & $1.1).nonzeroBitCount }
    // 2500 expected, with a standard deviation of 25.
    #expect(abs(both - 2500) < 150)
  }

  @Test func `leaving a matrix out changes no other mask at the same count`() throws {
    let fixture = try model()
    let index = try fixture.index()
    let method = PruningMethod.random(.uniform, seed: 9)
    let all = try masks(fixture, index, .init(method: method, sparsity: 0.5))
    let some = try masks(fixture, index, .init(method: method, sparsity: 0.5, excluded: [0, 3]))
    #expect(some[0].kept == some[0].count)
    #expect(some[4] == all[4])
  }

  // MARK: Shares

  private func describe(_ shapes: [[Int]]) -> [MatrixDescription] {
    shapes.map { .init(name: "", kind: "", block: nil, shape: $0, dtype: "F32") }
  }

  @Test(arguments: 0..<40, RandomAllocation.allCases)
  func `raising the total by one gives one matrix one more`(
    seed: Int, allocation: RandomAllocation
  ) {
    var generator = WeightGenerator(seed: seed)
    let shapes = (0..<generator.integer(1...7)).map { _ in
      [generator.integer(1...9), generator.integer(1...9)]
    }
    let capacities = shapes.map { $0[0] * $0[1] }
    let shares = KeptShares(describe(shapes), allocation)
    var before = shares.counts(total: 0)
    #expect(before.allSatisfy { $0 == 0 })
    for total in 1...capacities.reduce(0, +) {
      let counts = shares.counts(total: total)
      #expect(counts.reduce(0, +) == total)
      #expect(zip(counts, capacities).allSatisfy { $0 >= 0 && $0 <= $1 })
      #expect(zip(counts, before).allSatisfy { $0 >= $1 }, "\(shapes) at \(total)")
      before = counts
    }
    #expect(before == capacities)
  }

  @Test func `ERK keeps in proportion to n_in + n_out, clipped and solved again`() {
    let shares = KeptShares(describe([[4, 4], [100, 100], [100, 300]]), .erk)
    #expect(shares.counts(total: 304) == [4, 100, 200], "ε = 1/2, none is full")
    #expect(shares.counts(total: 1816) == [16, 600, 1200], "ε = 3 would put 24 into 16")
    #expect(shares.counts(total: 32_016) == [16, 10_000, 22_000], "two are full")
  }
}
