import Experiments
import Tensors
import Testing

@testable import Pruning

/// N:M pruning is compared with sorting each group.
struct GroupPlanTests {
  /// Which weights stay: of each group along the inputs the `kept` largest, later ones first.
  private static func reference(
    _ weights: [Float], outputs: Int, inputs: Int, isTransposed: Bool, groupSize: Int, kept: Int
  ) -> [Bool] {
    var mask = [Bool](repeating: true, count: weights.count)
    for output in 0..<outputs {
      for group in stride(from: 0, to: inputs, by: groupSize) {
        let places = (group..<group + groupSize).map { input in
          isTransposed ? input * outputs + output : output * inputs + input
        }
        let order = places.sorted {
          (weights[$0].magnitude, $0) < (weights[$1].magnitude, $1)
        }
        for place in order.prefix(groupSize - kept) { mask[place] = false }
      }
    }
    return mask
  }

  @Test(
    arguments: [
      (1, 1), (2, 2), (4, 2), (8, 3), (12, 4), (16, 1), (32, 1), (33, 1), (40, 2), (96, 1),
    ],
    [false, true])
  func `every group keeps its largest`(sizes: (groupSize: Int, groups: Int), isTransposed: Bool)
    throws
  {
    let (groupSize, inputs, outputs) = (sizes.groupSize, sizes.groupSize * sizes.groups, 21)
    for spread in [WeightGenerator.Spread.bell, .fewValues, .zeros] {
      var generator = WeightGenerator(seed: inputs)
      let name = isTransposed ? "h.0.mlp.c_fc.weight" : "h.0.w"
      let fixture = try PruningFixture(
        [
          .init(
            name: name, shape: isTransposed ? [inputs, outputs] : [outputs, inputs],
            values: generator.weights(spread, count: inputs * outputs))
        ], configuration: isTransposed ? #"{"model_type": "gpt2"}"# : nil)
      let index = try fixture.index()
      let weights = try fixture.checkpoint.floats(name)
      for kept in Set([0, 1, groupSize / 2, groupSize]) {
        let sparsity = 1 - Double(kept) / Double(groupSize)
        let plan = index.plan(.init(method: .nm(groupSize: groupSize), sparsity: sparsity))
        let expected = Self.reference(
          weights, outputs: outputs, inputs: inputs, isTransposed: isTransposed,
          groupSize: groupSize, kept: kept)
        let mask = try fixture.prunable.mask(plan, matrix: 0)
        #expect((0..<mask.count).map { mask[$0] } == expected)
        #expect(plan.pruned == [outputs * sizes.groups * (groupSize - kept)])
        #expect(plan.skipped == [])
        let floats = try fixture.prunable.prunedFloats(plan, matrix: 0).map(\.bitPattern)
        #expect(floats == zip(weights, expected).map { $1 ? $0.bitPattern : 0 })
      }
    }
  }

  @Test func `GPT-2's groups lie along its inputs, which its files hold as rows`() throws {
    let fixture = try PruningFixture(
      [.init(name: "h.0.mlp.c_fc.weight", shape: [2, 3], values: [1, 5, 3, 4, 2, 6])],
      configuration: #"{"model_type": "gpt2"}"#)
    let plan = try fixture.index().plan(.init(method: .nm(groupSize: 2), sparsity: 0.5))
    #expect(try fixture.prunable.prunedFloats(plan, matrix: 0) == [0, 5, 0, 4, 0, 6])
  }

  @Test func `a matrix whose width the groups do not divide stays dense and is reported`() throws {
    let fixture = try PruningFixture([
      .init(name: "0.w", shape: [2, 6], values: [Float](repeating: 1, count: 12)),
      .init(name: "1.w", shape: [6, 4], values: [Float](repeating: 1, count: 24)),
    ])
    let plan = try fixture.index().plan(.init(method: .nm(groupSize: 4), sparsity: 0.5))
    #expect(plan.skipped == [0])
    #expect(plan.pruned == [0, 12])
    #expect(plan.included == 36)
    #expect(try fixture.prunable.mask(plan, matrix: 0).kept == 12)
  }

  @Test func `the level is rounded to a number of kept weights, halves to even`() throws {
    let fixture = try PruningFixture([
      .init(name: "w", shape: [1, 4], values: [1, 2, 3, 4])
    ])
    let index = try fixture.index()
    let pruned = [0, 0.1, 0.125, 0.3, 0.375, 0.5, 0.625, 0.9, 1].map {
      index.plan(.init(method: .nm(groupSize: 4), sparsity: $0)).total
    }
    #expect(pruned == [0, 0, 0, 1, 2, 2, 2, 4, 4])
  }

  @Test func `half-precision weights are grouped by their own values`() throws {
    let fixture = try PruningFixture([
      .init(name: "w", shape: [1, 4], type: .bfloat16, values: [0.5, -2, 0.25, 1])
    ])
    let plan = try fixture.index().plan(.init(method: .nm(groupSize: 4), sparsity: 0.5))
    var stored = try fixture.stored(fixture.prunable.matrices[0])
    stored.withUnsafeMutableBytes {
      MaskRule(plan, matrix: 0, of: fixture.prunable).apply(toStored: $0)
    }
    #expect(stored == PruningFixture.bytes([0, -2, 0, 1], as: .bfloat16))
  }
}
