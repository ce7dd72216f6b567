import Checkpoints
import Experiments
import Tensors
import Testing

@testable import Pruning

/// Magnitude pruning is compared with sorting all weights.
struct MagnitudePlanTests {
  /// A model of several matrices with a mixture of types and spreads.
  private static func model(seed: Int) throws -> PruningFixture {
    var generator = WeightGenerator(seed: seed)
    let types: [ElementType] = [.float32, .float16, .bfloat16, .float64, .float32]
    let tensors = (0..<generator.integer(1...5)).map { number in
      let shape = [generator.integer(1...12), generator.integer(1...12)]
      let spread = WeightGenerator.Spread.allCases[
        generator.integer(0...WeightGenerator.Spread.allCases.count - 1)]
      return PruningFixture.Tensor(
        name: "block.\(number).w", shape: shape, type: types[generator.integer(0...4)],
        values: generator.weights(spread, count: shape[0] * shape[1]))
    }
    return try PruningFixture(tensors)
  }

  private static let levels: [Double] =
    [0, 1e-9, 0.01, 0.1, 0.25, 1.0 / 3, 0.5, 0.6, 0.75, 0.9, 0.999, 1]

  /// Which weights the rule removes, by sorting (|w|, matrix, flat index).
  private static func reference(
    _ weights: [[Float]], excluded: Set<Int>, sparsity: Double, scope: PruningScope
  ) -> [[Bool]] {
    var kept = weights.map { [Bool](repeating: true, count: $0.count) }
    func removeSmallest(of matrices: [Int]) {
      var order: [(key: UInt32, matrix: Int, index: Int)] = []
      for matrix in matrices {
        for (index, weight) in weights[matrix].enumerated() {
          order.append((weight.magnitude.bitPattern, matrix, index))
        }
      }
      order.sort { ($0.key, $0.matrix, $0.index) < ($1.key, $1.matrix, $1.index) }
      let count = Int((sparsity * Double(order.count)).rounded(.toNearestOrEven))
      for (_, matrix, index) in order.prefix(count) { kept[matrix][index] = false }
    }
    let included = weights.indices.filter { !excluded.contains($0) }
    switch scope {
    case .global: removeSmallest(of: included)
    case .matrix: for matrix in included { removeSmallest(of: [matrix]) }
    }
    return kept
  }

  @Test(arguments: 0..<60, PruningScope.allCases)
  func `the masks are those of sorting all weights`(seed: Int, scope: PruningScope) throws {
    let fixture = try Self.model(seed: seed)
    let prunable = fixture.prunable
    let index = try MagnitudeIndex.build(prunable)
    let weights = try prunable.matrices.map { try fixture.checkpoint.floats($0.tensor.name) }
    var generator = WeightGenerator(seed: seed + 1000)
    let excluded = Set(weights.indices.filter { _ in generator.integer(0...3) == 0 })
    var before: [[Bool]]?
    for level in Self.levels {
      let request = PruningRequest(
        method: .magnitude(scope), sparsity: level, excluded: excluded)
      let plan = index.plan(request)
      let expected = Self.reference(
        weights, excluded: excluded, sparsity: level, scope: scope)
      for (matrix, expected) in expected.enumerated() {
        let mask = try prunable.mask(plan, matrix: matrix)
        #expect((0..<mask.count).map { mask[$0] } == expected)
        #expect(plan.pruned[matrix] == mask.count - mask.kept)
        try Self.checkZeros(plan, matrix, fixture, expected, weights[matrix])
      }
      if let before {
        let nested = zip(before, expected).allSatisfy { before, now in
          zip(before, now).allSatisfy { $0 || !$1 }
        }
        #expect(nested, "what was removed at a lower level stays removed at \(level)")
      }
      before = expected
    }
  }

  /// The weights, as floats and as stored, are +0 where removed and unchanged elsewhere.
  private static func checkZeros(
    _ plan: PruningPlan, _ matrix: Int, _ fixture: PruningFixture, _ kept: [Bool],
    _ weights: [Float]
  ) throws {
    let prunable = fixture.prunable
    let floats = try prunable.prunedFloats(plan, matrix: matrix)
    let expected = zip(weights, kept).map { $1 ? $0.bitPattern : 0 }
    #expect(floats.map(\.bitPattern) == expected)
    var stored = try fixture.stored(prunable.matrices[matrix])
    let size = stored.count / kept.count
    let expectedBytes = zip(stored.indices, stored).map { kept[$0 / size] ? $1 : 0 }
    stored.withUnsafeMutableBytes {
      MaskRule(plan, matrix: matrix, of: prunable).apply(toStored: $0)
    }
    #expect(stored == expectedBytes)
  }

