import Glibc
import Tensors
import Testing

@testable import Checkpoints

struct WritingTests {
  let fixture: ModelFixture

  init() throws {
    fixture = try ModelFixture()
  }

  /// A model in two shards with an index and files beside it.
  private func shardedModel() throws -> Checkpoint {
    mkdir(fixture.path("in"), 0o755)
    try fixture.tensors(["a": [1, 2], "b": [3]], in: "in/1.safetensors")
    try fixture.tensors(["c": [4, -5, 6]], in: "in/2.safetensors")
    try fixture.write(
      "in/model.safetensors.index.json",
      #"{"weight_map":{"a":"1.safetensors","b":"1.safetensors","c":"2.safetensors"}}"#)
    try fixture.write("in/config.json", #"{"model_type": "bert"}"#)
    try fixture.write("in/vocab.txt", "[PAD]\n")
    try fixture.write("in/pytorch_model.bin", "PK")
    try fixture.write("in/pytorch_model.bin.index.json", "{}")
    return try Checkpoint.open(at: fixture.path("in"))
  }

  private func zero(_: TensorInfo, _ bytes: UnsafeMutableRawBufferPointer) {
    bytes.initializeMemory(as: UInt8.self, repeating: 0)
  }

  // MARK: One file

  @Test func `a link keeps its place, and what is no file is refused`() throws {
    try fixture.write("file", "old")
    symlink(fixture.path("file"), fixture.path("link"))
    try OutputFile.write(Array("new".utf8), to: fixture.path("link"))
    #expect(try fixture.entries() == ["file", "link"])
    #expect(try MappedFile(path: fixture.path("file")).withBytes { Array($0) } == Array("new".utf8))
    mkfifo(fixture.path("pipe"), 0o600)
    mkdir(fixture.path("folder"), 0o755)
    symlink(fixture.path("missing"), fixture.path("broken"))
    for name in ["pipe", "folder", "broken", "file/below"] {
      #expect(throws: CheckpointError.self, "\(name)") {
        try OutputFile.write([1], to: fixture.path(name))
      }
    }
    var status = stat()
    #expect(lstat(fixture.path("pipe"), &status) == 0 && status.st_mode & S_IFMT == S_IFIFO)
  }

  @Test func `a written file has the format's bytes`() throws {
    var writer = try SafetensorsWriter(
      path: fixture.path("w.safetensors"),
      tensors: [
        TensorLayout(name: "b", elementType: .uint8, shape: [1]),
        TensorLayout(name: "\"a\"", shape: [1, 2]),
      ])
    try writer.write("b", [UInt8(7)].withUnsafeBytes { $0 })
    try writer.write("\"a\"", [1, 2])
    try writer.finish()
    let header =
      #"{"__metadata__":{"format":"pt"},"\"a\"":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]},"#
      + #""b":{"dtype":"U8","shape":[1],"data_offsets":[8,9]}}"#
    let padding = String(repeating: " ", count: (8 - header.utf8.count % 8) % 8)
    let json = Array((header + padding).utf8)
    #expect(
      try fixture.read("w.safetensors")
        == ModelFixture.littleEndian(UInt64(json.count)) + json + [
          0, 0, 0x80, 0x3F, 0, 0, 0, 0x40, 7,
        ])
    #expect(try fixture.entries() == ["w.safetensors"])
  }

  @Test func `the order of the tensors makes no difference`() throws {
    let tensors: [String: [Float]] = ["x": [1], "y": [2, 3], "z": [4]]
    try fixture.tensors(tensors, in: "first")
    for name in ["second", "third"] {
      let layouts = tensors.keys.shuffled().map {
        TensorLayout(name: $0, shape: [tensors[$0]!.count])
      }
      var writer = try SafetensorsWriter(path: fixture.path(name), tensors: layouts)
      for layout in layouts { try writer.write(layout.name, tensors[layout.name]!) }
      try writer.finish()
      #expect(try fixture.read(name) == fixture.read("first"))
    }
  }

