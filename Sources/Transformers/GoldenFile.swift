import Checkpoints

/// A `golden.safetensors`: the inputs that PyTorch was given, and what it computed from them.
package struct GoldenFile {
  package let checkpoint: Checkpoint

  package init(at path: String) throws(CheckpointError) {
    checkpoint = try Checkpoint.open(at: path)
  }

  package func floats(_ name: String) throws(CheckpointError) -> [Float] {
    try checkpoint.floats(name)
  }

  package func has(_ name: String) -> Bool { checkpoint.tensor(named: name) != nil }

  /// The names that follow a prefix such as `grad.`, without it.
  package func names(after prefix: String) -> [String] {
    checkpoint.tensors.map(\.name).filter { $0.hasPrefix(prefix) }
      .map { String($0.dropFirst(prefix.count)) }.sorted()
  }

  package func shape(_ name: String) throws(CheckpointError) -> [Int] {
    try checkpoint.requiredTensor(name).shape
  }

  /// The elements of a tensor of 64-bit integers.
  package func integers(_ name: String) throws -> [Int] {
    let info = try checkpoint.requiredTensor(name)
    guard info.elementType == .int64 else {
      throw ParityError.notIntegers(
        file: info.file, tensor: name, type: info.elementType.rawValue)
    }
    let bytes = try checkpoint.bytes(of: info)
    return (0..<info.count).map {
      Int(Int64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8 * $0, as: Int64.self)))
    }
  }

  /// The rows of a matrix of 64-bit integers.
  package func integerRows(_ name: String) throws -> [[Int]] {
    let all = try integers(name)
    let columns = try shape(name).last ?? 1
    return stride(from: 0, to: all.count, by: max(columns, 1)).map {
      Array(all[$0..<$0 + columns])
    }
  }

  /// The batch that the file holds, padding included, since PyTorch computed that too.
  func input(for model: Transformer) throws -> ModelInput {
    switch model.configuration.input {
    case .image(let image):
      let pixels = try checkpoint.requiredTensor("pixel_values")
      let bytes = try checkpoint.bytes(of: pixels)
      guard pixels.elementType == .float32, pixels.count.isMultiple(of: image.pixels),
        UInt(bitPattern: bytes.baseAddress).isMultiple(of: 4)
      else { throw ParityError.unusable(file: pixels.file, tensor: pixels.name) }
      return .images(
        ImageBatch(pixels: bytes.bindMemory(to: Float.self), count: pixels.count / image.pixels))
    case .text:
      let ids = try integerRows("input_ids")
      let mask = try integerRows("attention_mask")
      for row in mask where row != row.sorted(by: >) {
        throw ParityError.unusable(file: checkpoint.path, tensor: "attention_mask")
      }
      return .tokens(
        TokenBatch(
          ids, segments: has("token_type_ids") ? try integerRows("token_type_ids") : [],
          visible: mask.map { $0.reduce(0, +) }))
    }
  }

  /// The targets that the file holds, for the loss of a model's head.
  func targets(for model: Transformer) throws -> Targets {
    switch model.configuration.head {
    case .imageClassification, .sequenceClassification: return .classes(try integers("labels"))
    case .maskedLanguageModel: return .tokens(try integers("labels"))
    case .causalLanguageModel: return .next(try integerRows("labels"))
    case .questionAnswering:
      return .spans(
        zip(try integers("start_positions"), try integers("end_positions")).map {
          min($0, $1)...max($0, $1)
        })
    }
  }
}

/// Why a golden file cannot be compared with.
package enum ParityError: Error, Sendable, Equatable, CustomStringConvertible {
  case notIntegers(file: String, tensor: String, type: String)
  case unusable(file: String, tensor: String)

  package var description: String {
    switch self {
    case .notIntegers(let file, let tensor, let type):
      "\(file): \(tensor) holds \(type), not I64; make the file with make_reference.py"
    case .unusable(let file, let tensor):
      "\(file): \(tensor) does not fit the model; make the file with make_reference.py"
    }
  }
}
