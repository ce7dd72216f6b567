import CKernels

/// A weight matrix with at most N elements in each group of M neighbouring inputs, such as 2:4.
///
/// It takes a quarter of a byte beside each value (2:4), and no row waits for another. Otherwise
/// like `SparseMatrix`, but a group with fewer than N elements multiplies its first input by zero.
package final class SparseGroups: SparseOperand, @unchecked Sendable {
  private let packed: UnsafeMutablePointer<sparse_groups>

  /// Packs op(dense), [outputs, inputs]; nil where a group has more than `kept` elements, where
  /// `group` is not 2, 4, 8 or 16, and where it does not divide the inputs.
  ///
  /// - Parameter mask: one bit an element of `dense`, which must then be dense; what it does not
  ///   keep counts as zero.
  package init?(
    _ dense: Matrix, _ operand: BLAS.Operand = .plain, kept: Int, of group: Int,
    mask: [UInt64]? = nil
  ) {
    precondition(
      mask.map { dense.isDense && $0.count == (dense.count + 63) / 64 } ?? true,
      "a mask of \(mask?.count ?? 0) words for [\(dense.rows), \(dense.columns)]")
    let (rows, columns) =
      operand == .plain ? (dense.rows, dense.columns) : (dense.columns, dense.rows)
    guard kept > 0, group > 0,
      let packed = sparse_groups_make(
        SparseMatrix.source(dense, operand), mask, rows, columns, kept, group)
    else { return nil }
    self.packed = packed
  }

  deinit { sparse_groups_free(packed) }

  package var outputs: Int { packed.pointee.rows }
  package var inputs: Int { packed.pointee.columns }
  package var nonzeros: Int { packed.pointee.nonzeros }
  package var bytes: Int { sparse_groups_bytes(packed) }

  package func multiply(_ panels: ActivationPanels, _ target: SparseTarget) {
    withUnsafePointer(to: target.packed) {
      sparse_multiply_groups(
        packed, panels.base, panels.tokens, $0, panels.scratch, panels.variant.kernel)
    }
  }
}
