import Experiments
import Glibc
import Tensors
import Testing

@testable import Checkpoints

/// A model of one matrix with some zeros, and something beside it.
private struct SparseModel {
  let fixture: ModelFixture
  let matrix: [UInt8]
  let rows: Int
  let columns: Int
  let type: ElementType

  static let name = "encoder.query.weight"

  /// - Parameter kept: of a hundred weights how many are not zero.
  init(rows: Int, columns: Int, type: ElementType, kept: Int) throws {
    (self.rows, self.columns, self.type) = (rows, columns, type)
    fixture = try ModelFixture()
    let width = type.byteCount
    var state: UInt64 = UInt64(kept + 1) &* 0x9E37_79B9
    func random() -> UInt64 {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return state
    }
    var bytes: [UInt8] = []
    for _ in 0..<rows * columns {
      let isKept = random() % 100 < UInt64(kept)
      // A set low bit keeps a value from being a zero of either sign, whatever the type.
      let element = (0..<width).map { _ in UInt8(truncatingIfNeeded: random()) }
      bytes += isKept ? [element[0] | 1] + element.dropFirst() : Array(repeating: 0, count: width)
    }
    // A row without values.
    if rows > 2 { for index in columns * width..<2 * columns * width { bytes[index] = 0 } }
    matrix = bytes
    var writer = try ModelFolderWriter(to: fixture.path("dense"))
    let layouts = [
      TensorLayout(name: Self.name, elementType: type, shape: [rows, columns]),
      TensorLayout(name: "encoder.query.bias", shape: [3]),
      TensorLayout(name: "ids", elementType: .int64, shape: [2]),
    ]
    try writer.addTensors(layouts, metadata: ["format": "pt", "made": "for ‘this’"]) { file in
      try matrix.withUnsafeBytes { try file.write(Self.name, $0) }
      try file.write("encoder.query.bias", [1, -0.0, 0])
      try [Int64](arrayLiteral: 3, 0).withUnsafeBytes { try file.write("ids", $0) }
    }
    try writer.addFile("config.json", #"{"model_type": "bert", "eps": 1e-12}"#)
    try writer.finish()
  }

  /// Writes a copy of a folder in a format.
  @discardableResult
  func copy(
    _ source: String = "dense", to target: String, _ format: StorageFormat
  ) throws -> [String] {
    var writer = try ModelFolderWriter(to: fixture.path(target))
    let compressed = try writer.addCopy(
      of: Checkpoint.open(at: fixture.path(source)), rewriting: [], storing: format,
      among: [Self.name]
    ) { _, _ in }
    try writer.finish()
    return compressed
  }

  func open(_ name: String) throws -> Checkpoint { try Checkpoint.open(at: fixture.path(name)) }

  func bytes(_ checkpoint: Checkpoint) throws -> [UInt8] {
    try checkpoint.withBytes(of: checkpoint.requiredTensor(Self.name)) { Array($0) }
  }
}

private let formats: [StorageFormat] = [.bitmask, .csr]

@Suite struct `A matrix stored without its zeros` {
  @Test(arguments: formats, [0, 1, 10, 50, 90, 100])
  func `comes back bit for bit, in every type and at every size`(
    format: StorageFormat, kept: Int
  ) throws {
    let sizes = [(1, 1), (3, 7), (5, 64), (4, 65), (7, 130), (33, 200)]
    for type in ElementType.allCases where type.isFloatingPoint {
      for (rows, columns) in sizes {
        let model = try SparseModel(rows: rows, columns: columns, type: type, kept: kept)
        let compressed = try model.copy(to: "sparse", format)
        let sparse = try model.open("sparse")
        let dense = try model.open("dense")
        let size = "\(type) \(rows)×\(columns)"
        #expect(sparse.tensors.map(\.name).sorted() == dense.tensors.map(\.name).sorted())
        let tensor = try sparse.requiredTensor(SparseModel.name)
        #expect(tensor.shape == [rows, columns])
        #expect(tensor.elementType == type)
        #expect(tensor.isCompressed == !compressed.isEmpty)
        #expect(try model.bytes(sparse) == model.matrix, "\(size)")
        #expect(try Array(sparse.bytes(of: tensor)) == model.matrix, "\(size)")
        #expect(
          try sparse.floats(SparseModel.name).map(\.bitPattern)
            == dense.floats(SparseModel.name).map(\.bitPattern))
        #expect(sparse.configuration == dense.configuration)
        for name in ["encoder.query.bias", "ids"] {
          let before = try dense.withBytes(of: dense.requiredTensor(name)) { Array($0) }
          #expect(try sparse.withBytes(of: sparse.requiredTensor(name)) { Array($0) } == before)
        }
        try model.copy("sparse", to: "again", .dense)
        #expect(try model.bytes(model.open("again")) == model.matrix, "\(size)")
        #expect(try model.open("again").contentHash() != sparse.contentHash() || compressed.isEmpty)
      }
    }
  }

