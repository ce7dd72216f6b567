import Glibc

extension ModelFolderWriter {
  /// Adds copies of the files beside a model's weights, and of small ones in folders there that
  /// belong to it, such as a sentence transformer's pooling.
  ///
  /// - Parameter isWanted: is given their paths from the model's folder on.
  package mutating func addCompanions(
    of checkpoint: Checkpoint, where isWanted: (String) -> Bool = { _ in true }
  ) throws {
    let companions = Companions(of: checkpoint.folder)
    for name in try companions.names() where isWanted(name) {
      try MappedFile(path: "\(checkpoint.folder)/\(name)").withBytes { try addFile(name, $0) }
    }
  }
}

/// The files that belong to a model whatever its weights are stored as.
private struct Companions {
  private let folder: String
  /// The folders that a sentence transformer names as its further modules.
  private let modules: Set<String>

  /// Folders below the model's that are looked into, one inside the other.
  private static let deepest = 2
  /// Entries of a folder beyond which it holds data.
  private static let mostEntries = 100
  /// Bytes of a file in such a folder.
  private static let mostBytes = 16 << 20

  init(of folder: String) {
    self.folder = folder
    let list = try? MappedFile(path: "\(folder)/modules.json").withBytes {
      try? JSONValue(parsing: $0)
    }
    modules = Set((list?.array ?? []).compactMap { $0["path"]?.string })
  }

  /// Their paths from the model's folder on, in byte order.
  func names() throws(CheckpointError) -> [String] {
    let entries = try ModelLocation.entries(of: folder)
    return entries.filter { Self.isOne($0) && size(of: $0) != nil }
      + entries.flatMap { names(in: $0, depth: 1) }
  }

  private func names(in inner: String, depth: Int) -> [String] {
    guard depth <= Self.deepest, Self.isVisible(inner), isFolder(inner),
      let entries = try? ModelLocation.entries(of: "\(folder)/\(inner)"),
      entries.count <= Self.mostEntries
    else { return [] }
    let isModule = modules.contains(inner)
    // Weights are those of another format, or of another model: a checkpoint of a training.
    guard isModule || !entries.contains(where: Self.isWeights) else { return [] }
    let files = entries.filter { entry in
      (Self.isOne(entry) || isModule && entry.hasSuffix(".safetensors"))
        && size(of: "\(inner)/\(entry)").map { $0 <= Self.mostBytes } == true
    }
    return files.map { "\(inner)/\($0)" }
      + entries.flatMap { names(in: "\(inner)/\($0)", depth: depth + 1) }
  }

  /// Bytes of a regular file, or of the one that a link leads to; nil for anything else.
  private func size(of name: String) -> Int? {
    var status = stat()
    guard stat("\(folder)/\(name)", &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      return nil
    }
    return Int(status.st_size)
  }

  /// A link to a folder may lead anywhere.
  private func isFolder(_ name: String) -> Bool {
    var status = stat()
    return lstat("\(folder)/\(name)", &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  private static func isVisible(_ path: String) -> Bool {
    !ModelLocation.split(path).file.hasPrefix(".")
  }

  /// Whether a file is of the model in any format: configuration, tokenizer, preprocessor, chat
  /// template, licence.
  private static func isOne(_ name: String) -> Bool {
    // The index of our shards is added by itself, and that of another format would mislead.
    if name.hasPrefix(".") || name.hasSuffix(".index.json") { return false }
    let endings = [".json", ".txt", ".model", ".jinja", ".py"]
    return name.hasPrefix("LICENSE") || endings.contains { name.hasSuffix($0) }
  }

  private static func isWeights(_ name: String) -> Bool {
    let endings =
      PyTorchFile.suffixes + [
        ".safetensors", ".h5", ".msgpack", ".onnx", ".onnx_data", ".xml", ".gguf", ".ot", ".tflite",
        ".npz", ".mlmodel",
      ]
    return endings.contains { name.hasSuffix($0) }
  }
}
