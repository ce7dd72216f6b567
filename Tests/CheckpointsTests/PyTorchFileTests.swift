import Tensors
import Testing

@testable import Checkpoints

/// What `torch.save` writes is read as it is.
struct PyTorchFileTests {
  private func open(_ name: String) throws -> Checkpoint {
    try Checkpoint.open(at: PyTorchFixture.path(name))
  }

  private func ramp(_ count: Int) -> [Float] { (0..<count).map(Float.init) }

  @Test(arguments: [
    ("float64", ElementType.float64), ("float32", .float32), ("float16", .float16),
    ("bfloat16", .bfloat16), ("float8_e4m3fn", .float8e4m3), ("float8_e5m2", .float8e5m2),
  ])
  func `floats of every width are read`(name: String, type: ElementType) throws {
    let checkpoint = try open("types.pt")
    #expect(checkpoint.tensor(named: name)?.elementType == type)
    #expect(try checkpoint.floats(name) == [0, 1])
  }

  @Test(arguments: [
    ("int64", ElementType.int64), ("int32", .int32), ("int16", .int16), ("int8", .int8),
    ("uint64", .uint64), ("uint32", .uint32), ("uint16", .uint16), ("uint8", .uint8),
    ("bool", .bool),
  ])
  func `integers of every width are read`(name: String, type: ElementType) throws {
    let checkpoint = try open("types.pt")
    let tensor = try checkpoint.requiredTensor(name)
    #expect(tensor.elementType == type)
    let padding = [UInt8](repeating: 0, count: type.byteCount - 1)
    #expect(
      try checkpoint.withBytes(of: tensor) { Array($0) } == [0] + padding + [1] + padding)
  }

  @Test func `parameters, scalars and empty tensors keep their shapes`() throws {
    let checkpoint = try open("types.pt")
    #expect(checkpoint.tensor(named: "parameter")?.shape == [2, 3])
    #expect(try checkpoint.floats("parameter") == ramp(6))
    #expect(checkpoint.tensor(named: "scalar")?.shape == [])
    #expect(try checkpoint.floats("scalar") == [7])
    #expect(checkpoint.tensor(named: "empty")?.shape == [0, 3])
    #expect(try checkpoint.floats("empty") == [])
  }

  @Test(arguments: ["views.pt", "views-legacy.pt"])
  func `tied tensors have the same bytes, and views their own part of the storage`(
    file: String
  ) throws {
    let checkpoint = try open(file)
    let tied = try ["tied.a", "tied.b"].map(checkpoint.requiredTensor)
    #expect(tied[0].byteRange == tied[1].byteRange)
    #expect(try checkpoint.floats("tied.b") == ramp(12))
    #expect(try checkpoint.floats("row") == [4, 5, 6, 7])
  }

  @Test(arguments: ["views.pt", "views-legacy.pt"])
  func `views in another order are handed out row by row`(file: String) throws {
    let checkpoint = try open(file)
    #expect(checkpoint.tensor(named: "transposed")?.shape == [4, 3])
    #expect(try checkpoint.floats("transposed") == [0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11])
    #expect(checkpoint.tensor(named: "columns")?.count == 6)
    #expect(try checkpoint.floats("columns") == [1, 2, 5, 6, 9, 10])
    // Element (k, i, j) of the view is (i, j, k) of a ramp of shape (2, 3, 4).
    var permuted: [Float] = []
    for k in 0..<4 {
      for row in stride(from: 0, to: 24, by: 4) { permuted.append(Float(row + k)) }
    }
    #expect(try checkpoint.floats("permuted") == permuted)
    #expect(try checkpoint.floats("permuted") == permuted)
  }

  @Test(arguments: [
    "linear.pth", "protocol-4.pt", "legacy.pt", "legacy-protocol-4.pt", "wrapped.pt",
  ])
  func `a module's state dict opens in every form`(file: String) throws {
    let checkpoint = try open(file)
    #expect(Set(checkpoint.tensors.map(\.name)) == ["weight", "bias"])
    #expect(checkpoint.tensor(named: "weight")?.shape == [2, 2])
    #expect(try checkpoint.floats("weight") == ramp(4))
    #expect(try checkpoint.floats("bias") == ramp(2))
  }

  @Test func `a prefix of data-parallel training stays`() throws {
    let checkpoint = try open("wrapped-model.pt")
    #expect(Set(checkpoint.tensors.map(\.name)) == ["module.weight", "module.bias"])
  }

  @Test func `a made archive opens as the real ones do`() throws {
    let fixture = try ModelFixture()
    try fixture.write("a.pt", PyTorchFixture.archive(pickle: PyTorchFixture.pickle()))
    #expect(try Checkpoint.open(at: fixture.path("a.pt")).floats("w") == [0, 1])
  }

  // MARK: Folders

  private func copy(_ name: String, to fixture: ModelFixture, as target: String) throws {
    try fixture.write(
      target, try MappedFile(path: PyTorchFixture.path(name)).withBytes(Array.init))
  }

  @Test func `a folder opens with pytorch_model.bin, whatever training left beside it`() throws {
    let fixture = try ModelFixture()
    try copy("linear.pth", to: fixture, as: "pytorch_model.bin")
    try fixture.write("optimizer.pt", "PK")
    try fixture.write("other.pt", "PK")
    #expect(try Checkpoint.open(at: fixture.folder).floats("bias") == [0, 1])
  }

  @Test func `safetensors win over PyTorch's files`() throws {
    let fixture = try ModelFixture()
    try copy("linear.pth", to: fixture, as: "pytorch_model.bin")
    try fixture.tensors(["w": [5]])
    #expect(try Checkpoint.open(at: fixture.folder).tensors.map(\.name) == ["w"])
  }

  @Test func `pytorch_model.bin wins over safetensors of other names`() throws {
    let fixture = try ModelFixture()
    try copy("linear.pth", to: fixture, as: "pytorch_model.bin")
    try fixture.tensors(["logits": [5]], in: "golden.safetensors")
    #expect(try Checkpoint.open(at: fixture.folder).floats("bias") == [0, 1])
  }

  @Test func `one .pt file of a folder is its model, and of two none is`() throws {
    let fixture = try ModelFixture()
    try copy("linear.pth", to: fixture, as: "best.pt")
    #expect(try Checkpoint.open(at: fixture.folder).floats("bias") == [0, 1])
    try copy("linear.pth", to: fixture, as: "last.pt")
    #expect(throws: CheckpointError.noModel(folder: fixture.folder, instead: "best.pt")) {
      try Checkpoint.open(at: fixture.folder)
    }
  }

  @Test func `shards open through their index`() throws {
    let fixture = try ModelFixture()
    try copy("linear.pth", to: fixture, as: "pytorch_model-00001-of-00002.bin")
    try fixture.write(
      "pytorch_model-00002-of-00002.bin", PyTorchFixture.archive(pickle: PyTorchFixture.pickle()))
    let map = #""weight": "1", "bias": "1", "w": "2""#
      .replacing(#""1""#, with: #""pytorch_model-00001-of-00002.bin""#)
      .replacing(#""2""#, with: #""pytorch_model-00002-of-00002.bin""#)
    try fixture.write("pytorch_model.bin.index.json", #"{"weight_map": {\#(map)}}"#)
    let checkpoint = try Checkpoint.open(at: fixture.folder)
    #expect(try checkpoint.floats("w") == [0, 1])
    #expect(try checkpoint.floats("weight") == [0, 1, 2, 3])
  }

  // MARK: Writing

  @Test func `a copy is written as safetensors, tied tensors alike`() throws {
    let fixture = try ModelFixture()
    try copy("views.pt", to: fixture, as: "pytorch_model.bin")
    try fixture.write("config.json", "{}")
    let checkpoint = try Checkpoint.open(at: fixture.folder)
    var writer = try ModelFolderWriter(to: fixture.path("out"))
    try writer.addCopy(of: checkpoint, rewriting: ["tied.b", "transposed"]) { tensor, bytes in
      bytes.storeBytes(of: tensor.name == "tied.b" ? 100 : 200, as: Float.self)
    }
    try writer.finish()
    #expect(try fixture.entries("out") == ["config.json", "model.safetensors"])
    let copy = try Checkpoint.open(at: fixture.path("out"))
    #expect(Set(copy.tensors.map(\.name)) == Set(checkpoint.tensors.map(\.name)))
    #expect(try copy.floats("tied.a") == [100] + ramp(12).dropFirst())
    #expect(try copy.floats("tied.b") == copy.floats("tied.a"))
    #expect(try copy.floats("transposed").prefix(2) == [200, 4])
    #expect(try copy.floats("row") == [4, 5, 6, 7])
    #expect(try copy.floats("permuted") == checkpoint.floats("permuted"))
  }
}
