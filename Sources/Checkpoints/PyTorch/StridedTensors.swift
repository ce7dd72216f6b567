import Synchronization
import Tensors

/// Row-by-row copies of tensors whose elements lie in another order in the file, such as
/// transposed views; each is made when it is first asked for and kept as long as the checkpoint.
final class StridedTensors: Sendable {
  private struct Copy: @unchecked Sendable {
    // Unchecked because of the pointer alone: the bytes are not written once this exists.
    let bytes: UnsafeRawBufferPointer
  }

  private let copies = Mutex<[String: Copy]>([:])

  deinit {
    copies.withLock { for copy in $0.values { copy.bytes.deallocate() } }
  }

  /// A tensor's elements, row by row.
  ///
  /// - Parameter span: the bytes from its first element to its last.
  func bytes(
    of tensor: TensorInfo, strides: [Int], in span: UnsafeRawBufferPointer
  ) -> UnsafeRawBufferPointer {
    copies.withLock { copies in
      if let copy = copies[tensor.name] { return copy }
      let bytes = UnsafeMutableRawBufferPointer.allocate(
        byteCount: tensor.byteCount, alignment: 64)
      switch tensor.elementType.byteCount {
      case 1: Self.copy(UInt8.self, tensor.shape, strides, from: span, to: bytes)
      case 2: Self.copy(UInt16.self, tensor.shape, strides, from: span, to: bytes)
      case 4: Self.copy(UInt32.self, tensor.shape, strides, from: span, to: bytes)
      default: Self.copy(UInt64.self, tensor.shape, strides, from: span, to: bytes)
      }
      let copy = Copy(bytes: UnsafeRawBufferPointer(bytes))
      copies[tensor.name] = copy
      return copy
    }.bytes
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
