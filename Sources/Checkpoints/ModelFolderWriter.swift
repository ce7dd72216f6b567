import Experiments
import Glibc
import Tensors

/// Writes a whole model folder that appears only once it is complete.
///
/// The target must not exist, or be an empty folder. Until `finish()` the files have no names on
/// the disk (see `OutputFile`); then they are put in a hidden sibling folder that is renamed.
package struct ModelFolderWriter: ~Copyable {
  private let folder: String
  private let parent: String
  private var files: [(name: String, file: OutputFile)] = []

  /// Checks the target and makes the folders above it.
  package init(to folder: String) throws(CheckpointError) {
    var folder = folder
    while folder.count > 1, folder.hasSuffix("/") { folder.removeLast() }
    self.folder = folder
    parent = ModelLocation.split(folder).folder
    try Self.makeFolders(parent, for: folder)
    var status = stat()
    guard stat(folder, &status) == 0 else { return }
    guard status.st_mode & S_IFMT == S_IFDIR else { throw .outputNotAFolder(path: folder) }
    guard try ModelLocation.entries(of: folder).isEmpty else {
      throw .outputNotEmpty(folder: folder)
    }
  }

  /// Adds a file with the given contents.
  package mutating func addFile(
    _ name: String, _ bytes: UnsafeRawBufferPointer
  ) throws(CheckpointError) {
    let file = try OutputFile(path: "\(folder)/\(name)", in: parent, size: bytes.count)
    try file.write(bytes, at: 0)
    files.append((name, file))
  }

  /// Adds a text file.
  package mutating func addFile(_ name: String, _ text: String) throws {
    try Array(text.utf8).withUnsafeBytes { try addFile(name, $0) }
  }

  /// Adds a safetensors file whose tensors the closure writes.
  package mutating func addTensors(
    _ tensors: [TensorLayout], in name: String = "model.safetensors",
    metadata: [String: String] = ["format": "pt"],
    writing body: (inout SafetensorsWriter) throws -> Void
  ) throws {
    var writer = try SafetensorsWriter(
      path: "\(folder)/\(name)", in: parent, tensors: tensors, metadata: metadata)
    try body(&writer)
    files.append((name, try writer.completed()))
  }

  /// Adds a copy of a model: its weight files with some tensors rewritten, their index, and the
  /// configuration, tokenizer and preprocessor files beside them.
  ///
  /// Headers and all other tensors stay bit-identical, and shards stay shards. A single weight file
  /// is named `model.safetensors`, whatever its name was, because that is what loaders look for.
  /// PyTorch's files, shards too, become one `model.safetensors` with `format: pt`, and are left
  /// out themselves: pickles are not written. Tied tensors are then written once for each name,
  /// and rewriting one of them rewrites all.
  ///
  /// Where matrices are stored without their zeros, here or in the source, headers are new but keep
  /// their metadata, and `config.json` says what the matrices are.
  /// - Parameters:
  ///   - names: the tensors to rewrite.
  ///   - format: how matrices are stored that it makes smaller.
  ///   - candidates: the matrices that may be stored so, besides those that the source stores without
  ///     zeros.
  ///   - rewrite: is given each of them with a copy of its bytes to change in place, twice where
  ///     zeros are left out, because their number must be known first; throwing, or being cancelled
  ///     by throwing, leaves nothing behind.
  /// - Returns: the names of the matrices that are stored without their zeros.
  @discardableResult
  package mutating func addCopy(
    of checkpoint: Checkpoint, rewriting names: Set<String>, storing format: StorageFormat = .dense,
    among candidates: Set<String> = [],
    _ rewrite: (TensorInfo, UnsafeMutableRawBufferPointer) throws -> Void
  ) throws -> [String] {
    let isPickled = checkpoint.files.contains(where: PyTorchFile.isOne)
    let isCompressed = checkpoint.tensors.contains(where: \.isCompressed)
    guard isPickled || isCompressed || format != .dense else {
      try addFiles(of: checkpoint, rewriting: names, rewrite)
      try addCompanions(of: checkpoint)
      return []
    }
    let copy = try SparseCopy(
      of: checkpoint, rewriting: names, storing: format, among: candidates, rewrite)
    for (name, tensors, metadata) in try copy.files() {
      try addTensors(copy.layouts(of: tensors), in: name, metadata: metadata) { writer in
        try copy.write(tensors, to: &writer, rewrite)
      }
    }
    if let (name, text) = try copy.index() { try addFile(name, text) }
    try addCompanions(of: checkpoint) { $0 != "config.json" || !copy.changesConfiguration }
    if copy.changesConfiguration, let configuration = copy.configuration {
      try addFile("config.json", configuration.text())
    }
    return copy.compressed
  }

  /// Adds safetensors files as they are but for the tensors that are rewritten.
  private mutating func addFiles(
    of checkpoint: Checkpoint, rewriting names: Set<String>,
    _ rewrite: (TensorInfo, UnsafeMutableRawBufferPointer) throws -> Void
  ) throws {
    for (index, source) in checkpoint.files.enumerated() {
      let name = checkpoint.outputName(of: source)
      let file = try OutputFile(
        path: "\(folder)/\(name)", in: parent, size: source.bytes.count)
      var position = 0
      for tensor in checkpoint.tensors
      where tensor.fileIndex == index && names.contains(tensor.name) {
        let range = tensor.byteRange
        try file.write(
          UnsafeRawBufferPointer(rebasing: source.bytes[position..<range.lowerBound]),
          at: position)
        let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: range.count, alignment: 64)
        defer { copy.deallocate() }
        copy.copyMemory(from: try checkpoint.bytes(of: tensor))
        try rewrite(tensor, copy)
        try file.write(UnsafeRawBufferPointer(copy), at: range.lowerBound)
        position = range.upperBound
      }
      try file.write(UnsafeRawBufferPointer(rebasing: source.bytes[position...]), at: position)
      files.append((name, file))
    }
    if let index = checkpoint.shardIndex {
      try addFile(ModelLocation.split(index.path).file, index.bytes)
    }
  }

  /// Makes the folder appear with all its files.
  package consuming func finish() throws(CheckpointError) {
    let temporary = OutputFile.temporaryPath(in: parent)
    guard mkdir(temporary, 0o755) == 0 else {
      throw .cannotWrite(path: folder, reason: OutputFile.text(errno))
    }
    let inner = innerFolders
    do throws(CheckpointError) {
      for name in inner where mkdir("\(temporary)/\(name)", 0o755) != 0 {
        throw .cannotWrite(path: "\(folder)/\(name)", reason: OutputFile.text(errno))
      }
      for (name, file) in files { try file.place(at: "\(temporary)/\(name)") }
      for name in inner { OutputFile.synchronizeFolder("\(temporary)/\(name)") }
      OutputFile.synchronizeFolder(temporary)
      // Renaming onto an empty folder replaces it, and onto one that was filled meanwhile fails.
      guard rename(temporary, folder) == 0 else {
        throw errno == ENOTEMPTY || errno == EEXIST
          ? .outputNotEmpty(folder: folder)
          : .cannotWrite(path: folder, reason: OutputFile.text(errno))
      }
    } catch {
      for (name, _) in files { unlink("\(temporary)/\(name)") }
      for name in inner.reversed() { rmdir("\(temporary)/\(name)") }
      rmdir(temporary)
      throw error
    }
    OutputFile.synchronizeFolder(parent)
  }

  /// The folders inside the new one, each behind the one that it is in.
  private var innerFolders: [String] {
    var folders: Set<String> = []
    for (name, _) in files {
      var path = name
      while path.contains("/") {
        path = ModelLocation.split(path).folder
        folders.insert(path)
      }
    }
    return folders.sorted()
  }

  private static func makeFolders(
    _ path: String, for target: String
  ) throws(CheckpointError) {
    if mkdir(path, 0o755) == 0 || errno == EEXIST { return }
    guard errno == ENOENT else {
      throw .cannotWrite(path: target, reason: OutputFile.text(errno))
    }
    try makeFolders(ModelLocation.split(path).folder, for: target)
    guard mkdir(path, 0o755) == 0 || errno == EEXIST else {
      throw .cannotWrite(path: target, reason: OutputFile.text(errno))
    }
  }
}
