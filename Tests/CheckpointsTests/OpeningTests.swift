import Glibc
import Tensors
import Testing

@testable import Checkpoints

struct OpeningTests {
  let fixture: ModelFixture

  init() throws {
    fixture = try ModelFixture()
  }

  private func index(_ map: [String: String]) throws {
    let entries = map.map { "\"\($0)\":\"\($1)\"" }.joined(separator: ",")
    try fixture.write("model.safetensors.index.json", "{\"weight_map\":{\(entries)}}")
  }

  // MARK: Finding

  @Test func `a folder with model.safetensors opens, and files beside it are not mixed in`() throws
  {
    try fixture.tensors(["w": [1, 2]])
    try fixture.tensors(["logits": [3]], in: "golden.safetensors")
    let checkpoint = try Checkpoint.open(at: fixture.folder)
    #expect(checkpoint.tensors.map(\.name) == ["w"])
    #expect(try checkpoint.floats("w") == [1, 2])
    #expect(checkpoint.configuration == nil)
  }

  @Test func `a file opens by itself, with the configuration beside it`() throws {
    try fixture.write("config.json", #"{"model_type": "bert", "layer_norm_eps": 1e-12}"#)
    let file = try fixture.tensors(["w": [1]], in: "tiny.safetensors")
    let checkpoint = try Checkpoint.open(at: file)
    #expect(checkpoint.name == "tiny")
    #expect(checkpoint.configuration?["model_type"]?.string == "bert")
    #expect(checkpoint.configuration?["layer_norm_eps"]?.double == 1e-12)
  }

  @Test func `any safetensors files of a folder make one model`() throws {
    try fixture.tensors(["two": [2]], in: "b.safetensors")
    try fixture.tensors(["one": [1]], in: "a.safetensors")
    let checkpoint = try Checkpoint.open(at: fixture.folder + "/")
    #expect(checkpoint.tensors.map(\.name) == ["one", "two"])
    #expect(try checkpoint.floats("two") == [2])
  }

  @Test func `a name in two files is refused`() throws {
    let a = try fixture.tensors(["w": [1]], in: "a.safetensors")
    let b = try fixture.tensors(["w": [2]], in: "b.safetensors")
    #expect(throws: CheckpointError.duplicateName(file: b, tensor: "w", firstFile: a)) {
      try Checkpoint.open(at: fixture.folder)
    }
  }

  @Test func `a snapshot in the Hugging Face cache is named for its repository`() throws {
    mkdir(fixture.path("models--google-bert--bert-base-uncased"), 0o755)
    mkdir(fixture.path("models--google-bert--bert-base-uncased/snapshots"), 0o755)
    let snapshot = "models--google-bert--bert-base-uncased/snapshots/86b5e0934494bd15"
    mkdir(fixture.path(snapshot), 0o755)
    try fixture.tensors(["w": [1]], in: "\(snapshot)/model.safetensors")
    let checkpoint = try Checkpoint.open(at: fixture.path(snapshot))
    #expect(checkpoint.name == "google-bert/bert-base-uncased")
  }

