import Experiments
import Tensors
import Testing

@testable import Checkpoints

/// A file of parts that a test may make lie: the matrix 3×10 with the values 1, 2, 3 in the first
/// and the last row.
private struct Parts {
  let fixture: ModelFixture
  var tensors: [(name: String, type: ElementType, shape: [Int], bytes: [UInt8])] = []

  init(_ format: StorageFormat) throws {
    fixture = try ModelFixture()
    let values: [Float] = [1, 2, 3]
    let bytes = values.flatMap { withUnsafeBytes(of: $0.bitPattern.littleEndian, Array.init) }
    if format == .bitmask {
      tensors = [
        ("m.compressed", .float32, [3], bytes),
        ("m.shape", .int64, [2], Self.words([3, 10])),
        ("m.bitmask", .uint8, [3, 2], [0b101, 0, 0, 0, 0, 0b10]),
        ("m.row_offsets", .int64, [3], Self.words([0, 2, 2])),
      ]
    } else {
      tensors = [
        ("m.weight.values", .float32, [3], bytes),
        ("m.weight.shape", .int64, [2], Self.words([3, 10])),
        ("m.weight.crow_indices", .int64, [4], Self.words([0, 2, 2, 3])),
        ("m.weight.col_indices", .uint16, [3], [0, 0, 2, 0, 9, 0]),
      ]
    }
  }

  static func words(_ numbers: [Int]) -> [UInt8] {
    numbers.flatMap { withUnsafeBytes(of: Int64($0).littleEndian, Array.init) }
  }

  mutating func change(_ name: String, shape: [Int]? = nil, _ bytes: [UInt8]) {
    guard let index = tensors.firstIndex(where: { $0.name.hasSuffix(name) }) else { return }
    if let shape { tensors[index].shape = shape }
    tensors[index].bytes = bytes
  }

  var path: String { fixture.path("model.safetensors") }

  func write() throws {
    var writer = try SafetensorsWriter(
      path: path,
      tensors: tensors.map { TensorLayout(name: $0.name, elementType: $0.type, shape: $0.shape) })
    for tensor in tensors { try tensor.bytes.withUnsafeBytes { try writer.write(tensor.name, $0) } }
    try writer.finish()
  }

  func floats() throws -> [Float] {
    try write()
    return try Checkpoint.open(at: path).floats("m.weight")
  }
}

@Suite struct `A damaged matrix stored without its zeros` {
  private func refuses(
    _ parts: Parts, _ words: String..., sourceLocation: SourceLocation = #_sourceLocation
  ) {
    do {
      _ = try parts.floats()
      Issue.record("was read", sourceLocation: sourceLocation)
    } catch {
      for word in ["model.safetensors", "m.weight"] + words {
        #expect("\(error)".contains(word), "\(error)", sourceLocation: sourceLocation)
      }
    }
  }

  @Test(arguments: [StorageFormat.bitmask, .csr])
  func `is read where it is sound`(format: StorageFormat) throws {
    var expected = [Float](repeating: 0, count: 30)
    (expected[0], expected[2], expected[29]) = (1, 2, 3)
    #expect(try Parts(format).floats() == expected)
  }

  @Test(arguments: [StorageFormat.bitmask, .csr])
  func `lacks a part`(format: StorageFormat) throws {
    let whole = try Parts(format)
    for name in whole.tensors.map(\.name) {
      var parts = try Parts(format)
      parts.tensors.removeAll { $0.name == name }
      refuses(parts, name, "missing")
    }
  }

  @Test(arguments: [StorageFormat.bitmask, .csr])
  func `is no matrix where one part is all there is, which may be anything`(
    format: StorageFormat
  ) throws {
    for name in try Parts(format).tensors.map(\.name) {
      var parts = try Parts(format)
      parts.tensors.removeAll { $0.name != name }
      try parts.write()
      #expect(try Checkpoint.open(at: parts.path).tensors.map(\.name) == [name])
    }
  }

  @Test(arguments: [[-3, 10], [1 << 40, 1 << 40], [1 << 20, 1 << 20], [3, 1 << 62], [4, 10]])
  func `has a shape that lies`(shape: [Int]) throws {
    for format in [StorageFormat.bitmask, .csr] {
      var parts = try Parts(format)
      parts.change(".shape", Parts.words(shape))
      refuses(parts)
    }
    var parts = try Parts(.bitmask)
    parts.change(".shape", Parts.words([3, 17]))
    refuses(parts, "m.bitmask", "3 × 17")
  }

  @Test(arguments: [StorageFormat.bitmask, .csr])
  func `has a shape of another rank, or more values than weights`(format: StorageFormat) throws {
    var parts = try Parts(format)
    parts.change(".shape", shape: [3], Parts.words([3, 5, 2]))
    refuses(parts, "two sizes")
    parts = try Parts(format)
    parts.change(".shape", Parts.words([1, 2]))
    refuses(parts, "more than")
  }

  @Test func `has bits that disagree with the values`() throws {
    var parts = try Parts(.bitmask)
    parts.change(".bitmask", [0b101, 0, 0, 0, 0, 0b11])
    refuses(parts, "3 values")
    parts.change(".bitmask", [0b101, 0, 0, 0, 0, 0])
    refuses(parts, "3 values")
    // Bits past the last column are nobody's.
    parts.change(".bitmask", [0b101, 0, 0, 0, 0, 0b1000_0010])
    #expect(try parts.floats().count { $0 != 0 } == 3)
  }

  @Test(arguments: [[0, 1, 2], [1, 2, 2], [0, 2, 3], [0, -1, 2]])
  func `has offsets that disagree with the bits`(offsets: [Int]) throws {
    var parts = try Parts(.bitmask)
    parts.change(".row_offsets", Parts.words(offsets))
    refuses(parts, "does not start where")
  }

  @Test(arguments: [
    [1, 2, 2, 3], [0, 2, 1, 3], [0, 2, 2, 2], [0, 2, 2, 4], [0, 2, 2, -1], [-1, 2, 2, 3],
    [0, 2, 2, 1 << 62],
  ])
  func `has rows that do not add up`(starts: [Int]) throws {
    var parts = try Parts(.csr)
    parts.change(".crow_indices", Parts.words(starts))
    refuses(parts)
  }

  @Test(arguments: [[2, 0, 9], [0, 0, 9], [0, 2, 10], [0, 2, 65535]] as [[UInt16]])
  func `has columns that do not ascend or lie outside`(columns: [UInt16]) throws {
    var parts = try Parts(.csr)
    parts.change(
      ".col_indices", columns.flatMap { withUnsafeBytes(of: $0.littleEndian, Array.init) })
    refuses(parts, "column")
  }

  @Test func `has parts of types or ranks that there are not`() throws {
    var parts = try Parts(.bitmask)
    parts.tensors[2].type = .int8
    refuses(parts, "m.bitmask", "I8")
    parts = try Parts(.bitmask)
    parts.change(".bitmask", shape: [6], [0b101, 0, 0, 0, 0, 0b10])
    refuses(parts, "m.bitmask", "rank 2")
    parts = try Parts(.csr)
    parts.tensors[0].type = .int32
    refuses(parts, "m.weight.values", "I32")
  }

  @Test func `stands beside a tensor of its name`() throws {
    var parts = try Parts(.bitmask)
    parts.tensors.append(("m.weight", .uint8, [1], [1]))
    refuses(parts, "listed")
  }
}
