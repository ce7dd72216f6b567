import CKernels

/// A tensor of floats that may be shared: copies are free, and writing copies what is shared.
///
/// It owns its elements, or reads them where a file is mapped, in the type they are stored in; those
/// are widened at each use, so that a model stays as small in memory as it is on disk.
package struct Tensor: Sendable {
  package let shape: [Int]
  private var storage: Storage

  private enum Storage: Sendable {
    case owned(FloatStorage)
    case mapped(MappedElements)
  }

  /// A tensor of zeros.
  package init(zeros shape: [Int]) {
    self.shape = shape
    let owned = FloatStorage(count: shape.reduce(1, *))
    owned.elements.initialize(repeating: 0)
    storage = .owned(owned)
  }

  /// A tensor of given elements, row by row.
  package init(_ elements: [Float], shape: [Int]) {
    precondition(
      elements.count == shape.reduce(1, *), "\(elements.count) elements for shape \(shape)")
    self.shape = shape
    let owned = FloatStorage(count: elements.count)
    _ = owned.elements.initialize(from: elements)
    storage = .owned(owned)
  }

  /// A tensor that reads the stored elements of a floating-point type in place.
  ///
  /// - Parameter owner: what keeps `bytes` valid and unchanged; it lives as long as the tensor.
  package init(
    bytes: UnsafeRawBufferPointer, of type: ElementType, shape: [Int],
    owner: any AnyObject & Sendable
  ) {
    precondition(type.isFloatingPoint, "elements of type \(type.rawValue)")
    precondition(
      bytes.count == shape.reduce(type.byteCount, *), "\(bytes.count) bytes for shape \(shape)")
    self.shape = shape
    storage = .mapped(MappedElements(bytes: bytes, type: type, owner: owner))
  }

  package var count: Int { shape.reduce(1, *) }

  /// Sizes as a matrix: the first dimension against all others.
  private var matrixShape: (rows: Int, columns: Int) {
    shape.count < 2 ? (1, count) : (shape[0], shape[0] == 0 ? 0 : count / shape[0])
  }

  /// The elements as a matrix, the first dimension against all others; vectors are one row.
  ///
  /// Where they must be widened, that goes into the workspace. The view must not be written to, and
  /// it is valid as long as the tensor lives and the workspace is not taken back.
  package func matrix(in workspace: Workspace) -> Matrix {
    let (rows, columns) = matrixShape
    if let direct = readablePointer {
      return Matrix(UnsafeMutablePointer(mutating: direct), rows: rows, columns: columns)
    }
    let target = workspace.floats(count)
    copyElements(to: UnsafeMutableBufferPointer(start: target, count: count))
    return Matrix(target, rows: rows, columns: columns)
  }

  /// All elements, row by row.
  package var elements: [Float] {
    [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
      copyElements(to: buffer)
      initialized = count
    }
  }

  /// Gives write access to the elements; they are copied first where another tensor shares them.
  package mutating func withMutableElements<R, E: Error>(
    _ body: (UnsafeMutableBufferPointer<Float>) throws(E) -> R
  ) throws(E) -> R {
    let owned = ownedStorage()
    storage = .owned(owned)
    return try body(owned.elements)
  }

  private mutating func ownedStorage() -> FloatStorage {
    if case .owned(var owned) = storage {
      // The enumeration's own reference would count as another one.
      storage = .owned(.empty)
      if !isKnownUniquelyReferenced(&owned) {
        let copy = FloatStorage(count: owned.elements.count)
        _ = copy.elements.initialize(from: owned.elements)
        owned = copy
      }
      return owned
    }
    let copy = FloatStorage(count: count)
    copyElements(to: copy.elements)
    return copy
  }

  /// The elements where they can be used as they lie; nil where they must be widened.
  private var readablePointer: UnsafePointer<Float>? {
    switch storage {
    case .owned(let owned): return UnsafePointer(owned.elements.baseAddress)
    case .mapped(let mapped):
      guard mapped.type == .float32, let base = mapped.bytes.baseAddress,
        UInt(bitPattern: base).isMultiple(of: 4)
      else { return nil }
      return base.assumingMemoryBound(to: Float.self)
    }
  }

  private func copyElements(to target: UnsafeMutableBufferPointer<Float>) {
    switch storage {
    case .owned(let owned): _ = target.initialize(from: owned.elements)
    case .mapped(let mapped): mapped.widen(into: target)
    }
  }
}

/// Floats on the heap, aligned to 64 bytes.
///
/// Sendable because `Tensor` writes only to storage that nobody else refers to.
private final class FloatStorage: @unchecked Sendable {
  let elements: UnsafeMutableBufferPointer<Float>

  static let empty = FloatStorage(count: 0)

  /// Uninitialised elements.
  init(count: Int) {
    let raw = UnsafeMutableRawPointer.allocate(byteCount: 4 * max(count, 1), alignment: 64)
    elements = UnsafeMutableBufferPointer(
      start: raw.bindMemory(to: Float.self, capacity: count), count: count)
  }

  deinit {
    UnsafeMutableRawPointer(elements.baseAddress!).deallocate()
  }
}

/// Elements in a mapped file; Sendable because nobody writes to them.
private struct MappedElements: @unchecked Sendable {
  let bytes: UnsafeRawBufferPointer
  let type: ElementType
  let owner: any AnyObject & Sendable

  func widen(into target: UnsafeMutableBufferPointer<Float>) {
    guard let stored = type.storedType else {
      preconditionFailure("elements of type \(type.rawValue)")
    }
    guard target.count > 0, let source = bytes.baseAddress, let floats = target.baseAddress else {
      return
    }
    CKernels.widen(stored, source, floats, target.count)
  }
}
