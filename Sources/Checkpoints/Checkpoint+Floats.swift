import CKernels
import Tensors

extension Checkpoint {
  /// A floating-point tensor's elements, row by row, widened to `Float` as PyTorch's `.float()`
  /// does; a double is rounded to the nearest `Float`.
  package func floats(_ name: String) throws(CheckpointError) -> [Float] {
    let tensor = try requiredTensor(name)
    let bytes = try floatBytes(of: tensor)
    return [Float](unsafeUninitializedCapacity: tensor.count) { buffer, count in
      Self.widen(bytes, tensor.elementType, into: buffer)
      count = tensor.count
    }
  }

  /// Widens a floating-point tensor into a buffer of at least `tensor.count` elements.
  package func readFloats(
    of tensor: TensorInfo, into buffer: UnsafeMutableBufferPointer<Float>
  ) throws(CheckpointError) {
    precondition(buffer.count >= tensor.count, "\(tensor.name) needs \(tensor.count) floats")
    Self.widen(try floatBytes(of: tensor), tensor.elementType, into: buffer)
  }

  private func floatBytes(
    of tensor: TensorInfo
  ) throws(CheckpointError) -> UnsafeRawBufferPointer {
    guard tensor.elementType.isFloatingPoint else {
      throw .notFloatingPoint(
        file: tensor.file, tensor: tensor.name, type: tensor.elementType)
    }
    return try bytes(of: tensor)
  }

  private static func widen(
    _ bytes: UnsafeRawBufferPointer, _ type: ElementType,
    into buffer: UnsafeMutableBufferPointer<Float>
  ) {
    guard let source = bytes.baseAddress, let target = buffer.baseAddress else { return }
    let count = bytes.count / type.byteCount
    switch type {
    case .float64: widen_f64(source, target, count)
    case .float32:
      target.withMemoryRebound(to: UInt8.self, capacity: bytes.count) { raw in
        raw.update(from: source.assumingMemoryBound(to: UInt8.self), count: bytes.count)
      }
    case .float16: widen_f16(source, target, count)
    case .bfloat16: widen_bf16(source, target, count)
    case .float8e4m3: widen_f8e4m3(source, target, count)
    case .float8e5m2: widen_f8e5m2(source, target, count)
    default: preconditionFailure("not a floating-point type")
    }
  }
}
