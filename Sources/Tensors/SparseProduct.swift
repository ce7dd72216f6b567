import CKernels

/// A packed weight matrix, [outputs, inputs], that activations can be multiplied by.
package protocol SparseOperand: AnyObject, Sendable {
  var outputs: Int { get }
  var inputs: Int { get }
  var nonzeros: Int { get }
  var bytes: Int { get }

  /// The product for the tokens that are in the panels.
  func multiply(_ panels: ActivationPanels, _ target: SparseTarget)
}

/// Some tokens' activations, packed for sparse products.
package struct ActivationPanels {
  let base: UnsafeMutablePointer<Float>
  let tokens: Int
  let scratch: UnsafeMutablePointer<Float>
  let variant: SparseVariant
}

/// Where a product goes: the rows of the tokens that are multiplied, or the panels of a next product.
package struct SparseTarget {
  let packed: sparse_target

  init(rows y: Matrix, bias: UnsafePointer<Float>?, accumulating: Bool) {
    packed = sparse_target(
      bias: bias, y: y.base, stride: y.stride, accumulate: accumulating ? 1 : 0, panels: nil)
  }

  init(panels: UnsafeMutablePointer<Float>, bias: UnsafePointer<Float>?) {
    packed = sparse_target(bias: bias, y: nil, stride: 0, accumulate: 0, panels: panels)
  }
}

/// y = x · Wᵀ + bias, or y += x · Wᵀ, with a sparse W.
package struct SparseProduct {
  package let weights: any SparseOperand
  package let bias: UnsafePointer<Float>?
  package let y: Matrix
  package let accumulating: Bool

  /// - Parameters:
  ///   - bias: one number an output, which must outlive the product; none where it accumulates.
  ///   - y: [tokens, outputs].
  package init(
    _ weights: any SparseOperand, bias: UnsafePointer<Float>? = nil, into y: Matrix,
    accumulating: Bool = false
  ) {
    precondition(bias == nil || !accumulating, "a bias starts a result")
    precondition(y.columns == weights.outputs, "\(weights.outputs) outputs into \(y.columns)")
    self.weights = weights
    self.bias = bias
    self.y = y
    self.accumulating = accumulating
  }

  /// Computes several products with the same activations, [tokens, inputs], which are packed once.
  ///
  /// A token's results depend on its activations and the weights alone: not on the other tokens,
  /// on where the batch is cut, or on the thread.
  package static func multiply(
    _ x: Matrix, _ products: [SparseProduct], in workspace: Workspace,
    variant: SparseVariant = .best
  ) {
    for product in products {
      precondition(
        product.weights.inputs == x.columns && product.y.rows == x.rows,
        "product of [\(x.rows), \(x.columns)] and [\(product.weights.outputs), "
          + "\(product.weights.inputs)] into [\(product.y.rows), \(product.y.columns)]")
    }
    let mark = workspace.mark()
    defer { workspace.release(to: mark) }
    let chunk = min(sparse_chunk_tokens(x.columns), max(x.rows, 1))
    let panels = workspace.floats(sparse_panels_floats(chunk, x.columns))
    let scratch = workspace.floats(sparse_product_scratch())
    for first in stride(from: 0, to: x.rows, by: chunk) {
      let tokens = min(chunk, x.rows - first)
      sparse_panels_pack(x.base + first * x.stride, x.stride, tokens, x.columns, panels)
      let packed = ActivationPanels(
        base: panels, tokens: tokens, scratch: scratch, variant: variant)
      for product in products {
        product.weights.multiply(
          packed,
          SparseTarget(
            rows: product.y.rows(first..<first + tokens), bias: product.bias,
            accumulating: product.accumulating))
      }
    }
  }
}
