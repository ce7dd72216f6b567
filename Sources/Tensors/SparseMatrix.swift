import CKernels

/// A weight matrix of which only the kept elements are stored and multiplied by.
///
/// It stands for W, [outputs, inputs], and gives x · Wᵀ by `SparseProduct.multiply`. The product
/// with W itself, for the gradient of the inputs, is that of the matrix packed from the transposed
/// operand. What is not stored takes no part: an infinity in x does not reach an output whose
/// weight is pruned, where a dense product would give NaN.
///
/// Sendable because products only read it; `updateValues` must not run beside them.
package final class SparseMatrix: SparseOperand, @unchecked Sendable {
  private let packed: UnsafeMutablePointer<sparse_matrix>
  /// How the dense matrix becomes [outputs, inputs].
  private let operand: BLAS.Operand
  private let denseShape: [Int]

  /// Packs op(dense), [outputs, inputs].
  ///
  /// - Parameters:
  ///   - operand: `.plain` for a matrix that is stored as [outputs, inputs].
  ///   - kept: one bit an element of `dense`, as a mask has them; kept zeros are stored, too, and
  ///     the matrix must be dense. Without it all that is not zero is stored.
  package init(_ dense: Matrix, _ operand: BLAS.Operand = .plain, kept: [UInt64]? = nil) {
    precondition(
      kept.map { dense.isDense && $0.count == (dense.count + 63) / 64 } ?? true,
      "a mask of \(kept?.count ?? 0) words for [\(dense.rows), \(dense.columns)]")
    let source = Self.source(dense, operand)
    let (rows, columns) =
      operand == .plain ? (dense.rows, dense.columns) : (dense.columns, dense.rows)
    guard let packed = sparse_matrix_make(source, kept, rows, columns) else {
      preconditionFailure("no memory for a sparse matrix of [\(rows), \(columns)]")
    }
    self.packed = packed
    self.operand = operand
    denseShape = [dense.rows, dense.columns]
  }

  deinit { sparse_matrix_free(packed) }

  package var outputs: Int { packed.pointee.rows }
  package var inputs: Int { packed.pointee.columns }
  /// Elements that are stored.
  package var nonzeros: Int { packed.pointee.nonzeros }
  /// Bytes of memory: little more than five an element.
  package var bytes: Int { sparse_matrix_bytes(packed) }

  /// Takes new values for the same pattern from a matrix of the shape it was packed from.
  package func updateValues(from dense: Matrix) {
    precondition(denseShape == [dense.rows, dense.columns], "a matrix of another shape")
    sparse_matrix_update(packed, Self.source(dense, operand))
  }

  /// dW (+)= op⁻¹(dyᵀ · x) where the pattern has elements; all others are left alone.
  ///
  /// Shapes: x is [tokens, inputs], dy [tokens, outputs], and dW that of the matrix that this one
  /// was packed from.
  package func addWeightGradient(
    x: Matrix, dy: Matrix, to dW: Matrix, accumulating: Bool, in workspace: Workspace,
    variant: SparseVariant = .best
  ) {
    precondition(
      x.columns == inputs && dy.columns == outputs && x.rows == dy.rows
        && denseShape == [dW.rows, dW.columns],
      "gradient of [\(dy.rows), \(dy.columns)] and [\(x.rows), \(x.columns)] into "
        + "[\(dW.rows), \(dW.columns)]")
    let mark = workspace.mark()
    defer { workspace.release(to: mark) }
    let gradient = UnsafeMutableBufferPointer(start: workspace.floats(slots), count: slots)
    weightGradient(
      x: [x], dy: [dy], into: gradient, accumulating: false, in: workspace, variant: variant)
    let (rowStride, columnStride) = strides(of: dW)
    sparse_matrix_scatter(
      packed, gradient.baseAddress, dW.base, rowStride, columnStride, accumulating ? 1 : 0)
  }

  /// The same as numbers for the slots of the packed form, over the rows of several matrices one
  /// below the other.
  package func weightGradient(
    x: [Matrix], dy: [Matrix], into gradient: UnsafeMutableBufferPointer<Float>,
    accumulating: Bool, in workspace: Workspace, variant: SparseVariant = .best
  ) {
    precondition(x.count == dy.count && gradient.count == slots, "a number for each slot")
    let mark = workspace.mark()
    defer { workspace.release(to: mark) }
    let chunk = sparse_chunk_tokens(inputs + outputs)
    let xPanels = workspace.floats(sparse_panels_floats(chunk, inputs))
    let dyPanels = workspace.floats(sparse_panels_floats(chunk, outputs))
    var accumulating = accumulating
    if !accumulating, x.allSatisfy({ $0.rows == 0 }) { gradient.update(repeating: 0) }
    for (x, dy) in zip(x, dy) {
      for first in stride(from: 0, to: x.rows, by: chunk) {
        let tokens = min(chunk, x.rows - first)
        sparse_panels_pack(x.base + first * x.stride, x.stride, tokens, inputs, xPanels)
        sparse_panels_pack(dy.base + first * dy.stride, dy.stride, tokens, outputs, dyPanels)
        sparse_weight_gradient(
          packed, xPanels, dyPanels, tokens, gradient.baseAddress, accumulating ? 1 : 0,
          variant.kernel)
        accumulating = true
      }
    }
  }

  // MARK: Slots

  /// Numbers of the packed form: its elements, and zeros that fill up its rows.
  package var slots: Int { packed.pointee.slots }

  /// The values, one a slot, for an optimiser to change in place; what fills up must stay zero.
  package var values: UnsafeMutableBufferPointer<Float> {
    UnsafeMutableBufferPointer(start: packed.pointee.values, count: slots)
  }

  /// Takes the number of each element's slot from a matrix of the shape that this one was packed
  /// from; slots that fill up are left alone.
  package func gather(_ dense: Matrix, into slots: UnsafeMutableBufferPointer<Float>) {
    precondition(denseShape == [dense.rows, dense.columns] && slots.count == self.slots, "slots")
    sparse_matrix_gather(packed, Self.source(dense, operand), slots.baseAddress)
  }

  /// Writes each slot's number to its element; everything else is left alone.
  package func scatter(_ slots: UnsafeMutableBufferPointer<Float>, to dense: Matrix) {
    precondition(denseShape == [dense.rows, dense.columns] && slots.count == self.slots, "slots")
    let (rowStride, columnStride) = strides(of: dense)
    sparse_matrix_scatter(packed, slots.baseAddress, dense.base, rowStride, columnStride, 0)
  }

  private func strides(of dense: Matrix) -> (row: Int, column: Int) {
    operand == .plain ? (dense.stride, 1) : (1, dense.stride)
  }

  package func multiply(_ panels: ActivationPanels, _ target: SparseTarget) {
    withUnsafePointer(to: target.packed) {
      sparse_multiply(
        packed, panels.base, panels.tokens, $0, panels.scratch, panels.variant.kernel)
    }
  }

  static func source(_ dense: Matrix, _ operand: BLAS.Operand) -> sparse_source {
    operand == .plain
      ? sparse_source(data: dense.base, row_stride: dense.stride, column_stride: 1)
      : sparse_source(data: dense.base, row_stride: 1, column_stride: dense.stride)
  }
}
