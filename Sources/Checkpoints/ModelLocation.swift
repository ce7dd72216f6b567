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
  /// with an index of shards, else with any `.safetensors` files.
  init(path: String) throws(CheckpointError) {
    var status = stat()
    guard stat(path, &status) == 0 else {
      throw errno == ENOENT || errno == ENOTDIR
        ? .notFound(path: path) : .unreadable(file: path, errno: errno)
    }
    if status.st_mode & S_IFMT == S_IFDIR {
      folder = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
      name = Self.name(ofFolder: folder)
      try findFiles()
    } else {
      let (parent, file) = Self.split(path)
      folder = parent
      if file.hasSuffix(".safetensors.index.json") {
        index = path
      } else {
        weightFiles = [path]
      }
      let stem = file.hasSuffix(".safetensors") ? String(file.dropLast(12)) : file
      name =
        stem == "model" || index != nil ? Self.name(ofFolder: folder) : stem
    }
  }

  private mutating func findFiles() throws(CheckpointError) {
    let entries = try Self.entries(of: folder)
    if entries.contains("model.safetensors") {
      weightFiles = [folder + "/model.safetensors"]
    } else if let index = entries.first(where: { $0.hasSuffix(".safetensors.index.json") }) {
      self.index = "\(folder)/\(index)"
    } else {
      weightFiles = entries.filter { $0.hasSuffix(".safetensors") }.map { "\(folder)/\($0)" }
    }
    guard index == nil, weightFiles.isEmpty else { return }
    let others = [".bin", ".pt", ".pth", ".h5", ".msgpack", ".gguf", ".onnx", ".ckpt"]
    let instead = entries.first { entry in others.contains { entry.hasSuffix($0) } }
    throw .noModel(folder: folder, instead: instead)
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
  /// Opens the model at a path: a folder, a `.safetensors` file, or an index of shards.
  package static func open(at path: String) throws(CheckpointError) -> Checkpoint {
    try Checkpoint(location: ModelLocation(path: path), path: path)
  }
}
