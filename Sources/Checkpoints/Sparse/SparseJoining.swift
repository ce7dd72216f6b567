import Tensors

/// Puts the parts of matrices together as the matrices that they stand for.
struct SparseJoining {
  private let tensors: [TensorInfo]
  private let indices: [String: Int]
  private let files: [MappedFile]

  /// - Parameter indices: of the tensors by name.
  init(_ tensors: [TensorInfo], indices: [String: Int], files: [MappedFile]) {
    self.tensors = tensors
    self.indices = indices
    self.files = files
  }

  /// The tensors with each matrix in the place of its values; nil where there are no parts.
  ///
  /// - Throws: `CheckpointError` where parts are missing or do not fit each other.
  func joined() throws(CheckpointError) -> [TensorInfo]? {
    let ofBitmasks = SparseParts.stems(
      in: tensors, telling: [".bitmask", ".compressed", ".row_offsets"], others: [".shape"])
    let ofRows = SparseParts.stems(
      in: tensors, telling: [".crow_indices", ".col_indices"], others: [".values", ".shape"])
    if ofBitmasks.isEmpty, ofRows.isEmpty { return nil }
    var matrices: [String: TensorInfo] = [:]
    var parts: Set<String> = []
    for stem in ofBitmasks {
      let names = SparseParts.Names(bitmaskOf: stem)
      matrices[names.values] = try bitmask(names)
      parts.formUnion(names.all)
    }
    for stem in ofRows {
      let names = SparseParts.Names(rowsOf: stem)
      matrices[names.values] = try rows(names)
      parts.formUnion(names.all)
    }
    return tensors.compactMap { matrices[$0.name] ?? (parts.contains($0.name) ? nil : $0) }
  }

  private func bitmask(_ names: SparseParts.Names) throws(CheckpointError) -> TensorInfo {
    let bits = try part(names.places, of: names, types: [.uint8], rank: 2)
    let offsets = try part(names.order, of: names, types: [.int64], rank: 1)
    let (values, rows, columns) = try valuesAndShape(names)
    try check(bits.shape == [rows, (columns + 7) / 8], bits, names, rows, columns)
    try check(offsets.shape == [rows], offsets, names, rows, columns)
    return matrix(
      names, rows, columns, .bitmask(values: values, bits: bits, rowOffsets: offsets))
  }

  private func rows(_ names: SparseParts.Names) throws(CheckpointError) -> TensorInfo {
    let starts = try part(names.places, of: names, types: [.int32, .int64], rank: 1)
    let columnsOfValues = try part(
      names.order, of: names, types: [.uint16, .int32, .int64], rank: 1)
    let (values, rows, columns) = try valuesAndShape(names)
    try check(starts.count - 1 == rows, starts, names, rows, columns)
    try check(columnsOfValues.count == values.count, columnsOfValues, names, rows, columns)
    return matrix(
      names, rows, columns, .csr(values: values, rowStarts: starts, columns: columnsOfValues))
  }

  private func matrix(
    _ names: SparseParts.Names, _ rows: Int, _ columns: Int, _ parts: SparseParts
  ) -> TensorInfo {
    let values = parts.values
    var matrix = TensorInfo(
      name: names.matrix, elementType: values.elementType, shape: [rows, columns],
      file: values.file, byteRange: values.byteRange, fileIndex: values.fileIndex)
    matrix.parts = parts
    return matrix
  }

  /// The values and the shape, once both are possible and the shape is not too large.
  private func valuesAndShape(
    _ names: SparseParts.Names
  ) throws(CheckpointError) -> (values: TensorInfo, rows: Int, columns: Int) {
    let types = ElementType.allCases.filter(\.isFloatingPoint)
    let values = try part(names.values, of: names, types: types, rank: 1)
    let tensor = try part(names.shape, of: names, types: [.int64], rank: 1)
    let bytes = UnsafeRawBufferPointer(rebasing: files[tensor.fileIndex].bytes[tensor.byteRange])
    // A shape of another rank has been refused for its size by then.
    let shape = (0..<min(tensor.count, 2)).map { index in
      Int(Int64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8 * index, as: Int64.self)))
    }
    guard tensor.count == 2, shape.allSatisfy({ $0 >= 0 }) else {
      throw .badPart(
        file: tensor.file, tensor: names.matrix, part: tensor.name,
        reason: "is not two sizes that are not negative")
    }
    let (count, overflow) = shape[0].multipliedReportingOverflow(by: shape[1])
    guard !overflow, count <= SparseParts.largestCount, shape[1] <= SparseParts.largestCount else {
      throw .badPart(
        file: tensor.file, tensor: names.matrix, part: tensor.name,
        reason: "claims \(shape[0]) × \(shape[1]) weights, over the limit of 2^32")
    }
    guard values.count <= count else {
      throw .badPart(
        file: values.file, tensor: names.matrix, part: values.name,
        reason: "has \(values.count) values, more than the \(count) weights of the shape")
    }
    return (values, shape[0], shape[1])
  }

  private func part(
    _ name: String, of names: SparseParts.Names, types: [ElementType], rank: Int
  ) throws(CheckpointError) -> TensorInfo {
    guard let index = indices[name] else {
      let present = names.all.compactMap { indices[$0] }.first.map { tensors[$0].file }
      throw .missingPart(file: present ?? "", tensor: names.matrix, part: name)
    }
    let tensor = tensors[index]
    guard types.contains(tensor.elementType), tensor.shape.count == rank, tensor.strides == nil
    else {
      let known = types.map(\.rawValue).joined(separator: ", ")
      throw .badPart(
        file: tensor.file, tensor: names.matrix, part: name,
        reason: "is \(tensor.elementType.rawValue) of shape \(tensor.shape); it must be \(known) "
          + "of rank \(rank)")
    }
    return tensor
  }

  private func check(
    _ fits: Bool, _ part: TensorInfo, _ names: SparseParts.Names, _ rows: Int, _ columns: Int
  ) throws(CheckpointError) {
    guard !fits else { return }
    throw .badPart(
      file: part.file, tensor: names.matrix, part: part.name,
      reason: "has the shape \(part.shape), which does not fit a matrix of \(rows) × \(columns)")
  }
}
