import Tensors

/// Where a tensor lies in a model's files, and what it is.
package struct TensorInfo: Sendable, Hashable {
  package let name: String
  package let elementType: ElementType
  /// Sizes from the outermost to the innermost dimension; empty for a scalar.
  package let shape: [Int]
  /// The path of the file that holds it.
  package let file: String
  /// Its bytes, from the start of the file; tied tensors of a PyTorch file have the same. Of a matrix
  /// that is stored without its zeros, the values that are not.
  package let byteRange: Range<Int>
  /// The index of `file` among the files of its checkpoint.
  let fileIndex: Int
  /// Elements from one index to the next, by dimension; nil where they lie row by row.
  var strides: [Int]?
  /// What the file has in its place, where that is stored without its zeros.
  var parts: SparseParts?

  /// Elements in the tensor.
  package var count: Int {
    strides == nil && parts == nil
      ? byteRange.count / elementType.byteCount : shape.reduce(1, *)
  }

  /// Whether the file holds it without its zeros, so that its bytes are made when they are asked for.
  package var isCompressed: Bool { parts != nil }

  /// Bytes that the elements take, row by row.
  package var byteCount: Int { count * elementType.byteCount }
}