  @Test func `an existing file is replaced only by a complete one`() throws {
    try fixture.tensors(["w": [1]])
    let before = try fixture.read("model.safetensors")
    func abandon() throws {
      var writer = try SafetensorsWriter(
        path: fixture.path("model.safetensors"),
        tensors: [TensorLayout(name: "w", shape: [1]), TensorLayout(name: "v", shape: [1])])
      try writer.write("w", [2])
      try writer.finish()
    }
    #expect(
      throws: CheckpointError.tensorNotWritten(
        file: fixture.path("model.safetensors"), tensor: "v")
    ) { try abandon() }
    #expect(try fixture.read("model.safetensors") == before)
    #expect(try fixture.entries() == ["model.safetensors"])
    try fixture.tensors(["w": [2]])
    #expect(try Checkpoint.open(at: fixture.folder).floats("w") == [2])
  }

  @Test func `a file larger than the disk is refused at once and leaves nothing`() throws {
    var space = statvfs()
    try #require(statvfs(fixture.folder, &space) == 0)
    let elements = Int(space.f_blocks) * Int(space.f_frsize)
    #expect {
      _ = try SafetensorsWriter(
        path: fixture.path("huge"), tensors: [TensorLayout(name: "w", shape: [elements])])
    } throws: { error in
      if case .diskFull(let path, let needed)? = error as? CheckpointError {
        path == fixture.path("huge") && needed > elements * 4
      } else {
        false
      }
    }
    #expect(try fixture.entries() == [])
  }

  @Test func `a tensor of another size, or of no announced name, is refused`() throws {
    let path = fixture.path("w.safetensors")
    func write(_ name: String, _ values: [Float]) throws {
      var writer = try SafetensorsWriter(
        path: path, tensors: [TensorLayout(name: "w", shape: [2])])
      try writer.write(name, values)
    }
    #expect(
      throws: CheckpointError.wrongTensorSize(file: path, tensor: "w", expected: 8, found: 4)
    ) { try write("w", [1]) }
    #expect(throws: CheckpointError.notInLayout(file: path, tensor: "v")) {
      try write("v", [1, 2])
    }
    #expect(try fixture.entries() == [])
  }

  @Test func `a folder that is not there cannot be written to`() throws {
    #expect(
      throws: CheckpointError.cannotWrite(
        path: "/nonexistent/w.safetensors", reason: "No such file or directory")
    ) { _ = try SafetensorsWriter(path: "/nonexistent/w.safetensors", tensors: []) }
  }

  // MARK: Folders

  @Test func `a copied model differs in the rewritten tensors alone`() throws {
    let source = try shardedModel()
    var writer = try ModelFolderWriter(to: fixture.path("a/b/out/"))
    try writer.addCopy(of: source, rewriting: ["b", "c"], zero)
    try writer.finish()
    let copy = try Checkpoint.open(at: fixture.path("a/b/out"))
    #expect(try copy.floats("a") == [1, 2])
    #expect(try copy.floats("b") == [0])
    #expect(try copy.floats("c") == [0, 0, 0])
    #expect(
      try fixture.entries("a/b/out") == [
        "1.safetensors", "2.safetensors", "config.json", "model.safetensors.index.json",
        "vocab.txt",
      ])
    #expect(try fixture.entries("a/b") == ["out"])
  }

  @Test func `a copy that rewrites nothing is bit-identical`() throws {
    let source = try shardedModel()
    var writer = try ModelFolderWriter(to: fixture.path("out"))
    try writer.addCopy(of: source, rewriting: [], zero)
    try writer.finish()
    for name in try fixture.entries("out") {
      #expect(try fixture.read("out/\(name)") == fixture.read("in/\(name)"))
    }
  }

  @Test func `small files in folders of the model come with it, weights of other formats do not`()
    throws
  {
    for folder in [
      "in", "in/1_Pooling", "in/2_Dense", "in/onnx", "in/.git", "in/checkpoint-5", "in/a", "in/a/b",
      "in/a/b/c", "in/data",
    ] { mkdir(fixture.path(folder), 0o755) }
    try fixture.tensors(["w": [1]], in: "in/model.safetensors")
    try fixture.write(
      "in/modules.json", #"[{"path": ""}, {"path": "1_Pooling"}, {"path": "2_Dense"}]"#)
    let kept = [
      "1_Pooling/config.json", "2_Dense/config.json", "2_Dense/model.safetensors", "a/b/LICENSE.md",
      "a/merges.txt",
    ]
    let left = [
      ".git/config.json", "2_Dense/pytorch_model.bin", "a/b/c/config.json", "a/notes",
      "checkpoint-5/config.json", "checkpoint-5/model.safetensors", "onnx/config.json",
      "onnx/model.onnx",
    ]
    for name in kept + left { try fixture.write("in/\(name)", name) }
    for number in 0...100 { try fixture.write("in/data/\(number).txt", "") }
    symlink("1_Pooling", fixture.path("in/link"))
    try fixture.write("in/1_Pooling/vocab.txt", [UInt8](repeating: 0, count: (16 << 20) + 1))

    var writer = try ModelFolderWriter(to: fixture.path("out"))
    try writer.addCopy(of: Checkpoint.open(at: fixture.path("in")), rewriting: [], zero)
    try writer.finish()
    for name in kept { #expect(try fixture.read("out/\(name)") == Array(name.utf8)) }
    #expect(
      try fixture.entries("out") == [
        "1_Pooling", "2_Dense", "a", "model.safetensors", "modules.json",
      ])
    #expect(try fixture.entries("out/1_Pooling") == ["config.json"])
    #expect(try fixture.entries("out/2_Dense") == ["config.json", "model.safetensors"])
    #expect(try fixture.entries("out/a") == ["b", "merges.txt"])
    #expect(try fixture.entries("out/a/b") == ["LICENSE.md"])
    #expect(try fixture.entries() == ["in", "out"], "nothing hidden is left")
  }

  @Test func `a single file gets the name that loaders look for`() throws {
    let file = try fixture.tensors(["w": [1]], in: "tiny.safetensors")
    var writer = try ModelFolderWriter(to: fixture.path("out"))
    try writer.addCopy(of: Checkpoint.open(at: file), rewriting: [], zero)
    try writer.finish()
    #expect(try fixture.entries("out") == ["model.safetensors"])
  }

  @Test func `a new model is made of its tensors and files`() throws {
    mkdir(fixture.path("out"), 0o755)
    var writer = try ModelFolderWriter(to: fixture.path("out"))
    try writer.addTensors([TensorLayout(name: "w", shape: [2])]) { try $0.write("w", [1, 2]) }
    try writer.addFile("config.json", "{}")
    #expect(try fixture.entries("out") == [], "nothing shows before the end")
    try writer.finish()
    #expect(try Checkpoint.open(at: fixture.path("out")).floats("w") == [1, 2])
  }

  @Test func `a folder with something in it is refused`() throws {
    mkdir(fixture.path("out"), 0o755)
    try fixture.write("out/notes.txt", "mine")
    #expect(throws: CheckpointError.outputNotEmpty(folder: fixture.path("out"))) {
      _ = try ModelFolderWriter(to: fixture.path("out"))
    }
    #expect(throws: CheckpointError.outputNotAFolder(path: fixture.path("out/notes.txt"))) {
      _ = try ModelFolderWriter(to: fixture.path("out/notes.txt"))
    }
  }

  @Test func `a folder that is filled while writing is left alone`() throws {
    func race() throws {
      var writer = try ModelFolderWriter(to: fixture.path("out"))
      try writer.addFile("config.json", "{}")
      mkdir(fixture.path("out"), 0o755)
      try fixture.write("out/notes.txt", "mine")
      try writer.finish()
    }
    #expect(throws: CheckpointError.outputNotEmpty(folder: fixture.path("out"))) { try race() }
    #expect(try fixture.entries() == ["out"])
    #expect(try fixture.entries("out") == ["notes.txt"])
  }

  @Test func `giving up half way leaves nothing`() throws {
    struct Interrupted: Error {}
    let source = try shardedModel()
    func interrupt() throws {
      var writer = try ModelFolderWriter(to: fixture.path("out"))
      try writer.addCopy(of: source, rewriting: ["a", "c"]) { tensor, _ in
        if tensor.name == "c" { throw Interrupted() }
      }
      try writer.finish()
    }
    #expect(throws: Interrupted.self) { try interrupt() }
    #expect(try fixture.entries() == ["in"])
  }
}
