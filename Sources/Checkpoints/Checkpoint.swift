import Tensors

/// An open model: its tensors by name, memory-mapped and read-only.
///
/// Opening maps the files and reads their headers, nothing else, so that it takes milliseconds for
/// any size. The files are safetensors or PyTorch's; what they hold looks the same, and so does a
/// matrix that is stored without its zeros. Safe to use from many threads at once.
package final class Checkpoint: Sendable {
  /// The folder or file that was opened, as it was given.
  package let path: String
  /// A short name for the screen: the folder's, or `org/name` in the Hugging Face cache.
  package let name: String
  /// All tensors: files in the order of their names, tensors in the order of their data.
  package let tensors: [TensorInfo]
  /// `config.json`, without what it says of zeros that the files leave out; nil where the model has
  /// none.
  package let configuration: JSONValue?
  /// Whether `config.json` says more than `configuration`.
  let hasReducedConfiguration: Bool

  /// The folder that holds the files, wherever `path` led.
  package let folder: String
  /// The weight files, in the order that `TensorInfo.fileIndex` counts.
  let files: [MappedFile]
  /// The index that lists the shards; nil where there is none.
  let shardIndex: MappedFile?
  private let indices: [String: Int]
  private let copies = TensorCopies()
  let hashCache = ContentHashCache()

  init(location: ModelLocation, path: String) throws(CheckpointError) {
    self.path = path
    name = location.name
    folder = location.folder
    let index = try location.index.map { (path) throws(CheckpointError) in
      try ShardIndex(path: path)
    }
    shardIndex = index?.file

    var files: [MappedFile] = []
    var tensors: [TensorInfo] = []
    var indices: [String: Int] = [:]
    for file in try index?.shardPaths(in: folder) ?? location.weightFiles {
      let mapped = try MappedFile(path: file)
      let found = try Self.tensors(in: mapped, fileIndex: files.count)
      files.append(mapped)
      tensors.reserveCapacity(tensors.count + found.count)
      indices.reserveCapacity(tensors.count + found.count)
      for tensor in found {
        if let first = indices.updateValue(tensors.count, forKey: tensor.name) {
          throw .duplicateName(file: file, tensor: tensor.name, firstFile: tensors[first].file)
        }
        tensors.append(tensor)
      }
    }
    try index?.check(against: tensors)
    self.files = files
    let configuration = try Self.configuration(in: folder)
    let joining = SparseJoining(tensors, indices: indices, files: files)
    guard let joined = try joining.joined() else {
      self.tensors = tensors
      self.indices = indices
      self.configuration = configuration
      hasReducedConfiguration = false
      return
    }
    indices = [:]
    for (index, tensor) in joined.enumerated() {
      if let first = indices.updateValue(index, forKey: tensor.name) {
        throw .duplicateName(
          file: tensor.file, tensor: tensor.name, firstFile: joined[first].file)
      }
    }
    self.tensors = joined
    self.indices = indices
    self.configuration = configuration?.withoutSparsityConfiguration
    hasReducedConfiguration = self.configuration != configuration
  }

  private static func tensors(
    in file: MappedFile, fileIndex: Int
  ) throws(CheckpointError) -> [TensorInfo] {
    PyTorchFile.isOne(file)
      ? try PyTorchFile(file, fileIndex: fileIndex).tensors
      : try SafetensorsHeader(file, fileIndex: fileIndex).tensors
  }

  /// Bytes of all tensors, every weight being there; tied ones count for each name.
  package var denseByteCount: Int { tensors.reduce(0) { $0 + $1.byteCount } }

  /// Bytes of the weight files, headers and all.
  package var fileByteCount: Int { files.reduce(0) { $0 + $1.bytes.count } }

  /// The tensor of a name; nil when there is none.
  package func tensor(named name: String) -> TensorInfo? {
    indices[name].map { tensors[$0] }
  }

  /// The tensor of a name that must be there.
  ///
  /// - Throws: `CheckpointError.noTensor`, with a name that ends alike if there is one.
  package func requiredTensor(_ name: String) throws(CheckpointError) -> TensorInfo {
    if let tensor = tensor(named: name) { return tensor }
    let ending = name.split(separator: ".").suffix(2).joined(separator: ".")
    throw .noTensor(
      path: path, tensor: name, similar: tensors.first { $0.name.hasSuffix(ending) }?.name)
  }

  /// A tensor's elements, little-endian, row by row, not necessarily aligned: as the file holds
  /// them where they lie so. A transposed view in a PyTorch file and a matrix that is stored without
  /// its zeros are copied once.
  ///
  /// The pointer is valid as long as this checkpoint lives, which holding the pointer does not
  /// ensure: keep the checkpoint in a property, or use `withBytes(of:_:)`. The file's size is
  /// checked again here: only a file that is cut short after this call, while its bytes are being
  /// read, can still end the program.
  /// - Parameter tensor: one of this checkpoint's `tensors`.
  package func bytes(of tensor: TensorInfo) throws(CheckpointError) -> UnsafeRawBufferPointer {
    let span = try storedBytes(of: tensor)
    if tensor.parts == nil, tensor.strides == nil { return span }
    return try copies.bytes(of: tensor) { (target) throws(CheckpointError) in
      try copyElements(of: tensor, from: span, to: target)
    }
  }

  /// Calls the closure with a tensor's bytes, keeping the files mapped until it returns.
  ///
  /// A matrix that is stored without its zeros is expanded for the closure alone, unless `bytes(of:)`
  /// has made a copy.
  package func withBytes<Result>(
    of tensor: TensorInfo, _ body: (UnsafeRawBufferPointer) throws -> Result
  ) throws -> Result {
    try withElements(of: tensor) { bytes in Swift.Result { try body(bytes) } }.get()
  }

  /// The same for a closure that does not throw.
  func withElements<Result>(
    of tensor: TensorInfo, _ body: (UnsafeRawBufferPointer) -> Result
  ) throws(CheckpointError) -> Result {
    defer { withExtendedLifetime(self) {} }
    guard tensor.parts != nil else { return body(try bytes(of: tensor)) }
    let span = try storedBytes(of: tensor)
    if let copy = copies.existing(tensor) { return body(copy) }
    let target = UnsafeMutableRawBufferPointer.allocate(
      byteCount: tensor.byteCount, alignment: 64)
    defer { target.deallocate() }
    try copyElements(of: tensor, from: span, to: target)
    return body(UnsafeRawBufferPointer(target))
  }

  /// A tensor's bytes as the file holds them.
  private func storedBytes(
    of tensor: TensorInfo
  ) throws(CheckpointError) -> UnsafeRawBufferPointer {
    let file = files[tensor.fileIndex]
    let size = file.currentSize()
    guard size >= tensor.byteRange.upperBound else {
      throw .truncatedAfterOpening(
        file: file.path, tensor: tensor.name, size: size, needed: tensor.byteRange.upperBound)
    }
    return UnsafeRawBufferPointer(rebasing: file.bytes[tensor.byteRange])
  }

  /// Writes a tensor's elements row by row where they do not lie so in the file.
  private func copyElements(
    of tensor: TensorInfo, from span: UnsafeRawBufferPointer,
    to target: UnsafeMutableRawBufferPointer
  ) throws(CheckpointError) {
    if let parts = tensor.parts {
      try parts.expand(tensor, into: target) { (part) throws(CheckpointError) in
        try storedBytes(of: part)
      }
    } else if let strides = tensor.strides {
      StridedElements(
        shape: tensor.shape, strides: strides, elementType: tensor.elementType
      ).copy(from: span, to: target)
    }
  }

  private static func configuration(in folder: String) throws(CheckpointError) -> JSONValue? {
    let path = folder + "/config.json"
    let file: MappedFile
    do {
      file = try MappedFile(path: path)
    } catch .notFound {
      return nil
    }
    do {
      return try file.withBytes { (bytes) throws(JSONScanner.Failure) in
        try JSONValue(parsing: bytes)
      }
    } catch {
      throw .badConfiguration(file: path, offset: error.offset, reason: error.reason)
    }
  }
}
