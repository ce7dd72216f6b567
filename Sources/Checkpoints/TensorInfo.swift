import Tensors

/// Where a tensor lies in a model's files, and what it is.
package struct TensorInfo: Sendable, Hashable {
  package let name: String
  package let elementType: ElementType
  /// Sizes from the outermost to the innermost dimension; empty for a scalar.
  package let shape: [Int]
  /// The path of the file that holds it.
  package let file: String
  /// Its bytes, from the start of the file; tied tensors of a PyTorch file have the same.
  package let byteRange: Range<Int>
  /// The index of `file` among the files of its checkpoint.
  let fileIndex: Int
  /// Elements from one index to the next, by dimension; nil where they lie row by row.
  var strides: [Int]?

  /// Elements in the tensor.
  package var count: Int {
    strides == nil ? byteRange.count / elementType.byteCount : shape.reduce(1, *)
  }

  /// Bytes that the elements take, row by row.
  package var byteCount: Int { count * elementType.byteCount }
}