  @Test(arguments: formats) func `takes what the format says`(format: StorageFormat) throws {
    for (columns, kept) in [(7, 3), (65, 20), (70_000, 1)] {
      let model = try SparseModel(rows: 9, columns: columns, type: .float16, kept: kept)
      #expect(try model.copy(to: "sparse", format) == [SparseModel.name])
      let sparse = try model.open("sparse")
      let nonzero = try #require(sparse.tensor(named: SparseModel.name)).byteRange.count / 2
      let others = 3 * 4 + 2 * 8
      let parts = sparse.files[0].bytes.count
      let expected = format.byteCount(rows: 9, columns: columns, nonzero: nonzero, width: 2)
      // The first data begin where the header ends.
      let length = sparse.files[0].bytes.loadUnaligned(as: UInt64.self)
      #expect(parts - 8 - Int(length) == expected + others)
    }
  }

  @Test(arguments: formats) func `stays dense where that is smaller`(format: StorageFormat) throws {
    let model = try SparseModel(rows: 8, columns: 8, type: .float32, kept: 100)
    #expect(try model.copy(to: "copy", format).isEmpty)
    #expect(try model.open("copy").tensor(named: SparseModel.name)?.isCompressed == false)
    #expect(try model.bytes(model.open("copy")) == model.matrix)
  }

  @Test func `is announced in config json as compressed-tensors does, and no longer when dense`()
    throws
  {
    let model = try SparseModel(rows: 16, columns: 16, type: .float32, kept: 25)
    try model.copy(to: "sparse", .bitmask)
    let text = String(decoding: try model.fixture.read("sparse/config.json"), as: UTF8.self)
    for piece in [
      #""quant_method" : "compressed-tensors""#, #""format" : "sparse-bitmask""#,
      #""encoder.query""#, "1e-12",
    ] { #expect(text.contains(piece), "\(piece)") }
    try model.copy("sparse", to: "dense again", .dense)
    #expect(
      try !String(decoding: model.fixture.read("dense again/config.json"), as: UTF8.self)
        .contains("quant"))
    try model.copy("sparse", to: "rows", .csr)
    #expect(
      try !String(decoding: model.fixture.read("rows/config.json"), as: UTF8.self)
        .contains("quant"))
    #expect(try model.bytes(model.open("rows")) == model.matrix)
  }

  @Test(arguments: formats) func `keeps a file's metadata`(format: StorageFormat) throws {
    let model = try SparseModel(rows: 16, columns: 16, type: .float32, kept: 25)
    try model.copy(to: "sparse", format)
    let file = try MappedFile(path: model.fixture.path("sparse/model.safetensors"))
    #expect(
      try SafetensorsHeader(file, fileIndex: 0).metadata == ["format": "pt", "made": "for ‘this’"])
  }

  @Test(arguments: formats) func `keeps shards as shards`(format: StorageFormat) throws {
    let fixture = try ModelFixture()
    for shard in ["1", "2"] {
      var writer = try SafetensorsWriter(
        path: fixture.path("model-\(shard).safetensors"),
        tensors: [TensorLayout(name: "layer.\(shard).weight", shape: [8, 16])])
      try writer.write("layer.\(shard).weight", (0..<128).map { $0 % 9 == 0 ? Float($0 + 1) : 0 })
      try writer.finish()
    }
    try fixture.write(
      "model.safetensors.index.json",
      """
      {"metadata": {"total_size": 1024, "by": "hand"}, "weight_map": {
      "layer.1.weight": "model-1.safetensors", "layer.2.weight": "model-2.safetensors"}}
      """)
    let source = try Checkpoint.open(at: fixture.folder)
    var writer = try ModelFolderWriter(to: fixture.path("sparse"))
    let names = ["layer.1.weight", "layer.2.weight"]
    #expect(
      try writer.addCopy(of: source, rewriting: [], storing: format, among: Set(names)) { _, _ in }
        == names)
    try writer.finish()
    #expect(
      try fixture.entries("sparse") == [
        "model-1.safetensors", "model-2.safetensors", "model.safetensors.index.json",
      ])
    let sparse = try Checkpoint.open(at: fixture.path("sparse"))
    for name in names { #expect(try sparse.floats(name) == source.floats(name)) }
    let index = String(
      decoding: try fixture.read("sparse/model.safetensors.index.json"), as: UTF8.self)
    let size = 2 * format.byteCount(rows: 8, columns: 16, nonzero: 15, width: 4)
    #expect(index.contains(#""by" : "hand""#))
    #expect(index.contains(#""total_size" : \#(size)"#))
  }

  @Test(arguments: formats) func `loses the sign of its zeros`(format: StorageFormat) throws {
    let fixture = try ModelFixture()
    let values: [Float] = [0, -0.0, 0, 0, 0, 0, -0.0, 0, 0, 0, 0, 0, 5, 0, 0, 0]
    let many = Array(repeating: values, count: 16).flatMap(\.self)
    var writer = try SafetensorsWriter(
      path: fixture.path("model.safetensors"),
      tensors: [TensorLayout(name: "a.weight", shape: [16, 16])])
    try writer.write("a.weight", many)
    try writer.finish()
    var folder = try ModelFolderWriter(to: fixture.path("sparse"))
    try folder.addCopy(
      of: Checkpoint.open(at: fixture.folder), rewriting: [], storing: format, among: ["a.weight"]
    ) { _, _ in }
    try folder.finish()
    let back = try Checkpoint.open(at: fixture.path("sparse")).floats("a.weight")
    #expect(back == many)
    #expect(back.allSatisfy { $0.sign == .plus })
  }
}
