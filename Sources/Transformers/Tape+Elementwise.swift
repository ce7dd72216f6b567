import CKernels
import Tensors

/// y = f(x).
struct ActivationStep {
  let activation: Activation
  let input: Variable
  let output: Variable
}

/// y = f(gate) · x, the product of a gated feed-forward part.
struct GateStep {
  let activated: Variable
  let input: Variable
  let output: Variable
}

/// y = x + dropout(branch).
struct ResidualStep {
  let input: Variable
  let branch: Variable
  let output: Variable
  let mask: dropout_mask?
}

/// y = dropout(x).
struct DropoutStep {
  let input: Variable
  let output: Variable
  let mask: dropout_mask
}

extension Tape {
  /// Applies a function to each element; consumes x.
  func activation(_ x: Variable, _ activation: Activation) -> Variable {
    let y = isRecording ? variable(rows: x.rows, columns: x.columns) : x
    timed(.activation, floats: activation.slots * x.value.count) {
      elementwise_activation(activation.kind, x.value.base, y.value.base, x.value.count)
    }
    record(.activation(ActivationStep(activation: activation, input: x, output: y)))
    return y
  }

  func backward(_ step: ActivationStep) {
    guard let dy = gradient(of: step.output),
      let (dx, accumulating) = gradientTarget(of: step.input)
    else { return }
    elementwise_activation_backward(
      step.activation.kind, step.input.value.base, dy.base, dx.base, dy.count,
      accumulating ? 1 : 0)
  }

  /// The product of an activated gate with another matrix of its shape; consumes the gate.
  func gate(_ activated: Variable, _ x: Variable) -> Variable {
    let y = isRecording ? variable(rows: x.rows, columns: x.columns) : activated
    timed(.activation) {
      elementwise_multiply(activated.value.base, x.value.base, y.value.base, x.value.count, 0)
    }
    record(.gate(GateStep(activated: activated, input: x, output: y)))
    return y
  }

  func backward(_ step: GateStep) {
    guard let dy = gradient(of: step.output) else { return }
    for (factor, other) in [(step.activated, step.input), (step.input, step.activated)] {
      guard let (target, accumulating) = gradientTarget(of: factor) else { continue }
      elementwise_multiply(
        dy.base, other.value.base, target.base, dy.count, accumulating ? 1 : 0)
    }
  }

  /// Adds a branch, with dropout, to the stream that it branched off; consumes both.
  func residual(_ x: Variable, _ branch: Variable, dropout rate: Float) -> Variable {
    precondition(x.rows == branch.rows && x.columns == branch.columns, "a branch of other shape")
    let y = isRecording ? variable(rows: x.rows, columns: x.columns) : x
    let mask = nextDropoutMask(rate: rate)
    timed(.norm, floats: 2 * x.value.count) {
      if isRecording { y.value.base.update(from: x.value.base, count: x.value.count) }
      if var mask {
        elementwise_dropout(&mask, 0, branch.value.base, y.value.base, y.value.count, 1)
      } else {
        elementwise_add(branch.value.base, 1, y.value.base, y.value.count)
      }
    }
    record(.residual(ResidualStep(input: x, branch: branch, output: y, mask: mask)))
    return y
  }

  /// The norm of what `residual` gives: in inference one pass, which leaves it where x was.
  func residual(
    _ x: Variable, _ branch: Variable, dropout rate: Float, normedBy norm: Norm
  ) -> Variable {
    guard !isRecording else {
      return self.norm(residual(x, branch, dropout: rate), norm, consuming: true)
    }
    precondition(x.rows == branch.rows && x.columns == branch.columns, "a branch of other shape")
    timed(.norm, floats: (2 + Norm.loads) * x.value.count) {
      rows_add_norm(
        norm.kind.kind, x.value.base, branch.value.base, weights(norm.weight).base,
        norm.bias.map { weights($0).base }, norm.epsilon, x.rows, x.columns)
    }
    return x
  }

  func backward(_ step: ResidualStep) {
    guard let dy = gradient(of: step.output) else { return }
    if var mask = step.mask {
      if let (target, accumulating) = gradientTarget(of: step.branch) {
        elementwise_dropout(&mask, 0, dy.base, target.base, dy.count, accumulating ? 1 : 0)
      }
    } else {
      shareGradient(of: step.output, with: step.branch)
    }
    // The stream gets a copy: its own gradient still grows when the branch's must stay.
    if let (target, accumulating) = gradientTarget(of: step.input) {
      if accumulating {
        elementwise_add(dy.base, 1, target.base, dy.count)
      } else {
        target.base.update(from: dy.base, count: dy.count)
      }
    }
  }

  /// Drops elements in training, and scales the others up; consumes x.
  func dropout(_ x: Variable, rate: Float) -> Variable {
    guard var mask = nextDropoutMask(rate: rate) else { return x }
    let y = variable(rows: x.rows, columns: x.columns)
    elementwise_dropout(&mask, 0, x.value.base, y.value.base, x.value.count, 0)
    record(.dropout(DropoutStep(input: x, output: y, mask: mask)))
    return y
  }

  func backward(_ step: DropoutStep) {
    guard let dy = gradient(of: step.output),
      let (dx, accumulating) = gradientTarget(of: step.input)
    else { return }
    var mask = step.mask
    elementwise_dropout(&mask, 0, dy.base, dx.base, dy.count, accumulating ? 1 : 0)
  }
}
