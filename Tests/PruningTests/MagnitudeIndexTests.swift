import Checkpoints
import Experiments
import Synchronization
import Tensors
import Testing

@testable import Pruning

struct MagnitudeIndexTests {
  private func model(matrices: Int) throws -> PruningFixture {
    var generator = WeightGenerator(seed: 1)
    return try PruningFixture(
      (0..<matrices).map {
        .init(name: "\($0).w", shape: [8, 8], values: generator.weights(.bell, count: 64))
      })
  }

  @Test(arguments: [1, 2, 5])
  func `every matrix is announced once, with its distribution`(threads: Int) throws {
    let fixture = try model(matrices: 9)
    let announced = Mutex<[Int: Float]>([:])
    let index = try MagnitudeIndex.build(fixture.prunable, threads: threads) { matrix, ranks in
      announced.withLock { #expect($0.updateValue(ranks.maximum, forKey: matrix) == nil) }
    }
    #expect(announced.withLock { $0.count } == 9)
    for matrix in 0..<9 {
      #expect(announced.withLock { $0[matrix] } == index.maximum(matrix: matrix))
    }
  }

  @Test func `a cancelled build stops between matrices`() throws {
    let fixture = try model(matrices: 9)
    let done = Atomic(0)
    #expect(throws: PruningError.cancelled) {
      try MagnitudeIndex.build(
        fixture.prunable, threads: 1,
        onMatrix: { _, _ in done.add(1, ordering: .relaxed) },
        isCancelled: { done.load(ordering: .relaxed) == 3 })
    }
    #expect(done.load(ordering: .relaxed) == 3)
  }

  @Test(arguments: [ElementType.float32, .float16, .bfloat16, .float64, .float8e5m2])
  func `a NaN weight is refused with its file, tensor and place`(type: ElementType) throws {
    var values = [Float](repeating: 0.5, count: 200)
    values[137] = .nan
    values[150] = -.nan
    let fixture = try PruningFixture([
      .init(name: "good", shape: [2, 2], values: [1, 2, 3, 4]),
      .init(name: "layer.1.w", shape: [10, 20], type: type, values: values),
    ])
    let file = fixture.folder + "/model/model.safetensors"
    let error = PruningError.notANumber(file: file, tensor: "layer.1.w", index: 137)
    #expect(throws: error) { try fixture.index() }
    #expect(error.description.hasPrefix("\(file): tensor layer.1.w: weight 137 is NaN"))
  }

  @Test func `a model without matrices has an empty index`() throws {
    let fixture = try PruningFixture([.init(name: "norm", shape: [3], values: [1, 1, 1])])
    let index = try fixture.index()
    #expect(index.matrices.isEmpty)
    #expect(index.maximum(matrix: nil) == 0)
    #expect(index.histogram(matrix: nil, edges: [0, 1]) == [0])
    #expect(index.plan(.init(method: .magnitude(.global), sparsity: 0.5)).total == 0)
  }
}
