import CKernels
import Tensors

extension Checkpoint {
  /// A floating-point tensor's elements, row by row, widened to `Float` as PyTorch's `.float()`
  /// does; a double is rounded to the nearest `Float`.
  package func floats(_ name: String) throws(CheckpointError) -> [Float] {
    let tensor = try requiredTensor(name)
    return try withFloatBytes(of: tensor) { bytes in
      [Float](unsafeUninitializedCapacity: tensor.count) { buffer, count in
        Self.widen(bytes, tensor.elementType, into: buffer)
        count = tensor.count
      }
    }
  }

  /// Widens a floating-point tensor into a buffer of at least `tensor.count` elements.
  package func readFloats(
    of tensor: TensorInfo, into buffer: UnsafeMutableBufferPointer<Float>
  ) throws(CheckpointError) {
    precondition(buffer.count >= tensor.count, "\(tensor.name) needs \(tensor.count) floats")
    try withFloatBytes(of: tensor) { Self.widen($0, tensor.elementType, into: buffer) }
  }

  private func withFloatBytes<Result>(
    of tensor: TensorInfo, _ body: (UnsafeRawBufferPointer) -> Result
  ) throws(CheckpointError) -> Result {
    guard tensor.elementType.isFloatingPoint else {
      throw .notFloatingPoint(
        file: tensor.file, tensor: tensor.name, type: tensor.elementType)
    }
    return try withElements(of: tensor, body)
  }

  private static func widen(
    _ bytes: UnsafeRawBufferPointer, _ type: ElementType,
    into buffer: UnsafeMutableBufferPointer<Float>
  ) {
    guard let source = bytes.baseAddress, let target = buffer.baseAddress,
      let stored = type.storedType
    else { return }
    CKernels.widen(stored, source, target, bytes.count / type.byteCount)
  }
}
