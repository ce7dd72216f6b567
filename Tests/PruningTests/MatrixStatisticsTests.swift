import Tensors
import Testing

@testable import Pruning

struct MatrixStatisticsTests {
  private func statistics(
    _ values: [Float], as type: ElementType = .float32
  ) throws -> MatrixStatistics {
    let fixture = try PruningFixture([
      .init(name: "w", shape: [values.count, 1], type: type, values: values)
    ])
    return try fixture.prunable.statistics(matrix: 0)
  }

  @Test func `figures of a few weights`() throws {
    let found = try statistics([-3, 0, -0.0, 1])
    #expect(found.zeros == 2)
    #expect(found.mean == -0.5)
    #expect(found.deviation == (2.25).squareRoot())
    #expect(found.maximum == 3)
  }

  @Test func `one weight does not deviate`() throws {
    #expect(try statistics([7]).deviation == 0)
  }

  @Test(arguments: [ElementType.float32, .float64, .float16, .bfloat16])
  func `large matrices, in every type, whatever their mean`(type: ElementType) throws {
    var generator = WeightGenerator(seed: 2)
    for count in [4096, 4097, 100_003] {
      let values = (0..<count).map { _ in 100 + generator.uniform() }
      let fixture = try PruningFixture([
        .init(name: "w", shape: [count, 1], type: type, values: values)
      ])
      let found = try fixture.prunable.statistics(matrix: 0)
      let stored = try fixture.checkpoint.floats("w").map(Double.init)
      let mean = stored.reduce(0, +) / Double(count)
      let square = stored.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count)
      #expect(abs(found.mean - mean) < 1e-11)
      #expect(abs(found.deviation - square.squareRoot()) < 1e-11)
      #expect(found.maximum == stored.max())
      #expect(found.zeros == 0)
    }
  }
}
