import CKernels

/// Sparse products one behind the other with a function between them, a feed-forward part:
/// y = f(x · Wᵤᵀ + bᵤ) · Wᵈᵀ + bᵈ, or with a gate g = x · Wᵍᵀ + bᵍ, y = (f(g) · (x · Wᵤᵀ + bᵤ)) · Wᵈᵀ + bᵈ.
///
/// A panel of tokens goes through all of it before the next one does. What lies in between is
/// several times as wide as x: of a whole batch it would leave the second-level cache, and be
/// turned from panels to rows and back.
package struct SparseFeedForward {
  /// A matrix, and one number an output, which must outlive the product.
  package struct Layer {
    let weights: any SparseOperand
    let bias: UnsafePointer<Float>?

    package init(_ weights: any SparseOperand, bias: UnsafePointer<Float>? = nil) {
      self.weights = weights
      self.bias = bias
    }
  }

  let up: Layer
  let gate: Layer?
  let down: Layer

  package init(up: Layer, gate: Layer? = nil, down: Layer) {
    precondition(
      down.weights.inputs == up.weights.outputs
        && (gate.map { $0.weights.outputs == up.weights.outputs } ?? true),
      "\(up.weights.outputs) outputs into \(down.weights.inputs) inputs")
    self.up = up
    self.gate = gate
    self.down = down
  }

  /// Computes y, [tokens, outputs], from x, [tokens, inputs]: the same bits as one product after the
  /// other, and in any batch.
  ///
  /// - Parameter between: f and the multiplication, on so many elements in place: of what `up` gave,
  ///   or of what `gate` gave with `up`'s as the factor. It must take zeros to zeros, and each element
  ///   by itself.
  package func multiply(
    _ x: Matrix, into y: Matrix, in workspace: Workspace, variant: SparseVariant = .best,
    between: (
      _ values: UnsafeMutablePointer<Float>, _ factor: UnsafeMutablePointer<Float>?, _ count: Int
    ) -> Void
  ) {
    let (inputs, inner) = (up.weights.inputs, up.weights.outputs)
    precondition(
      x.columns == inputs && y.columns == down.weights.outputs && x.rows == y.rows,
      "[\(x.rows), \(x.columns)] by [\(inner), \(inputs)] into [\(y.rows), \(y.columns)]")
    let mark = workspace.mark()
    defer { workspace.release(to: mark) }
    let chunk = min(sparse_chunk_tokens(inner), max(x.rows, 1))
    let size = sparse_panels_floats(chunk, inner)
    let panels = workspace.floats(sparse_panels_floats(chunk, inputs))
    let values = workspace.floats(size)
    let factor = gate.map { _ in workspace.floats(size) }
    let scratch = workspace.floats(sparse_product_scratch())

    func packed(_ base: UnsafeMutablePointer<Float>, _ tokens: Int) -> ActivationPanels {
      ActivationPanels(base: base, tokens: tokens, scratch: scratch, variant: variant)
    }
    for first in stride(from: 0, to: x.rows, by: chunk) {
      let tokens = min(chunk, x.rows - first)
      sparse_panels_pack(x.base + first * x.stride, x.stride, tokens, inputs, panels)
      if let gate, let factor {
        gate.weights.multiply(
          packed(panels, tokens), SparseTarget(panels: values, bias: gate.bias))
        up.weights.multiply(packed(panels, tokens), SparseTarget(panels: factor, bias: up.bias))
      } else {
        up.weights.multiply(packed(panels, tokens), SparseTarget(panels: values, bias: up.bias))
      }
      between(values, factor, sparse_panels_floats(tokens, inner))
      down.weights.multiply(
        packed(values, tokens),
        SparseTarget(
          rows: y.rows(first..<first + tokens), bias: down.bias, accumulating: false))
    }
  }
}