  @Test func `a path to nothing is not found`() throws {
    #expect(throws: CheckpointError.notFound(path: "/nonexistent/model")) {
      try Checkpoint.open(at: "/nonexistent/model")
    }
  }

  @Test func `a folder without a model says what was looked for and what is there`() throws {
    try fixture.write("tf_model.h5", "PK")
    let error = CheckpointError.noModel(folder: fixture.folder, instead: "tf_model.h5")
    #expect(throws: error) { try Checkpoint.open(at: fixture.folder) }
    #expect(error.description.contains("looked for model.safetensors"))
  }

  @Test(.enabled(if: geteuid() != 0, "root may read everything"))
  func `a file without permission is unreadable`() throws {
    let file = try fixture.tensors(["w": [1]])
    chmod(file, 0)
    #expect(throws: CheckpointError.unreadable(file: file, reason: "Permission denied")) {
      try Checkpoint.open(at: file)
    }
  }

  @Test func `a folder in the place of the weights is unreadable`() throws {
    mkdir(fixture.path("model.safetensors"), 0o755)
    let file = fixture.path("model.safetensors")
    #expect(throws: CheckpointError.unreadable(file: file, reason: "not a regular file")) {
      try Checkpoint.open(at: fixture.folder)
    }
  }

  @Test func `a broken configuration is named with its offset`() throws {
    try fixture.tensors(["w": [1]])
    let file = try fixture.write("config.json", #"{"model_type": bert}"#)
    #expect(
      throws: CheckpointError.badConfiguration(file: file, offset: 15, reason: "expected a value")
    ) { try Checkpoint.open(at: fixture.folder) }
  }

  // MARK: Shards

  @Test func `shards open through their index`() throws {
    try fixture.tensors(["a": [1]], in: "model-00001-of-00002.safetensors")
    try fixture.tensors(["b": [2], "c": [3]], in: "model-00002-of-00002.safetensors")
    try index([
      "a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors",
      "c": "model-00002-of-00002.safetensors",
    ])
    let checkpoint = try Checkpoint.open(at: fixture.folder)
    #expect(checkpoint.tensors.map(\.name) == ["a", "b", "c"])
    #expect(try checkpoint.floats("c") == [3])
    let byIndex = try Checkpoint.open(at: fixture.path("model.safetensors.index.json"))
    #expect(byIndex.tensors.map(\.name) == ["a", "b", "c"])
  }

  @Test func `a missing shard is named`() throws {
    try fixture.tensors(["a": [1]], in: "1.safetensors")
    try index(["a": "1.safetensors", "b": "2.safetensors"])
    let path = fixture.path("model.safetensors.index.json")
    #expect(throws: CheckpointError.missingShard(index: path, shard: "2.safetensors", tensor: "b"))
    {
      try Checkpoint.open(at: fixture.folder)
    }
  }

  @Test func `a tensor that its shard lacks is named`() throws {
    try fixture.tensors(["a": [1]], in: "1.safetensors")
    try index(["a": "1.safetensors", "b": "1.safetensors"])
    let path = fixture.path("model.safetensors.index.json")
    #expect(throws: CheckpointError.notInShard(index: path, shard: "1.safetensors", tensor: "b")) {
      try Checkpoint.open(at: fixture.folder)
    }
  }

  @Test func `a tensor that the index lacks is named`() throws {
    let shard = try fixture.tensors(["a": [1], "b": [2]], in: "1.safetensors")
    try index(["a": "1.safetensors"])
    let path = fixture.path("model.safetensors.index.json")
    #expect(throws: CheckpointError.notInIndex(index: path, shard: shard, tensor: "b")) {
      try Checkpoint.open(at: fixture.folder)
    }
  }

  @Test func `a shard outside of the model's folder is refused`() throws {
    try index(["a": "../other/1.safetensors"])
    let path = fixture.path("model.safetensors.index.json")
    #expect(
      throws: CheckpointError.badIndex(
        file: path, offset: nil, reason: "tensor a has no plain file name for its shard")
    ) { try Checkpoint.open(at: fixture.folder) }
  }

  @Test func `an index without a map is refused`() throws {
    let path = try fixture.write("model.safetensors.index.json", #"{"metadata": {}}"#)
    #expect(
      throws: CheckpointError.badIndex(
        file: path, offset: nil, reason: "has no weight_map object")
    ) { try Checkpoint.open(at: fixture.folder) }
  }

  // MARK: Reading

  @Test func `a name that is not there suggests one that ends alike`() throws {
    try fixture.tensors(["bert.pooler.dense.weight": [1]])
    let checkpoint = try Checkpoint.open(at: fixture.folder)
    #expect(
      throws: CheckpointError.noTensor(
        path: fixture.folder, tensor: "pooler.dense.weight", similar: "bert.pooler.dense.weight")
    ) { try checkpoint.floats("pooler.dense.weight") }
  }

  @Test func `integers are not handed out as floats`() throws {
    let file = try fixture.safetensors(
      header: #"{"w":{"dtype":"I8","shape":[1],"data_offsets":[0,1]}}"#, data: [1])
    let checkpoint = try Checkpoint.open(at: fixture.folder)
    #expect(
      throws: CheckpointError.notFloatingPoint(file: file, tensor: "w", type: .int8)
    ) { try checkpoint.floats("w") }
  }

  @Test func `scalars, empty tensors and padded headers are fine`() throws {
    try fixture.safetensors(
      header: #"{"__metadata__":{"format":"pt"},"#
        + #""empty":{"dtype":"F32","shape":[0,9223372036854775807],"data_offsets":[0,0]},"#
        + #""scalar":{"dtype":"F32","shape":[],"data_offsets":[0,4]}}   "#,
      data: [0, 0, 0x80, 0x3F])
    let checkpoint = try Checkpoint.open(at: fixture.folder)
    #expect(try checkpoint.floats("scalar") == [1])
    #expect(try checkpoint.floats("empty") == [])
  }

  @Test func `an empty model is a model`() throws {
    try fixture.safetensors(header: "{}")
    #expect(try Checkpoint.open(at: fixture.folder).tensors.isEmpty)
  }
}
