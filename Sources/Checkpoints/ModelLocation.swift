import Glibc

/// Which files make up the model at a path.
struct ModelLocation {
  /// The folder that holds the files.
  var folder: String
  /// A short name for the screen.
  var name: String
  /// The index of shards; then `weightFiles` is empty and the index names them.
  var index: String?
  var weightFiles: [String] = []

  /// Looks for a model at a path: a file of weights, or a folder with `model.safetensors`, else
  /// with an index of such shards, else with the same of `pytorch_model.bin`, else with any
  /// `.safetensors` files, else with just one file of PyTorch's.
  /// A path to nothing may be a model's name in the Hugging Face cache.
  init(path: String, cache: HubCache) throws(CheckpointError) {
    var status = stat()
    guard stat(path, &status) == 0 else {
      guard errno == ENOENT || errno == ENOTDIR else { throw .unreadable(file: path, errno: errno) }
      guard let model = ModelID(path) else { throw .notFound(path: path) }
      folder = try cache.snapshot(of: model)
      name = model.name
      do throws(CheckpointError) {
        try findFiles()
      } catch .noModel {
        // Something fetched the configuration or the tokenizer only.
        throw .notInCache(model: model, folder: cache.folder)
      }
      return
    }
    if status.st_mode & S_IFMT == S_IFDIR {
      folder = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
      name = Self.name(ofFolder: folder)
      try findFiles()
    } else {
      let (parent, file) = Self.split(path)
      folder = parent
      if Self.isIndex(file) {
        index = path
      } else {
        weightFiles = [path]
      }
      let suffix = ([".safetensors"] + PyTorchFile.suffixes).first { file.hasSuffix($0) } ?? ""
      let stem = String(file.dropLast(suffix.count))
      name =
        ["model", "pytorch_model"].contains(stem) || index != nil
        ? Self.name(ofFolder: folder) : stem
    }
  }

  private mutating func findFiles() throws(CheckpointError) {
    let entries = try Self.entries(of: folder)
    // Files of other names may be of another model, or no weights at all.
    for (name, indexSuffix) in [
      ("model.safetensors", ".safetensors.index.json"), ("pytorch_model.bin", ".bin.index.json"),
    ] {
      if entries.contains(name) {
        weightFiles = ["\(folder)/\(name)"]
        return
      }
      if let index = entries.first(where: { $0.hasSuffix(indexSuffix) }) {
        self.index = "\(folder)/\(index)"
        return
      }
    }
    let ofPyTorch = entries.filter { entry in
      PyTorchFile.suffixes.contains { entry.hasSuffix($0) } && !Self.trainingState.contains(entry)
    }
    weightFiles = entries.filter { $0.hasSuffix(".safetensors") }.map { "\(folder)/\($0)" }
    if weightFiles.isEmpty, ofPyTorch.count == 1 { weightFiles = ["\(folder)/\(ofPyTorch[0])"] }
    guard weightFiles.isEmpty else { return }
    let others = PyTorchFile.suffixes + [".h5", ".msgpack", ".gguf", ".onnx"]
    let instead = entries.first { entry in others.contains { entry.hasSuffix($0) } }
    throw .noModel(folder: folder, instead: instead)
  }

  /// What the Transformers library's trainer leaves beside the weights.
  private static let trainingState: Set<String> = [
    "optimizer.pt", "optimizer.bin", "scheduler.pt", "scaler.pt", "rng_state.pth",
    "training_args.bin",
  ]

  private static func isIndex(_ file: String) -> Bool {
    file.hasSuffix(".safetensors.index.json") || file.hasSuffix(".bin.index.json")
  }

  /// The names in a folder, in byte order.
  static func entries(of folder: String) throws(CheckpointError) -> [String] {
    guard let directory = opendir(folder) else {
      throw .unreadable(file: folder, errno: errno)
    }
    defer { closedir(directory) }
    var entries: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { entries.append(name) }
    }
    return entries.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// Folder and last component of a path.
  static func split(_ path: String) -> (folder: String, file: String) {
    guard let slash = path.lastIndex(of: "/") else { return (".", path) }
    let folder = slash == path.startIndex ? "/" : String(path[..<slash])
    return (folder, String(path[path.index(after: slash)...]))
  }

  /// `org/name` for a snapshot in the Hugging Face cache, else the folder's own name.
  private static func name(ofFolder folder: String) -> String {
    var components = absolute(folder).split(separator: "/").map(String.init)
    if components.count >= 3, components[components.count - 2] == "snapshots",
      components[components.count - 3].hasPrefix("models--")
    {
      components.removeLast(2)
      return components[components.count - 1].dropFirst("models--".count)
        .split(separator: "--").joined(separator: "/")
    }
    return components.last ?? folder
  }

  /// The path without links, `.` and `..`, so that a model opened as `.` has a name.
  private static func absolute(_ path: String) -> String {
    guard let resolved = realpath(path, nil) else { return path }
    defer { free(resolved) }
    return String(cString: resolved)
  }
}

extension Checkpoint {
  /// Opens the model at a path: a folder, a file of weights, an index of shards, or the name of a
  /// model in the Hugging Face cache, such as `org/name` or `org/name@revision`.
  package static func open(
    at path: String, cache: HubCache = HubCache()
  ) throws(CheckpointError) -> Checkpoint {
    try Checkpoint(location: ModelLocation(path: path, cache: cache), path: path)
  }
}
