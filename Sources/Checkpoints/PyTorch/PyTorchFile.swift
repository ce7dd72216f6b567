import Tensors

/// The checked table of contents of one file that `torch.save` wrote: a zip archive, or before
/// PyTorch 1.6 a stream of pickles with the storages behind them.
///
/// The archive holds `PREFIX/data.pkl`, which describes the tensors as views of storages, and each
/// storage's bytes as they are in `PREFIX/data/KEY`, so that a tensor is a range of the file. The
/// object must be a state dict (names to tensors), or a dict that has one as `state_dict`,
/// `model_state_dict` or `model`; other values beside the tensors are passed over.
/// Source: PyTorch's `torch/serialization.py`.
struct PyTorchFile {
  /// The tensors in the order of their data. Tied tensors have the same bytes.
  var tensors: [TensorInfo]

  static let suffixes = [".bin", ".pt", ".pth", ".ckpt"]

  /// Whether a file is PyTorch's rather than safetensors, whose first bytes may be anything.
  static func isOne(_ file: MappedFile) -> Bool {
    guard !file.path.hasSuffix(".safetensors") else { return false }
    return ZipDirectory.isArchive(file) || suffixes.contains { file.path.hasSuffix($0) }
  }

  init(_ file: MappedFile, fileIndex: Int) throws(CheckpointError) {
    guard !file.isGitLFSPointer else { throw .gitLFSPointer(file: file.path) }
    let object: UnpickledObject
    let storages: any StorageTable
    if ZipDirectory.isArchive(file) {
      let archive = try PyTorchArchive(file)
      object = try Unpickler.object(in: archive.pickle, of: file)
      storages = archive
    } else {
      let stream = try LegacyStream(file)
      object = stream.object
      storages = stream
    }
    tensors = []
    for (name, tensor) in try Self.stateDictionary(of: object, file: file) {
      tensors.append(
        try tensor.checked(
          name: name, file: file.path, fileIndex: fileIndex,
          storage: try storages.range(of: tensor.storage, tensor: name)))
    }
    // Stable among tied tensors, which start at the same place.
    tensors = tensors.enumerated().sorted {
      ($0.element.byteRange.lowerBound, $0.offset) < ($1.element.byteRange.lowerBound, $1.offset)
    }.map(\.element)
  }

  /// The named tensors of the object, or of the state dict inside it.
  private static func stateDictionary(
    of object: UnpickledObject, file: MappedFile
  ) throws(CheckpointError) -> [(name: String, tensor: PickledTensor)] {
    let wrapped = ["state_dict", "model_state_dict", "model"].compactMap {
      object.member($0, of: object.root)
    }
    for candidate in wrapped + [object.root] {
      guard case .dictionary(let index) = candidate else { continue }
      var places: [String: Int] = [:]
      var tensors: [(name: String, tensor: PickledTensor)] = []
      for (key, value) in object.dictionaries[index] {
        guard let name = key.string, let tensor = value.tensor else { continue }
        // Setting a key again replaces the value, as in Python.
        if let place = places[name] {
          tensors[place].tensor = tensor
        } else {
          places[name] = tensors.count
          tensors.append((name, tensor))
        }
      }
      if !tensors.isEmpty { return tensors }
    }
    guard case .dictionary(let index) = object.root else {
      throw .noStateDictionary(file: file.path, found: object.root.kind)
    }
    let keys = object.dictionaries[index].compactMap(\.key.string).prefix(8)
    throw .noStateDictionary(
      file: file.path,
      found: keys.isEmpty ? "an empty dict" : "a dict of " + keys.joined(separator: ", "))
  }
}

/// Where storages lie in a file.
protocol StorageTable {
  /// The bytes of a storage in the file, at least as many as the pickle claims.
  func range(
    of storage: PickledStorage, tensor: String
  ) throws(CheckpointError) -> Range<Int>
}

/// The zip form.
struct PyTorchArchive: StorageTable {
  /// Where `data.pkl` lies.
  let pickle: Range<Int>
  private let file: MappedFile
  private let directory: ZipDirectory
  private let prefix: String

  init(_ file: MappedFile) throws(CheckpointError) {
    self.file = file
    directory = try ZipDirectory(file)
    // The folder in the archive has the name that the file had when it was saved.
    let pickles = directory.entries.keys.filter { $0 == "data.pkl" || $0.hasSuffix("/data.pkl") }
    guard let name = pickles.min(by: { $0.utf8.count < $1.utf8.count }),
      let entry = directory.entries[name]
    else {
      throw .otherFormat(file: file.path, format: "a zip archive without data.pkl")
    }
    prefix = String(name.dropLast("data.pkl".count))
    guard directory.entries[prefix + "constants.pkl"] == nil else {
      throw .otherFormat(file: file.path, format: "a TorchScript program")
    }
    pickle = try directory.range(of: entry)
    if let order = directory.entries[prefix + "byteorder"] {
      let range = try directory.range(of: order)
      guard file.withBytes({ $0[range].elementsEqual("little".utf8) }) else {
        throw .bigEndian(file: file.path)
      }
    }
  }

  func range(
    of storage: PickledStorage, tensor: String
  ) throws(CheckpointError) -> Range<Int> {
    guard let entry = directory.entries["\(prefix)data/\(storage.key)"] else {
      throw .missingStorage(file: file.path, tensor: tensor, storage: storage.key)
    }
    return try directory.range(of: entry)
  }
}

/// The form before PyTorch 1.6: pickles of a magic number, the version, the machine, the object,
/// and the storages' keys, then for each key a 64-bit count of elements and the elements.
struct LegacyStream: StorageTable {
  let object: UnpickledObject
  private let file: MappedFile
  private var ranges: [String: Range<Int>] = [:]

