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

  @Test(
    arguments: [StorageFormat.bitmask, .csr],
    [
      (PruningMethod.magnitude(.global), 0.0), (.magnitude(.global), 0.1),
      (.magnitude(.matrix), 0.5),
      (.magnitude(.global), 0.9), (.magnitude(.global), 0.99), (.magnitude(.global), 1),
      (.random(.uniform, seed: 3), 0.7), (.nm(groupSize: 4), 0.5),
    ])
  func `without zeros it has the weights of the dense one and the size that was told`(
    format: StorageFormat, level: (method: PruningMethod, sparsity: Double)
  ) throws {
    let plan = try fixture.index().plan(.init(method: level.method, sparsity: level.sparsity))
    try fixture.prunable.write(plan, to: output)
    let sparse = fixture.folder + "/sparse"
    let compressed = try fixture.prunable.write(plan, to: sparse, storing: format)

    let (expected, found) = (try Checkpoint.open(at: output), try Checkpoint.open(at: sparse))
    #expect(Set(found.tensors.map(\.name)) == Set(expected.tensors.map(\.name)))
    for tensor in expected.tensors {
      let bytes = try expected.withBytes(of: tensor) { Array($0) }
      #expect(try found.withBytes(of: found.requiredTensor(tensor.name)) { Array($0) } == bytes)
    }
    let sizes = StorageSizes(
      plan, of: fixture.prunable.descriptions, modelBytes: fixture.checkpoint.denseByteCount)
    let layout = format == .bitmask ? sizes.bitmask : sizes.csr
    #expect(compressed.count == layout.matrices)
    #expect(try Self.dataSize(of: sparse) == sizes.model(layout))
    #expect(try Self.dataSize(of: output) == sizes.denseModel)
  }

  @Test func `an already pruned model is told its size at any level`() throws {
    let plan = try fixture.index().plan(.init(method: .magnitude(.global), sparsity: 0.8))
    try fixture.prunable.write(plan, to: output)
    let pruned = PrunableMatrices(try Checkpoint.open(at: output))
    let index = try MagnitudeIndex.build(pruned)
    for (step, sparsity) in [0, 0.5, 0.9].enumerated() {
      let plan = index.plan(.init(method: .magnitude(.global), sparsity: sparsity))
      let sizes = StorageSizes(
        plan, of: pruned.descriptions, modelBytes: pruned.checkpoint.denseByteCount)
      let folder = "\(fixture.folder)/again\(step)"
      try pruned.write(plan, to: folder, storing: .bitmask)
      #expect(try Self.dataSize(of: folder) == sizes.model(sizes.bitmask))
    }
  }

  /// Bytes of a folder's weight file after its header.
  private static func dataSize(of folder: String) throws -> Int {
    let file = try #require(fopen(folder + "/model.safetensors", "r"))
    defer { fclose(file) }
    var length: UInt64 = 0
    #expect(fread(&length, 8, 1, file) == 1)
    fseek(file, 0, SEEK_END)
    return ftell(file) - 8 - Int(length)
  }
}
