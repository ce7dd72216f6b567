import Tensors

/// The checked table of contents of one safetensors file.
///
/// A name that is listed twice with places of its own is left to the checkpoint, which checks that
/// names are unique over all files.
///
/// Layout of the file: a little-endian 64-bit length, that many bytes of JSON (an object from tensor
/// names to dtype, shape and data_offsets, optionally padded with spaces), then the data without
/// holes or overlaps. Source: the format's description in the safetensors repository.
struct SafetensorsHeader {
  /// The tensors in the order of their data.
  var tensors: [TensorInfo]
  /// What the file says about itself, where that is text.
  let metadata: [String: String]

  /// The longest JSON text that readers of the format accept, in bytes.
  static let lengthLimit: UInt64 = 100_000_000

  /// Reads and checks the header of a mapped file.
  init(_ file: MappedFile, fileIndex: Int) throws(CheckpointError) {
    let path = file.path
    let size = file.bytes.count
    try Self.refuseOtherFormats(file)
    guard size >= 8 else { throw .tooShort(file: path, size: size) }
    let length = UInt64(littleEndian: file.bytes.loadUnaligned(as: UInt64.self))
    guard length <= Self.lengthLimit else { throw .headerTooLong(file: path, length: length) }
    let dataStart = 8 + Int(length)
    guard dataStart <= size else {
      throw .headerBeyondFile(file: path, length: Int(length), size: size)
    }
    guard length > 0, file.bytes[8] == UInt8(ascii: "{") else {
      throw .headerNotObject(file: path)
    }
    let entries: [Entry]
    do {
      (entries, metadata) = try Self.parse(
        UnsafeRawBufferPointer(rebasing: file.bytes[8..<dataStart]))
    } catch {
      throw .headerNotJSON(file: path, offset: 8 + error.offset, reason: error.reason)
    }
    tensors = []
    tensors.reserveCapacity(entries.count)
    for entry in entries {
      tensors.append(
        try entry.checked(file: path, fileIndex: fileIndex, dataStart: dataStart, size: size))
    }
    // Empty tensors come before what starts at the same place.
    tensors.sort {
      $0.byteRange.lowerBound == $1.byteRange.lowerBound
        ? $0.byteRange.upperBound < $1.byteRange.upperBound
        : $0.byteRange.lowerBound < $1.byteRange.lowerBound
    }
    try checkOrder(file: path, dataStart: dataStart, size: size)
  }

  /// Checks that the tensors, in order, fill the file from `dataStart` to its end exactly.
  private func checkOrder(file: String, dataStart: Int, size: Int) throws(CheckpointError) {
    var end = dataStart
    var previous = ""
    for tensor in tensors {
      let begin = tensor.byteRange.lowerBound
      if begin < end {
        guard tensor.name != previous else {
          throw .duplicateName(file: file, tensor: previous, firstFile: file)
        }
        throw .overlap(
          file: file, tensor: tensor.name, begin: begin, other: previous, otherEnd: end)
      }
      if begin > end {
        throw .hole(file: file, tensor: tensor.name, begin: begin, expected: end)
      }
      end = tensor.byteRange.upperBound
      previous = tensor.name
    }
    guard end == size else { throw .trailingBytes(file: file, end: end, size: size) }
  }

  /// Says what the file is when its first bytes are those of something else, since a length read
  /// from them would only puzzle.
  private static func refuseOtherFormats(_ file: MappedFile) throws(CheckpointError) {
    guard !file.isGitLFSPointer else { throw .gitLFSPointer(file: file.path) }
    let formats: [(magic: [UInt8], format: String)] = [
      (Array("PK\u{3}\u{4}".utf8), "a zip archive (a PyTorch checkpoint?)"),
      (Array("GGUF".utf8), "a GGUF file"),
      ([0x89] + Array("HDF".utf8), "an HDF5 file"),
    ]
    for (magic, format) in formats where file.bytes.starts(with: magic) {
      throw .otherFormat(file: file.path, format: format)
    }
  }

  // MARK: JSON

  /// What the JSON says about one tensor, before any of it is believed.
  fileprivate struct Entry {
    var name: String
    var type: String?
    /// nil when it is missing or has anything but integers.
    var shape: [Int]?
    var offsets: [Int]?
  }

  private static func parse(
    _ json: UnsafeRawBufferPointer
  ) throws(JSONScanner.Failure) -> (entries: [Entry], metadata: [String: String]) {
    var scanner = JSONScanner(json)
    var entries: [Entry] = []
    var metadata: [String: String] = [:]
    var isFirst = true
    try scanner.expect("{")
    while let name = try scanner.nextKey(isFirst: &isFirst) {
      if name == "__metadata__" {
        metadata = (try scanner.value().object ?? [:]).compactMapValues(\.string)
        continue
      }
      var entry = Entry(name: name)
      var isFirstField = true
      try scanner.expect("{")
      while let field = try scanner.nextKey(isFirst: &isFirstField) {
        switch field {
        case "dtype": entry.type = try scanner.value().string
        case "shape": entry.shape = try scanner.integers()
        case "data_offsets": entry.offsets = try scanner.integers()
        default: _ = try scanner.value()
        }
      }
      entries.append(entry)
    }
    try scanner.expectEnd()
    return (entries, metadata)
  }
}

extension SafetensorsHeader.Entry {
  /// The entry as a tensor, once everything that can be wrong with it alone has been ruled out.
  fileprivate func checked(
    file: String, fileIndex: Int, dataStart: Int, size: Int
  ) throws(CheckpointError) -> TensorInfo {
    guard let type else {
      throw .badField(file: file, tensor: name, field: "dtype", reason: "is missing or no string")
    }
    guard let elementType = ElementType(rawValue: type) else {
      throw .unknownType(file: file, tensor: name, type: type)
    }
    guard let shape else {
      throw .badField(
        file: file, tensor: name, field: "shape", reason: "is missing or not a list of integers")
    }
    guard let offsets, offsets.count == 2, offsets[0] >= 0 else {
      throw .badField(
        file: file, tensor: name, field: "data_offsets", reason: "are not two positive integers")
    }
    let (begin, end) = (offsets[0], offsets[1])
    guard begin <= end else {
      throw .offsetsReversed(file: file, tensor: name, begin: begin, end: end)
    }
    guard end <= size - dataStart else {
      let (absolute, overflow) = dataStart.addingReportingOverflow(end)
      throw .pastEnd(file: file, tensor: name, end: overflow ? end : absolute, size: size)
    }
    let expected = try byteCount(of: elementType, shape: shape, file: file)
    guard expected == end - begin else {
      throw .sizeMismatch(
        file: file, tensor: name, type: elementType, shape: shape, expected: expected,
        found: end - begin)
    }
    return TensorInfo(
      name: name, elementType: elementType, shape: shape, file: file,
      byteRange: dataStart + begin..<dataStart + end, fileIndex: fileIndex)
  }

  private func byteCount(
    of type: ElementType, shape: [Int], file: String
  ) throws(CheckpointError) -> Int {
    guard shape.allSatisfy({ $0 >= 0 }) else {
      throw .negativeShape(file: file, tensor: name, shape: shape)
    }
    // A zero makes the product zero even where the other sizes alone would overflow.
    if shape.contains(0) { return 0 }
    var bytes = type.byteCount
    for size in shape {
      let (product, overflow) = bytes.multipliedReportingOverflow(by: size)
      guard !overflow else { throw .shapeOverflow(file: file, tensor: name, shape: shape) }
      bytes = product
    }
    return bytes
  }
}
