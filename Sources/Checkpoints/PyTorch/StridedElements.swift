import Tensors

/// The elements of a tensor that lie in another order than row by row, such as a transposed view's.
struct StridedElements {
  let shape: [Int]
  /// Elements from one index to the next, by dimension.
  let strides: [Int]
  let elementType: ElementType

  /// Copies them row by row.
  ///
  /// - Parameter span: the bytes from the first element to the last.
  func copy(from span: UnsafeRawBufferPointer, to bytes: UnsafeMutableRawBufferPointer) {
    switch elementType.byteCount {
    case 1: Self.copy(UInt8.self, shape, strides, from: span, to: bytes)
    case 2: Self.copy(UInt16.self, shape, strides, from: span, to: bytes)
    case 4: Self.copy(UInt32.self, shape, strides, from: span, to: bytes)
    default: Self.copy(UInt64.self, shape, strides, from: span, to: bytes)
    }
  }

  private static func copy<Element: BitwiseCopyable>(
    _ type: Element.Type, _ shape: [Int], _ strides: [Int], from span: UnsafeRawBufferPointer,
    to copy: UnsafeMutableRawBufferPointer
  ) {
    guard let rowLength = shape.last, let step = strides.last else { return }
    let size = MemoryLayout<Element>.size
    var index = [Int](repeating: 0, count: shape.count - 1)
    var row = 0
    for target in stride(from: 0, to: copy.count, by: rowLength * size) {
      for column in 0..<rowLength {
        let element = span.loadUnaligned(fromByteOffset: (row + column * step) * size, as: type)
        copy.storeBytes(of: element, toByteOffset: target + column * size, as: type)
      }
      // Counts up like the digits of a number, the last dimension but one first.
      for dimension in index.indices.reversed() {
        index[dimension] += 1
        row += strides[dimension]
        if index[dimension] < shape[dimension] { break }
        row -= index[dimension] * strides[dimension]
        index[dimension] = 0
      }
    }
  }
}
