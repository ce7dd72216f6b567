import Checkpoints

/// Masks of a model's matrices on the disk, by the matrices' names.
///
/// A safetensors file with two tensors for each matrix: its bits as 64-bit words, set where a weight
/// is kept, the lowest bit first; and under the name with `.count` how many weights there are.
package struct MaskFile: Sendable {
  package var masks: [(name: String, mask: Mask)]

  package init(_ masks: [(name: String, mask: Mask)]) { self.masks = masks }

  /// What the file holds, for a writer that is made elsewhere.
  package var layouts: [TensorLayout] {
    masks.flatMap { name, mask in
      [
        TensorLayout(name: name, elementType: .uint64, shape: [mask.words.count]),
        TensorLayout(name: name + Self.countSuffix, elementType: .int64, shape: []),
      ]
    }
  }

  package static let metadata = ["format": "bits", "bit": "1 = kept, lowest bit first"]
  private static let countSuffix = ".count"

  /// Fills a file of `layouts`.
  package func write(to writer: inout SafetensorsWriter) throws(CheckpointError) {
    for (name, mask) in masks {
      try writer.write(name, words: mask.words)
      try writer.write(name + Self.countSuffix, words: [UInt64(mask.count)])
    }
  }

  /// Writes a file, which appears under its name when it is complete.
  package func write(to path: String) throws(CheckpointError) {
    var writer = try SafetensorsWriter(path: path, tensors: layouts, metadata: Self.metadata)
    try write(to: &writer)
    try writer.finish()
  }

  /// Reads a file; the masks come by name.
  ///
  /// - Throws: `CheckpointError`, and `PruningError.notMasks` where the file holds anything else.
  package init(reading path: String) throws {
    let file = try Checkpoint.open(at: path)
    func words(_ tensor: TensorInfo) throws -> [UInt64] {
      try file.withBytes(of: tensor) { bytes in
        (0..<tensor.count).map {
          UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8 * $0, as: UInt64.self))
        }
      }
    }
    masks = try file.tensors.filter { !$0.name.hasSuffix(Self.countSuffix) }.map { tensor in
      guard tensor.elementType == .uint64,
        let size = file.tensor(named: tensor.name + Self.countSuffix),
        size.elementType == .int64, size.count == 1,
        let count = try words(size).first.flatMap({ Int(exactly: $0) }),
        count / 64 + (count % 64).signum() == tensor.count
      else { throw PruningError.notMasks(file: path, tensor: tensor.name) }
      return (tensor.name, Mask(words: try words(tensor), count: count))
    }.sorted { $0.name < $1.name }
  }
}

extension SafetensorsWriter {
  fileprivate mutating func write(
    _ name: String, words: [UInt64]
  ) throws(CheckpointError) {
    let written = words.map(\.littleEndian).withUnsafeBytes { bytes in
      Result { () throws(CheckpointError) in try write(name, bytes) }
    }
    try written.get()
  }
}
