import Experiments
import Tensors

/// A copy of a model whose files are laid out anew, because matrices are stored without their zeros
/// in it or in the source, or because the source's files are PyTorch's.
struct SparseCopy {
  typealias Rewriting = (TensorInfo, UnsafeMutableRawBufferPointer) throws -> Void

  private let checkpoint: Checkpoint
  private let names: Set<String>
  private let format: StorageFormat
  private var stored: [String: SparseLayout] = [:]
  /// Zeros in the matrices that could be stored without them.
  private var zeros = 0

  /// Reads and rewrites every matrix that may be stored without zeros once, to count what is left.
  init(
    of checkpoint: Checkpoint, rewriting names: Set<String>, storing format: StorageFormat,
    among candidates: Set<String>, _ rewrite: Rewriting
  ) throws {
    self.checkpoint = checkpoint
    self.names = names
    self.format = format
    guard format != .dense else { return }
    for tensors in Self.tied(checkpoint.tensors) {
      let wanted = tensors.filter { candidates.contains($0.name) || $0.isCompressed }
      guard !wanted.isEmpty else { continue }
      try withRewritten(tensors, rewrite) { bytes in
        for tensor in wanted {
          guard let layout = SparseLayout(tensor, bytes, format),
            layout.names.all.allSatisfy({ checkpoint.tensor(named: $0) == nil })
          else { continue }
          stored[tensor.name] = layout
          zeros += tensor.count - layout.nonzero
        }
      }
    }
  }

  /// The names of the matrices that are stored without their zeros, in the order of the tensors.
  var compressed: [String] { checkpoint.tensors.map(\.name).filter { stored[$0] != nil } }

  // MARK: Files

  /// The files to write with what they hold.
  func files() throws(CheckpointError) -> [(
    name: String, tensors: [TensorInfo], metadata: [String: String]
  )] {
    guard !checkpoint.files.contains(where: PyTorchFile.isOne) else {
      return [("model.safetensors", checkpoint.tensors, ["format": "pt"])]
    }
    var files: [(name: String, tensors: [TensorInfo], metadata: [String: String])] = []
    for (index, file) in checkpoint.files.enumerated() {
      files.append(
        (
          checkpoint.outputName(of: file), checkpoint.tensors.filter { $0.fileIndex == index },
          try SafetensorsHeader(file, fileIndex: index).metadata
        ))
    }
    return files
  }

  func layouts(of tensors: [TensorInfo]) -> [TensorLayout] {
    tensors.flatMap { tensor in
      stored[tensor.name]?.layouts
        ?? [
          TensorLayout(
            name: tensor.name, elementType: tensor.elementType, shape: tensor.shape)
        ]
    }
  }

  /// Writes a file's tensors.
  func write(
    _ tensors: [TensorInfo], to writer: inout SafetensorsWriter, _ rewrite: Rewriting
  ) throws {
    for tensors in Self.tied(tensors) {
      try withRewritten(tensors, rewrite) { bytes in
        for tensor in tensors {
          if let layout = stored[tensor.name] {
            try layout.write(bytes, to: &writer)
          } else {
            try writer.write(tensor.name, bytes)
          }
        }
      }
    }
  }

  /// The index of the shards, name and text; nil where there are no shards, or no longer.
  func index() throws -> (name: String, text: String)? {
    guard let old = checkpoint.shardIndex, !checkpoint.files.contains(where: PyTorchFile.isOne)
    else { return nil }
    var map: [String: JSONValue] = [:]
    var size = 0
    for (name, tensors, _) in try files() {
      for layout in layouts(of: tensors) {
        map[layout.name] = .string(name)
        size += layout.byteCount
      }
    }
    let text = old.withBytes { try? JSONValue(parsing: $0) }
    var members = text?.object ?? [:]
    var metadata = members["metadata"]?.object ?? [:]
    metadata["total_size"] = .integer(size)
    members["metadata"] = .object(metadata)
    members["weight_map"] = .object(map)
    return (ModelLocation.split(old.path).file, try JSONValue.object(members).text())
  }

  // MARK: Configuration

  /// Whether `config.json` must say something else than the source's.
  var changesConfiguration: Bool {
    format == .bitmask && !stored.isEmpty || checkpoint.hasReducedConfiguration
  }

  /// What `config.json` says then; nil where the source has none.
  var configuration: JSONValue? {
    guard format == .bitmask, !stored.isEmpty else { return checkpoint.configuration }
    let weights = checkpoint.tensors.reduce(0) { $0 + $1.count }
    return checkpoint.configuration?.withBitmasks(
      of: compressed.map(SparseLayout.stem),
      sparsity: 100 * Double(zeros) / Double(max(1, weights)))
  }

  // MARK: Tensors

  /// Tensors in the groups that share their bytes, in order.
  private static func tied(_ tensors: [TensorInfo]) -> [[TensorInfo]] {
    let groups = Dictionary(grouping: tensors.enumerated()) { TiedBytes($0.element) }
    return groups.values.sorted { $0[0].offset < $1[0].offset }.map { $0.map(\.element) }
  }

  /// Calls the closure with the bytes that tied tensors are to have.
  private func withRewritten(
    _ tensors: [TensorInfo], _ rewrite: Rewriting, _ body: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    try checkpoint.withBytes(of: tensors[0]) { bytes in
      guard let tensor = tensors.first(where: { names.contains($0.name) }) else {
        try body(bytes)
        return
      }
      let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 64)
      defer { copy.deallocate() }
      copy.copyMemory(from: bytes)
      try rewrite(tensor, copy)
      try body(UnsafeRawBufferPointer(copy))
    }
  }
}

extension Checkpoint {
  /// The name of a weight file in a copy of the model.
  func outputName(of file: MappedFile) -> String {
    files.count == 1 && shardIndex == nil
      ? "model.safetensors" : ModelLocation.split(file.path).file
  }
}
