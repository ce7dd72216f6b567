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

  /// A tensor of a copy of a dense matrix.
  package init(copying matrix: Matrix) {
    shape = [matrix.rows, matrix.columns]
    let owned = FloatStorage(count: matrix.count)
    _ = owned.elements.initialize(from: matrix.elements)
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

  /// The floats that a block of widened rows has at most, where one row allows it: what fits in
  /// the second-level cache beside the other operand.
  private static let blockSize = 1 << 18

  /// Gives the rows of `matrix(in:)` block by block: all at once where they can be used as they
  /// lie, else as many as fit in the cache, widened one block after the other in the same memory.
  package func forEachRowBlock(
    in workspace: Workspace, _ body: (_ rows: Range<Int>, Matrix) -> Void
  ) {
    let (rows, columns) = matrixShape
    if readablePointer != nil { return body(0..<rows, matrix(in: workspace)) }
    let height = max(1, min(rows, Self.blockSize / max(columns, 1)))
    let mark = workspace.mark()
    defer { workspace.release(to: mark) }
    let memory = workspace.floats(height * columns)
    for first in stride(from: 0, to: rows, by: height) {
      let block = Matrix(memory, rows: min(height, rows - first), columns: columns)
      copyElements(from: first * columns, to: block.elements)
      body(first..<first + block.rows, block)
    }
  }

  /// Copies one row of `matrix(in:)`, widened.
  package func copyRow(_ row: Int, to target: UnsafeMutableBufferPointer<Float>) {
    let (rows, columns) = matrixShape
    precondition((0..<rows).contains(row) && target.count == columns, "row \(row) of \(rows)")
    copyElements(from: row * columns, to: target)
  }

  /// Whether the elements are floats that can be used as they lie.
  package var isReadable: Bool { readablePointer != nil }

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

  /// Copies as many elements as the target has room for.
  private func copyElements(
    from first: Int = 0, to target: UnsafeMutableBufferPointer<Float>
  ) {
    switch storage {
    case .owned(let owned):
      _ = target.initialize(from: owned.elements[first..<first + target.count])
    case .mapped(let mapped): mapped.widen(from: first, into: target)
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

  func widen(from first: Int, into target: UnsafeMutableBufferPointer<Float>) {
    guard let stored = type.storedType else {
      preconditionFailure("elements of type \(type.rawValue)")
    }
    guard target.count > 0, let source = bytes.baseAddress, let floats = target.baseAddress else {
      return
    }
    CKernels.widen(stored, source + first * type.byteCount, floats, target.count)
  }
}
