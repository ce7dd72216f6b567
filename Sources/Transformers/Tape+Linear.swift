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
    BLAS.multiply(
      x.value, .plain, weights(layer.weight),
      layer.layout == .outputsFirst ? .transposed : .plain, into: y.value, accumulating: true)
    record(.linear(LinearStep(layer: layer, input: x, output: y)))
    return y
  }

  func backward(_ step: LinearStep, into result: Gradients) {
    guard let dy = gradient(of: step.output) else { return }
    let x = step.input.value
    let dW = result[step.layer.weight]
    switch step.layer.layout {
    case .outputsFirst: BLAS.multiply(dy, .transposed, x, into: dW, accumulating: true)
    case .inputsFirst: BLAS.multiply(x, .transposed, dy, into: dW, accumulating: true)
    }
    if let bias = step.layer.bias {
      rows_sum(dy.base, result[bias].base, dy.rows, dy.columns)
    }
    if let (dx, accumulating) = gradientTarget(of: step.input) {
      BLAS.multiply(
        dy, .plain, weights(step.layer.weight),
        step.layer.layout == .outputsFirst ? .plain : .transposed, into: dx,
        accumulating: accumulating)
    }
  }
}
