import Checkpoints
import Experiments
import Glibc
import Tensors
import Testing

@testable import Pruning

struct PrunedOutputTests {
  let fixture: PruningFixture

  init() throws {
    var generator = WeightGenerator(seed: 4)
    fixture = try PruningFixture(
      [
        .init(
          name: "encoder.layer.0.attention.self.query.weight", shape: [8, 8],
          values: generator.weights(.bell, count: 64)),
        .init(
          name: "encoder.layer.0.output.dense.weight", shape: [8, 16], type: .float16,
          values: generator.weights(.bell, count: 128)),
        .init(
          name: "embeddings.word_embeddings.weight", shape: [5, 8],
          values: generator.weights(.bell, count: 40)),
        .init(name: "position_ids", shape: [4], type: .int64, values: [0, 1, 2, 3]),
      ], configuration: #"{"model_type": "bert"}"#)
  }

  private var output: String { fixture.folder + "/pruned" }

  @Test func `a written model has zeros where the plan prunes and is the same elsewhere`() throws {
    let plan = try fixture.index().plan(.init(method: .magnitude(.global), sparsity: 0.7))
    var steps: [Int] = []
    try fixture.prunable.write(plan, to: output) { done, all in steps.append(all * 10 + done) }
    #expect(steps == [21, 22])

    let written = try Checkpoint.open(at: output)
    #expect(written.tensors.map(\.name) == fixture.checkpoint.tensors.map(\.name))
    #expect(written.configuration == fixture.checkpoint.configuration)
    let copy = PrunableMatrices(written)
    for (index, matrix) in fixture.prunable.matrices.enumerated() {
      let mask = try fixture.prunable.mask(plan, matrix: index)
      let before = try fixture.stored(matrix)
      let after = try written.withBytes(of: copy.matrices[index].tensor) { Array($0) }
      let size = matrix.tensor.elementType.byteCount
      #expect(after == zip(before.indices, before).map { mask[$0 / size] ? $1 : 0 })
      #expect(try copy.statistics(matrix: index).zeros == plan.pruned[index])
    }
    for name in ["embeddings.word_embeddings.weight", "position_ids"] {
      let before = try fixture.checkpoint.withBytes(
        of: fixture.checkpoint.requiredTensor(name)
      ) { Array($0) }
      let after = try written.withBytes(of: written.requiredTensor(name)) { Array($0) }
      #expect(before == after)
    }
  }

  @Test func `pruning nothing gives the same weights`() throws {
    let plan = try fixture.index().plan(.init(method: .magnitude(.global), sparsity: 0))
    try fixture.prunable.write(plan, to: output)
    #expect(
      try Checkpoint.open(at: output).contentHash() == fixture.checkpoint.contentHash())
  }

  @Test func `a cancelled writing leaves nothing`() throws {
    let plan = try fixture.index().plan(.init(method: .magnitude(.global), sparsity: 0.5))
    var done = 0
    #expect(throws: PruningError.cancelled) {
      try fixture.prunable.write(
        plan, to: output, onMatrix: { _, _ in done += 1 }, isCancelled: { done == 1 })
    }
    #expect(access(output, F_OK) != 0)
  }

  @Test func `a folder with something in it is refused`() throws {
    let plan = try fixture.index().plan(.init(method: .magnitude(.global), sparsity: 0.5))
    try fixture.prunable.write(plan, to: output)
    #expect(throws: CheckpointError.outputNotEmpty(folder: output)) {
      try fixture.prunable.write(plan, to: output)
    }
  }
}
