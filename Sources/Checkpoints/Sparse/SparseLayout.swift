import CKernels
import Experiments
import Tensors

/// How a matrix is to be written without its zeros.
struct SparseLayout {
  let name: String
  let elementType: ElementType
  let rows: Int
  let columns: Int
  /// Elements that are not zero of either sign.
  let nonzero: Int
  let format: StorageFormat

  /// The layout of a matrix; nil where the format cannot hold it or does not make it smaller.
  ///
  /// - Parameter bytes: the elements, row by row.
  init?(_ tensor: TensorInfo, _ bytes: UnsafeRawBufferPointer, _ format: StorageFormat) {
    guard format != .dense, tensor.shape.count == 2, tensor.elementType.isFloatingPoint,
      format.holds(tensor.name, columns: tensor.shape[1]),
      tensor.count <= SparseParts.largestCount
    else { return nil }
    name = tensor.name
    elementType = tensor.elementType
    (rows, columns) = (tensor.shape[0], tensor.shape[1])
    self.format = format
    let width = elementType.byteCount
    nonzero = count_nonzero(bytes.baseAddress, width, tensor.count)
    let stored = format.byteCount(rows: rows, columns: columns, nonzero: nonzero, width: width)
    guard stored < bytes.count else { return nil }
  }

  /// The module whose `weight` the matrix is.
  static func stem(of name: String) -> String { String(name.dropLast(".weight".count)) }

  var names: SparseParts.Names {
    format == .bitmask
      ? SparseParts.Names(bitmaskOf: Self.stem(of: name)) : SparseParts.Names(rowsOf: name)
  }

  /// The tensors of the file.
  var layouts: [TensorLayout] {
    let names = names
    let values = TensorLayout(name: names.values, elementType: elementType, shape: [nonzero])
    let shape = TensorLayout(name: names.shape, elementType: .int64, shape: [2])
    if format == .bitmask {
      return [
        values, shape,
        TensorLayout(name: names.places, elementType: .uint8, shape: [rows, (columns + 7) / 8]),
        TensorLayout(name: names.order, elementType: .int64, shape: [rows]),
      ]
    }
    return [
      values, shape,
      TensorLayout(
        name: names.places, elementType: startWidth == 4 ? .int32 : .int64, shape: [rows + 1]),
      TensorLayout(
        name: names.order, elementType: columnWidth == 2 ? .uint16 : .int32, shape: [nonzero]),
    ]
  }

  private var startWidth: Int { StorageFormat.rowStartWidth(nonzero) }
  private var columnWidth: Int { StorageFormat.columnWidth(columns) }

  /// Writes the matrix.
  ///
  /// - Parameter bytes: the elements from which the layout was made.
  func write(
    _ bytes: UnsafeRawBufferPointer, to writer: inout SafetensorsWriter
  ) throws(CheckpointError) {
    let width = elementType.byteCount
    // The loops write one value more than there are, which is not kept.
    let values = UnsafeMutableRawBufferPointer.allocate(
      byteCount: (nonzero + 1) * width, alignment: 64)
    defer { values.deallocate() }
    let placeBytes = layouts[2].byteCount
    let orderBytes = layouts[3].byteCount
    let places = UnsafeMutableRawBufferPointer.allocate(
      byteCount: max(placeBytes, 1), alignment: 64)
    defer { places.deallocate() }
    let order = UnsafeMutableRawBufferPointer.allocate(
      byteCount: orderBytes + columnWidth, alignment: 64)
    defer { order.deallocate() }
    if format == .bitmask {
      pack_bitmask(
        bytes.baseAddress, width, rows, columns, places.baseAddress,
        order.baseAddress?.assumingMemoryBound(to: Int64.self), values.baseAddress)
    } else {
      pack_rows(
        bytes.baseAddress, width, rows, columns, places.baseAddress, startWidth,
        order.baseAddress, columnWidth, values.baseAddress)
    }
    let names = names
    try writer.write(names.values, UnsafeRawBufferPointer(rebasing: values[..<(nonzero * width)]))
    try writer.write(names.places, UnsafeRawBufferPointer(rebasing: places[..<placeBytes]))
    try writer.write(names.order, UnsafeRawBufferPointer(rebasing: order[..<orderBytes]))
    let written = [rows, columns].map { Int64($0).littleEndian }.withUnsafeBytes { shape in
      Result { () throws(CheckpointError) in try writer.write(names.shape, shape) }
    }
    try written.get()
  }
}