  /// The magic number's bytes, as they stand in its pickle.
  private static let magic: [UInt8] = [
    0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E,
  ]

  init(_ file: MappedFile) throws(CheckpointError) {
    self.file = file
    let size = file.bytes.count
    guard let start = Self.endOfMagic(file) else {
      let isPickle = file.number(UInt8.self, at: 0) == 0x80
      throw .otherFormat(
        file: file.path,
        format: isPickle ? "a pickle that torch.save did not write" : "no PyTorch file")
    }
    let version = try Unpickler.object(in: start..<size, of: file)
    guard version.root.integer == 1001 else {
      throw .badPickle(
        file: file.path, offset: start, reason: "the stream's version is not 1001")
    }
    let machine = try Unpickler.object(in: version.end..<size, of: file)
    if case .bool(false)? = machine.member("little_endian", of: machine.root) {
      throw .bigEndian(file: file.path)
    }
    object = try Unpickler.object(in: machine.end..<size, of: file)
    let keys = try Unpickler.object(in: object.end..<size, of: file)
    guard case .list(let list) = keys.root else {
      throw .badPickle(
        file: file.path, offset: object.end, reason: "the list of storages is missing")
    }
    let types = try storageTypes()
    var offset = keys.end
    for key in keys.lists[list] {
      guard let key = key.string, let type = types[key],
        let count = file.number(Int64.self, at: offset).flatMap({ Int(exactly: $0) }), count >= 0,
        count <= (size - offset - 8) / type.byteCount
      else {
        throw .badPickle(
          file: file.path, offset: offset,
          reason: "storage \(key.string ?? key.kind) is cut short or belongs to no tensor")
      }
      let start = offset + 8
      offset = start + count * type.byteCount
      ranges[key] = start..<offset
    }
  }

  func range(
    of storage: PickledStorage, tensor: String
  ) throws(CheckpointError) -> Range<Int> {
    guard let range = ranges[storage.key] else {
      throw .missingStorage(file: file.path, tensor: tensor, storage: storage.key)
    }
    return range
  }

  private static func endOfMagic(_ file: MappedFile) -> Int? {
    file.withBytes { bytes in
      // A frame's header may stand between the protocol and the number.
      (0..<16).first { offset in
        offset + magic.count <= bytes.count
          && bytes[offset..<offset + magic.count].elementsEqual(magic)
      }.map { $0 + magic.count }
    }
  }

  /// The element types by the storages' keys, which alone tell how long a storage is.
  private func storageTypes() throws(CheckpointError) -> [String: ElementType] {
    var types: [String: ElementType] = [:]
    for storage in object.storages {
      if let other = types.updateValue(storage.elementType, forKey: storage.key),
        other.byteCount != storage.elementType.byteCount
      {
        throw .badPickle(
          file: file.path, offset: object.end,
          reason: "storage \(storage.key) has two types of element")
      }
    }
    return types
  }
}

extension PickledTensor {
  /// The tensor in the file, once everything that can be wrong with it has been ruled out.
  ///
  /// - Parameter storage: the bytes of its storage in the file.
  fileprivate func checked(
    name: String, file: String, fileIndex: Int, storage range: Range<Int>
  ) throws(CheckpointError) -> TensorInfo {
    let size = elementType.byteCount
    func short(_ needed: Int) -> CheckpointError {
      .storageTooShort(
        file: file, tensor: name, storage: storage.key, needed: needed, found: range.count)
    }
    let start = storage.offset * storage.elementType.byteCount
    let (length, overflow) = storage.count.multipliedReportingOverflow(
      by: storage.elementType.byteCount)
    guard !overflow, start <= range.count, length <= range.count - start else {
      throw short(overflow ? .max : start + length)
    }
    guard offset >= 0, shape.count == strides.count, shape.allSatisfy({ $0 >= 0 }),
      strides.allSatisfy({ $0 >= 0 })
    else {
      throw .badView(file: file, tensor: name, shape: shape, strides: strides)
    }
    func info(_ bytes: Range<Int>, strides: [Int]?) -> TensorInfo {
      TensorInfo(
        name: name, elementType: elementType, shape: shape, file: file, byteRange: bytes,
        fileIndex: fileIndex, strides: strides)
    }
    let begin = range.lowerBound + start
    if shape.contains(0) { return info(begin..<begin, strides: nil) }

    // Elements from the first to the last, which the storage must hold, and their number.
    var span = 1
    var count = 1
    for (extent, step) in zip(shape, strides) {
      let (reach, reachOverflow) = (extent - 1).multipliedReportingOverflow(by: step)
      let (sum, sumOverflow) = span.addingReportingOverflow(reach)
      let (product, productOverflow) = count.multipliedReportingOverflow(by: extent)
      guard !reachOverflow, !sumOverflow, !productOverflow else {
        throw .shapeOverflow(file: file, tensor: name, shape: shape)
      }
      (span, count) = (sum, product)
    }
    let elements = length / size
    guard offset <= elements, span <= elements - offset else {
      let (needed, overflow) = span.addingReportingOverflow(offset)
      let (bytes, bytesOverflow) = needed.multipliedReportingOverflow(by: size)
      throw short(overflow || bytesOverflow ? .max : bytes)
    }
    // Elements that stand for many, as `expand` makes them, would claim any amount of memory.
    guard count <= span else {
      throw .badView(file: file, tensor: name, shape: shape, strides: strides)
    }
    let first = begin + offset * size
    return info(first..<first + span * size, strides: isContiguous ? nil : strides)
  }

  /// Whether the elements lie row by row.
  private var isContiguous: Bool {
    var expected = 1
    for (extent, step) in zip(shape, strides).reversed() where extent != 1 {
      if step != expected { return false }
      expected *= extent
    }
    return true
  }
}
