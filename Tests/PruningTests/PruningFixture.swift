import Checkpoints
import Glibc
import Tensors

@testable import Pruning

/// A small model on the disk, of tensors made for the test, that is removed with the instance.
final class PruningFixture {
  struct Tensor {
    var name: String
    var shape: [Int]
    var type = ElementType.float32
    var values: [Float]
  }

  let folder: String
  let checkpoint: Checkpoint

  init(_ tensors: [Tensor], configuration: String? = nil) throws {
    var template = Array("/tmp/sparsescope-test-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw CheckpointError.notFound(path: "/tmp") }
    folder = template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
    var writer = try ModelFolderWriter(to: folder + "/model")
    let layouts = tensors.map {
      TensorLayout(name: $0.name, elementType: $0.type, shape: $0.shape)
    }
    try writer.addTensors(layouts) { file in
      for tensor in tensors {
        let bytes = Self.bytes(tensor.values, as: tensor.type)
        try bytes.withUnsafeBytes { try file.write(tensor.name, $0) }
      }
    }
    if let configuration { try writer.addFile("config.json", configuration) }
    try writer.finish()
    checkpoint = try Checkpoint.open(at: folder + "/model")
  }

  deinit { Self.remove(folder) }

  var prunable: PrunableMatrices { PrunableMatrices(checkpoint) }

  func index() throws -> MagnitudeIndex { try MagnitudeIndex.build(prunable) }

  /// A tensor's bytes as the file holds them.
  func stored(_ matrix: PrunableMatrices.Matrix) throws -> [UInt8] {
    try checkpoint.withBytes(of: matrix.tensor) { Array($0) }
  }

  /// Values rounded to a type, little-endian.
  static func bytes(_ values: [Float], as type: ElementType) -> [UInt8] {
    values.flatMap { value in
      switch type {
      case .float64: withUnsafeBytes(of: Double(value).bitPattern.littleEndian, Array.init)
      case .float32: withUnsafeBytes(of: value.bitPattern.littleEndian, Array.init)
      case .float16: withUnsafeBytes(of: Float16(value).bitPattern.littleEndian, Array.init)
      case .bfloat16:
        withUnsafeBytes(of: UInt16(value.bitPattern >> 16).littleEndian, Array.init)
      case .float8e5m2: [UInt8(Float16(value).bitPattern >> 8)]
      default: [UInt8](repeating: 0, count: type.byteCount)
      }
    }
  }

  private static func remove(_ path: String) {
    guard let directory = opendir(path) else { return }
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name == "." || name == ".." { continue }
      if unlink("\(path)/\(name)") != 0 { remove("\(path)/\(name)") }
    }
    closedir(directory)
    rmdir(path)
  }
}

/// A repeatable source of weights of every awkward kind.
struct WeightGenerator {
  private var state: UInt64

  init(seed: Int) { state = UInt64(seed) }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  mutating func integer(_ range: ClosedRange<Int>) -> Int {
    range.lowerBound + Int(next() % UInt64(range.count))
  }

  /// A number in [-1, 1).
  mutating func uniform() -> Float { Float(next() >> 40) / Float(1 << 23) - 1 }

  /// How the weights of a matrix are spread.
  enum Spread: CaseIterable {
    case bell, flat, manyScales, fewValues, equal, zeros, subnormals, mostlyZero, halfZero,
      withInfinities
  }

  mutating func weights(_ spread: Spread, count: Int) -> [Float] {
    let constant = uniform()
    return (0..<count).map { _ in
      switch spread {
      case .bell: (uniform() + uniform() + uniform() + uniform()) * 0.02
      case .flat: uniform()
      case .manyScales: uniform() * Float(sign: .plus, exponent: integer(-20...10), significand: 1)
      case .fewValues: Float(integer(-3...3)) * 0.25
      case .equal: integer(0...1) == 0 ? constant : -constant
      case .zeros: integer(0...1) == 0 ? 0.0 : -0.0
      case .subnormals: uniform() * Float.leastNormalMagnitude
      case .mostlyZero: integer(0...9) == 0 ? uniform() : (integer(0...1) == 0 ? 0.0 : -0.0)
      case .halfZero: integer(0...1) == 0 ? 0.0 : uniform()
      case .withInfinities:
        integer(0...9) == 0 ? (integer(0...1) == 0 ? .infinity : -.infinity) : uniform()
      }
    }
  }
}
