import CKernels
import Tensors

/// y = x · Wᵀ + b.
struct LinearStep {
  let layer: Linear
  let input: Variable
  let output: Variable
}

extension Tape {
  /// Applies an affine map: x is [rows, inputs], the result [rows, outputs].
  func linear(_ x: Variable, _ layer: Linear) -> Variable {
    let y = variable(rows: x.rows, columns: layer.outputs)
    let bias = layer.bias.map { weights($0).base }
    // The bias first: the product is then added to it, which costs no pass of its own.
    rows_fill(bias, y.value.base, y.rows, y.columns)
    parameters[layer.weight].forEachRowBlock(in: workspace) { rows, weights in
      switch layer.layout {
      case .outputsFirst:
        BLAS.multiply(
          x.value, .plain, weights, .transposed, into: y.value.columns(rows), accumulating: true)
      case .inputsFirst:
        BLAS.multiply(x.value.columns(rows), .plain, weights, into: y.value, accumulating: true)
      }
    }
    record(.linear(LinearStep(layer: layer, input: x, output: y)))
    return y
  }

  func backward(_ step: LinearStep, into result: Gradients) {
    guard let dy = gradient(of: step.output) else { return }
    if result.includes(step.layer.weight) {
      step.layer.addWeightGradient(
        x: step.input.value, dy: dy, to: result[step.layer.weight], accumulating: true)
    }
    if let bias = step.layer.bias {
      rows_sum(dy.base, result[bias].base, dy.rows, dy.columns)
    }
    guard let (dx, accumulating) = gradientTarget(of: step.input) else { return }
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

extension Linear {
  /// dW (+)= dyᵀ · x, laid out as the weight is.
  func addWeightGradient(x: Matrix, dy: Matrix, to dW: Matrix, accumulating: Bool) {
    switch layout {
    case .outputsFirst: BLAS.multiply(dy, .transposed, x, into: dW, accumulating: accumulating)
    case .inputsFirst: BLAS.multiply(x, .transposed, dy, into: dW, accumulating: accumulating)
    }
  }
}
