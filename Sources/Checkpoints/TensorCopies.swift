import Synchronization

/// Row-by-row copies of tensors that do not lie so in their file: transposed views and matrices
/// stored without their zeros. Each is made when it is first asked for and kept as long as the
/// checkpoint.
final class TensorCopies: Sendable {
  private struct Copy: @unchecked Sendable {
    // Unchecked because of the pointer alone: the bytes are not written once this exists.
    let bytes: UnsafeRawBufferPointer
  }

  private let copies = Mutex<[String: Copy]>([:])

  deinit {
    copies.withLock { for copy in $0.values { copy.bytes.deallocate() } }
  }

  /// The copy of a tensor; nil where none has been made.
  func existing(_ tensor: TensorInfo) -> UnsafeRawBufferPointer? {
    copies.withLock { $0[tensor.name] }?.bytes
  }

  /// A tensor's elements, row by row.
  ///
  /// - Parameter fill: writes them into a buffer of the tensor's size, at most once.
  func bytes(
    of tensor: TensorInfo,
    _ fill: (UnsafeMutableRawBufferPointer) throws(CheckpointError) -> Void
  ) throws(CheckpointError) -> UnsafeRawBufferPointer {
    let copy = try copies.withLock { (copies) throws(CheckpointError) -> Copy in
      if let copy = copies[tensor.name] { return copy }
      let bytes = UnsafeMutableRawBufferPointer.allocate(
        byteCount: tensor.byteCount, alignment: 64)
      do throws(CheckpointError) {
        try fill(bytes)
      } catch {
        bytes.deallocate()
        throw error
      }
      let copy = Copy(bytes: UnsafeRawBufferPointer(bytes))
      copies[tensor.name] = copy
      return copy
    }
    return copy.bytes
  }
}
