import Tensors

/// What a tensor that is to be written looks like.
package struct TensorLayout: Sendable, Hashable {
  package var name: String
  package var elementType: ElementType
  package var shape: [Int]

  package init(name: String, elementType: ElementType = .float32, shape: [Int]) {
    self.name = name
    self.elementType = elementType
    self.shape = shape
  }

  package var byteCount: Int { shape.reduce(elementType.byteCount, *) }
}

/// Writes one safetensors file, tensor by tensor, without holding it in memory.
///
/// The same tensors give the same bytes: they are laid out by element size, largest first so that
/// all are aligned, then by name. The file appears under its name in `finish()`; a writer that goes
/// away before leaves nothing.
package struct SafetensorsWriter: ~Copyable {
  private let path: String
  private let file: OutputFile
  private let ranges: [String: Range<Int>]
  private var missing: Set<String>

  /// Begins a file of the given tensors.
  ///
  /// - Throws: `CheckpointError.diskFull` when there is no room for all of it.
  package init(
    path: String, tensors: [TensorLayout], metadata: [String: String] = ["format": "pt"]
  ) throws(CheckpointError) {
    try self.init(
      path: path, in: ModelLocation.split(path).folder, tensors: tensors, metadata: metadata)
  }

  /// Begins a file that waits in `folder` until it gets its place.
  init(
    path: String, in folder: String, tensors: [TensorLayout], metadata: [String: String]
  ) throws(CheckpointError) {
    let sorted = tensors.sorted {
      ($1.elementType.byteCount, $0.name) < ($0.elementType.byteCount, $1.name)
    }
    let header = Self.header(sorted, metadata: metadata)
    var ranges: [String: Range<Int>] = [:]
    var end = header.count
    for tensor in sorted {
      let range = end..<end + tensor.byteCount
      if ranges.updateValue(range, forKey: tensor.name) != nil {
        throw .duplicateName(file: path, tensor: tensor.name, firstFile: path)
      }
      end = range.upperBound
    }
    let file = try OutputFile(path: path, in: folder, size: end)
    try file.write(header, at: 0)
    self.path = path
    self.file = file
    self.ranges = ranges
    missing = Set(ranges.keys)
  }

  /// Writes a whole tensor; the order is free.
  package mutating func write(
    _ name: String, _ bytes: UnsafeRawBufferPointer
  ) throws(CheckpointError) {
    guard let range = ranges[name] else { throw .notInLayout(file: path, tensor: name) }
    guard range.count == bytes.count else {
      throw .wrongTensorSize(
        file: path, tensor: name, expected: range.count, found: bytes.count)
    }
    try file.write(bytes, at: range.lowerBound)
    missing.remove(name)
  }

  /// Writes a whole float32 tensor.
  package mutating func write(_ name: String, _ floats: [Float]) throws(CheckpointError) {
    let written = floats.withUnsafeBytes { bytes in
      Result { () throws(CheckpointError) in try write(name, bytes) }
    }
    try written.get()
  }

  /// Puts the complete file in its place, replacing a file of that name.
  ///
  /// - Throws: `CheckpointError.tensorNotWritten` when a tensor that was announced is missing.
  package consuming func finish() throws(CheckpointError) {
    try completed().commit()
  }

  /// The complete file, not yet in its place.
  consuming func completed() throws(CheckpointError) -> OutputFile {
    if let name = missing.min() { throw .tensorNotWritten(file: path, tensor: name) }
    return file
  }

  /// The length, then the JSON padded with spaces so that the data starts at a multiple of eight.
  private static func header(
    _ tensors: [TensorLayout], metadata: [String: String]
  ) -> [UInt8] {
    var members: [String] = []
    if !metadata.isEmpty {
      let entries = metadata.sorted { $0.key < $1.key }.map { "\(quoted($0)):\(quoted($1))" }
      members.append("\"__metadata__\":{\(entries.joined(separator: ","))}")
    }
    var begin = 0
    for tensor in tensors {
      let shape = tensor.shape.map(String.init).joined(separator: ",")
      let end = begin + tensor.byteCount
      members.append(
        "\(quoted(tensor.name)):{\"dtype\":\"\(tensor.elementType.rawValue)\","
          + "\"shape\":[\(shape)],\"data_offsets\":[\(begin),\(end)]}")
      begin = end
    }
    var json = Array("{\(members.joined(separator: ","))}".utf8)
    while json.count % 8 != 0 { json.append(UInt8(ascii: " ")) }
    return withUnsafeBytes(of: UInt64(json.count).littleEndian, Array.init) + json
  }

  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\u{0}"..<" ":
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
