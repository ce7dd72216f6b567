import CKernels
import Tensors

/// y = norm(x).
struct NormStep {
  let norm: Norm
  let input: Variable
  let output: Variable
  /// Mean and reciprocal deviation of each row.
  let statistics: UnsafeMutablePointer<Float>?
}

extension Norm {
  /// Loads for an element: mean, deviation and result of its row each read it, and its weight and
  /// bias.
  static let loads = 5
}

extension Tape {
  /// Normalises each row.
  ///
  /// - Parameter consuming: whether x is not needed any more, so that inference writes over it.
  func norm(_ x: Variable, _ norm: Norm, consuming: Bool = false) -> Variable {
    let y = consuming && !isRecording ? x : variable(rows: x.rows, columns: x.columns)
    let statistics = isRecording ? workspace.floats(2 * x.rows) : nil
    timed(.norm, floats: Norm.loads * x.value.count) {
      rows_norm(
        norm.kind.kind, x.value.base, weights(norm.weight).base,
        norm.bias.map { weights($0).base }, norm.epsilon, y.value.base, statistics, x.rows,
        x.columns)
    }
    record(.norm(NormStep(norm: norm, input: x, output: y, statistics: statistics)))
    return y
  }

  func backward(_ step: NormStep, into result: Gradients) {
    guard let dy = gradient(of: step.output) else { return }
    let target = gradientTarget(of: step.input)
    rows_norm_backward(
      step.norm.kind.kind, step.input.value.base, weights(step.norm.weight).base, step.statistics,
      dy.base, target?.matrix.base, result[step.norm.weight].base,
      step.norm.bias.map { result[$0].base }, dy.rows, dy.columns,
      target?.accumulating == true ? 1 : 0)
  }
}
