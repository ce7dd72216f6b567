import CKernels
import Tensors

/// The tensors of a file that together hold a matrix without its zeros.
///
/// A checkpoint shows such a matrix as the plain tensor that it stands for and expands it when its
/// bytes are asked for.
indirect enum SparseParts: Sendable, Hashable {
  /// A bit a weight and the values, as compressed-tensors' `sparse-bitmask` has them.
  case bitmask(values: TensorInfo, bits: TensorInfo, rowOffsets: TensorInfo)
  /// Compressed rows, named as `torch.sparse_csr_tensor` names them.
  case csr(values: TensorInfo, rowStarts: TensorInfo, columns: TensorInfo)

  var values: TensorInfo {
    switch self {
    case .bitmask(let values, _, _), .csr(let values, _, _): values
    }
  }
}

extension SparseParts {
  /// A matrix of more elements is refused, so that a shape that lies cannot ask for any memory.
  static let largestCount = 1 << 32

  /// The names of the parts of a matrix.
  struct Names {
    let matrix: String
    let values: String
    /// The bits, or the starts of rows.
    let places: String
    /// The offsets of rows, or the columns.
    let order: String
    let shape: String

    /// - Parameter stem: the module whose `weight` the matrix is.
    init(bitmaskOf stem: String) {
      matrix = stem + ".weight"
      values = stem + ".compressed"
      places = stem + ".bitmask"
      order = stem + ".row_offsets"
      shape = stem + ".shape"
    }

    /// - Parameter stem: the matrix's own name.
    init(rowsOf stem: String) {
      matrix = stem
      values = stem + ".values"
      places = stem + ".crow_indices"
      order = stem + ".col_indices"
      shape = stem + ".shape"
    }

    var all: [String] { [values, places, order, shape] }
  }

  /// The stems under which tensors look like parts: a tell-tale ending is there, and a second one or
  /// another that parts have.
  static func stems(
    in tensors: [TensorInfo], telling: [String], others: [String]
  ) -> [String] {
    func counts(_ endings: [String]) -> [String: Int] {
      tensors.reduce(into: [:]) { counts, tensor in
        for ending in endings where tensor.name.hasSuffix(ending) {
          counts[String(tensor.name.dropLast(ending.count)), default: 0] += 1
        }
      }
    }
    let (telling, others) = (counts(telling), counts(others))
    return telling.filter { $0.value + (others[$0.key] ?? 0) > 1 }.keys.sorted()
  }

  /// Expands the matrix into a buffer of its size.
  ///
  /// - Parameter bytes: gives a part's bytes.
  func expand(
    _ matrix: TensorInfo, into target: UnsafeMutableRawBufferPointer,
    bytes: (TensorInfo) throws(CheckpointError) -> UnsafeRawBufferPointer
  ) throws(CheckpointError) {
    let (rows, columns) = (matrix.shape[0], matrix.shape[1])
    let width = matrix.elementType.byteCount
    let stored = try bytes(values)
    let check: storage_check
    // An empty tensor has no address, which the loops do not mind: they read nothing then.
    switch self {
    case .bitmask(_, let bits, let rowOffsets):
      check = expand_bitmask(
        try bytes(bits).baseAddress, try bytes(rowOffsets).baseAddress, stored.baseAddress,
        values.count, width, rows, columns, target.baseAddress)
    case .csr(_, let rowStarts, let columnTensor):
      check = expand_rows(
        try bytes(rowStarts).baseAddress, rowStarts.elementType.byteCount,
        try bytes(columnTensor).baseAddress, columnTensor.elementType.byteCount,
        stored.baseAddress, values.count, width, rows, columns, target.baseAddress)
    }
    guard let reason = reason(of: check) else { return }
    throw .damagedMatrix(file: values.file, tensor: matrix.name, reason: reason)
  }

  private func reason(of check: storage_check) -> String? {
    switch check.fault {
    case STORAGE_ROW_START:
      "row \(check.row) does not start where the row before it ends"
    case STORAGE_VALUE_COUNT:
      "its rows do not have the \(values.count) values that are stored"
    case STORAGE_COLUMN:
      "row \(check.row) has a column outside of the matrix, or columns that do not ascend"
    default: nil
    }
  }
}
