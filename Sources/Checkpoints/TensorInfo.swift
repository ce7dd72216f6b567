import Tensors

/// Where a tensor lies in a model's files, and what it is.
package struct TensorInfo: Sendable, Hashable {
  package let name: String
  package let elementType: ElementType
  /// Sizes from the outermost to the innermost dimension; empty for a scalar.
  package let shape: [Int]
  /// The path of the file that holds it.
  package let file: String
  /// Its bytes, from the start of the file.
  package let byteRange: Range<Int>
  /// The index of `file` among the files of its checkpoint.
  let fileIndex: Int

  /// Elements in the tensor.
  package var count: Int { byteRange.count / elementType.byteCount }
}
