import Checkpoints
import Pruning
import Transformers

/// A mask on the disk: a safetensors file with one tensor for each matrix, one bit a weight in 64-bit
/// words, set where the weight is kept, the lowest bit first.
extension ModelMask {
  static let fileMetadata = ["format": "bits", "bit": "1 = kept, lowest bit first"]

  var fileLayouts: [TensorLayout] {
    entries.map {
      TensorLayout(name: $0.name, elementType: .uint64, shape: [$0.mask.words.count])
    }
  }

  /// Fills a file of `fileLayouts`.
  func write(to writer: inout SafetensorsWriter) throws(CheckpointError) {
    for entry in entries {
      let written = entry.mask.words.map(\.littleEndian).withUnsafeBytes { bytes in
        Result { () throws(CheckpointError) in try writer.write(entry.name, bytes) }
      }
      try written.get()
    }
  }

  /// Writes a file, which appears under its name when it is complete.
  package func write(to path: String) throws(CheckpointError) {
    var writer = try SafetensorsWriter(
      path: path, tensors: fileLayouts, metadata: Self.fileMetadata)
    try write(to: &writer)
    try writer.finish()
  }

  /// Reads a file for a model.
  ///
  /// - Throws: `CheckpointError`, and `FineTuningError.badMask` where the file is of another model.
  package init(
    file path: String, of matrices: PrunableMatrices, in loaded: LoadedTransformer
  ) throws {
    let file = try Checkpoint.open(at: path)
    self.init(keepingAllOf: matrices, in: loaded)
    for place in entries.indices {
      let (name, count) = (entries[place].name, entries[place].mask.count)
      guard let tensor = file.tensor(named: name), tensor.elementType == .uint64,
        tensor.count == (count + 63) / 64
      else { throw FineTuningError.badMask(file: path, matrix: name) }
      let words = try file.withBytes(of: tensor) { bytes in
        (0..<tensor.count).map {
          UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8 * $0, as: UInt64.self))
        }
      }
      entries[place].mask = Mask(words: words, count: count)
    }
  }
}
