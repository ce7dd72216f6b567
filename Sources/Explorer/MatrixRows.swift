import Canvas

/// The rows of the list of matrices: the whole model, then the matrices that the filter lets
/// through.
struct MatrixRows {
  let matrices: [Int]
  private let selection: MatrixSelection

  init(_ state: ExplorerState) {
    matrices = state.visibleMatrices
    selection = state.selection
  }

  var count: Int { matrices.count + 1 }

  /// What a row stands for.
  subscript(row: Int) -> MatrixSelection { row == 0 ? .whole : .matrix(matrices[row - 1]) }

  var selectedRow: Int? {
    guard let index = selection.index else { return 0 }
    return matrices.firstIndex(of: index).map { $0 + 1 }
  }
}
