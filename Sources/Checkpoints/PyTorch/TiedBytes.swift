import Tensors

/// What tied tensors of a PyTorch file have in common, which is all but the name.
struct TiedBytes: Hashable {
  private let file: Int
  private let range: Range<Int>
  private let elementType: ElementType
  private let shape: [Int]
  private let strides: [Int]?

  init(_ tensor: TensorInfo) {
    file = tensor.fileIndex
    range = tensor.byteRange
    elementType = tensor.elementType
    shape = tensor.shape
    strides = tensor.strides
  }
}