  @Test func `the total is round(s N), halves to even`() throws {
    var generator = WeightGenerator(seed: 7)
    let fixture = try PruningFixture([
      .init(name: "a", shape: [1, 5], values: generator.weights(.flat, count: 5)),
      .init(name: "b", shape: [1, 5], values: generator.weights(.flat, count: 5)),
    ])
    let index = try fixture.index()
    let totals = [0.05, 0.15, 0.25, 0.35, 0.45].map {
      index.plan(PruningRequest(method: .magnitude(.global), sparsity: $0)).total
    }
    #expect(totals == [0, 2, 2, 4, 4])
    let plan = index.plan(PruningRequest(method: .magnitude(.global), sparsity: 0.15))
    #expect(plan.included == 10)
    #expect(plan.achieved == 0.2)
  }

  @Test func `of equal weights the first in matrix order go first`() throws {
    let fixture = try PruningFixture([
      .init(name: "a", shape: [1, 3], values: [0.5, 2, -0.5]),
      .init(name: "b", shape: [1, 3], values: [-0.5, 0.1, 0.5]),
    ])
    let index = try fixture.index()
    let plan = index.plan(PruningRequest(method: .magnitude(.global), sparsity: 4.0 / 6))
    #expect(plan.thresholds == [0.5, 0.5])
    #expect(plan.ties == [2, 1])
    #expect(plan.pruned == [2, 2])
    let mask = try fixture.prunable.mask(plan, matrix: 1)
    #expect((0..<3).map { mask[$0] } == [false, false, true])
  }

  @Test func `zeros of both signs are equal and come before the smallest subnormal`() throws {
    let tiny = Float.leastNonzeroMagnitude
    let fixture = try PruningFixture([
      .init(name: "w", shape: [1, 5], values: [tiny, -0.0, 0.0, -tiny, 1])
    ])
    let index = try fixture.index()
    let one = index.plan(PruningRequest(method: .magnitude(.global), sparsity: 0.2))
    #expect(one.thresholds == [0])
    #expect(one.ties == [1])
    let mask = try fixture.prunable.mask(one, matrix: 0)
    #expect((0..<5).map { mask[$0] } == [true, false, true, true, true])
    let three = index.plan(PruningRequest(method: .magnitude(.global), sparsity: 0.6))
    #expect(three.thresholds == [tiny])
    let pruned = try fixture.prunable.prunedFloats(three, matrix: 0).map(\.bitPattern)
    #expect(pruned == [0, 0, 0, (-tiny).bitPattern, Float(1).bitPattern])
  }

  @Test func `a large matrix crosses every block of the loops`() throws {
    var generator = WeightGenerator(seed: 11)
    for spread in [WeightGenerator.Spread.bell, .fewValues, .equal, .mostlyZero] {
      let values = generator.weights(spread, count: 131 * 97)
      for type in [ElementType.float32, .float16, .float64, .float8e5m2] {
        let fixture = try PruningFixture([
          .init(name: "w", shape: [131, 97], type: type, values: values)
        ])
        let index = try fixture.index()
        let weights = try fixture.checkpoint.floats("w")
        for level in [0.3, 0.7] {
          let plan = index.plan(PruningRequest(method: .magnitude(.matrix), sparsity: level))
          let expected = Self.reference(
            [weights], excluded: [], sparsity: level, scope: .matrix)[0]
          let mask = try fixture.prunable.mask(plan, matrix: 0)
          #expect((0..<mask.count).map { mask[$0] } == expected)
          try Self.checkZeros(plan, 0, fixture, expected, weights)
        }
      }
    }
  }

  @Test func `levels outside of 0 to 1 are taken as the nearest`() throws {
    let fixture = try PruningFixture([.init(name: "w", shape: [1, 4], values: [1, 2, 3, 4])])
    let index = try fixture.index()
    #expect(index.plan(PruningRequest(method: .magnitude(.global), sparsity: -1)).total == 0)
    #expect(index.plan(PruningRequest(method: .magnitude(.global), sparsity: 7)).total == 4)
  }

  @Test func `with everything excluded nothing is pruned`() throws {
    let fixture = try PruningFixture([.init(name: "w", shape: [1, 4], values: [1, 2, 3, 4])])
    let plan = try fixture.index().plan(
      PruningRequest(method: .magnitude(.global), sparsity: 1, excluded: [0]))
    #expect(plan.included == 0)
    #expect(plan.total == 0)
    #expect(plan.achieved == 0)
    #expect(plan.thresholds == [nil])
  }
}
