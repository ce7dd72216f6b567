import CKernels
import Tensors

/// y = x · Wᵀ + b.
struct LinearStep {
  let layer: Linear
  let input: Variable
  let output: Variable
  /// What was multiplied by in place of the layer's weights.
  let packed: PackedWeights?
}

extension Tape {
  /// Applies an affine map: x is [rows, inputs], the result [rows, outputs].
  func linear(_ x: Variable, _ layer: Linear) -> Variable { linear(x, [layer])[0] }

  /// Applies several affine maps to the same x; for those that are packed it is read once.
  func linear(_ x: Variable, _ layers: [Linear]) -> [Variable] {
    let outputs = layers.map { variable(rows: x.rows, columns: $0.outputs) }
    timed(.linear, floats: layers.reduce(0) { $0 + multiplications(x.rows, $1) }) {
      var products: [SparseProduct] = []
      for (layer, y) in zip(layers, outputs) {
        let bias = layer.bias.map { UnsafePointer(weights($0).base) }
        if let packed = parameters.packed(layer.weight) {
          products.append(SparseProduct(packed.operand, bias: bias, into: y.value))
        } else {
          multiply(x.value, layer, bias: bias, into: y.value)
        }
      }
      if !products.isEmpty { SparseProduct.multiply(x.value, products, in: workspace) }
    }
    for (layer, y) in zip(layers, outputs) {
      record(
        .linear(
          LinearStep(
            layer: layer, input: x, output: y, packed: parameters.packed(layer.weight))))
    }
    return outputs
  }

  /// The multiply-adds of a map of some rows: those of its packed weights where it has them.
  func multiplications(_ rows: Int, _ layer: Linear) -> Int {
    let weights =
      parameters.packed(layer.weight)?.operand.nonzeros ?? parameters[layer.weight].count
    return rows * weights
  }

  private func multiply(
    _ x: Matrix, _ layer: Linear, bias: UnsafePointer<Float>?, into y: Matrix
  ) {
    // The bias first: the product is then added to it, which costs no pass of its own.
    rows_fill(bias, y.base, y.rows, y.columns)
    parameters[layer.weight].forEachRowBlock(in: workspace) { rows, weights in
      switch layer.layout {
      case .outputsFirst:
        BLAS.multiply(
          x, .plain, weights, .transposed, into: y.columns(rows), accumulating: true)
      case .inputsFirst:
        BLAS.multiply(x.columns(rows), .plain, weights, into: y, accumulating: true)
      }
    }
  }

  func backward(_ step: LinearStep, into result: Gradients) {
    guard let dy = gradient(of: step.output) else { return }
    if result.includes(step.layer.weight) {
      step.addWeightGradient(
        x: step.input.value, dy: dy, to: result[step.layer.weight], accumulating: true,
        in: workspace)
    }
    if let bias = step.layer.bias {
      rows_sum(dy.base, result[bias].base, dy.rows, dy.columns)
    }
    guard let (dx, accumulating) = gradientTarget(of: step.input) else { return }
    if let packed = step.packed {
      let product = SparseProduct(
        packed.forTraining.backward, into: dx, accumulating: accumulating)
      return SparseProduct.multiply(dy, [product], in: workspace)
    }
    parameters[step.layer.weight].forEachRowBlock(in: workspace) { rows, weights in
      switch step.layer.layout {
      case .outputsFirst:
        BLAS.multiply(
          dy.columns(rows), .plain, weights, into: dx,
          accumulating: accumulating || rows.lowerBound > 0)
      case .inputsFirst:
        BLAS.multiply(
          dy, .plain, weights, .transposed, into: dx.columns(rows), accumulating: accumulating)
      }
    }
  }
}

extension LinearStep {
  /// dW (+)= dyᵀ · x, laid out as the weight is; of packed weights only where they have elements,
  /// everything else being left alone.
  func addWeightGradient(
    x: Matrix, dy: Matrix, to dW: Matrix, accumulating: Bool, in workspace: Workspace
  ) {
    guard let packed else {
      return layer.addWeightGradient(x: x, dy: dy, to: dW, accumulating: accumulating)
    }
    packed.forTraining.forward.addWeightGradient(
      x: x, dy: dy, to: dW, accumulating: accumulating, in: workspace)
  }
}

extension Linear {
  /// dW (+)= dyᵀ · x, laid out as the weight is.
  fileprivate func addWeightGradient(x: Matrix, dy: Matrix, to dW: Matrix, accumulating: Bool) {
    switch layout {
    case .outputsFirst: BLAS.multiply(dy, .transposed, x, into: dW, accumulating: accumulating)
    case .inputsFirst: BLAS.multiply(x, .transposed, dy, into: dW, accumulating: accumulating)
    }
  }
}
