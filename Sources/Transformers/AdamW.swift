import CKernels
import Glibc
import Tensors

/// The settings of AdamW (Loshchilov and Hutter 2019), named as in PyTorch.
package struct AdamW: Sendable, Hashable {
  package var beta1 = 0.9
  package var beta2 = 0.999
  package var epsilon: Float = 1e-8
  /// Decoupled weight decay.
  package var weightDecay: Float = 0.01
  /// Whether biases and the weights of norms decay too; transformers' Trainer spares them.
  package var decaysVectors = true
  /// Gradients of a larger norm than this are scaled down to it; nil leaves them.
  package var clippingNorm: Float? = 1

  package init(weightDecay: Float = 0.01, clippingNorm: Float? = 1) {
    self.weightDecay = weightDecay
    self.clippingNorm = clippingNorm
  }

  /// The factor that brings gradients of a norm within the clipping norm, as PyTorch's
  /// `clip_grad_norm_` computes it.
  package func clippingFactor(norm: Double) -> Float {
    guard let clippingNorm else { return 1 }
    return min(1, clippingNorm / (Float(norm) + 1e-6))
  }
}

/// What AdamW remembers of a model's gradients: the two running means, and the number of steps.
package final class AdamWState {
  package let settings: AdamW
  package private(set) var steps = 0
  package let means: Gradients
  package let variances: Gradients
  /// The rows of each table that ever had a gradient, by the table's place; nil for all.
  private var activeRows: [[Bool]?]

  package init(table: ParameterTable, settings: AdamW) {
    self.settings = settings
    means = Gradients(table: table)
    variances = Gradients(table: table)
    activeRows = table.entries.map { _ in nil }
  }

  /// Goes on after so many steps, whose means the caller has filled in.
  package func restore(steps: Int) { self.steps = steps }

  /// Changes the parameters against the gradients.
  ///
  /// - Parameter rate: the learning rate of this step.
  package func step(_ parameters: inout Parameters, along gradients: Gradients, rate: Float) {
    let step = nextStep(norm: gradients.norm, rate: rate)
    parameters.withAllMutableElements { weights in
      let update = AdamWUpdate(step, self, gradients, weights)
      for piece in update.pieces { _ = update.run(piece) }
    }
  }

  /// The same with the gradients of a batch, for the caller to carry out on its threads.
  ///
  /// - Parameters:
  ///   - norm: of all gradients together.
  ///   - packed: matrices that have gradients, means and new weights in their own state.
  ///   - body: is given the update, and must run each of its pieces once.
  package func step<R, E: Error>(
    _ parameters: inout Parameters, along batch: BatchGradients, norm: Double, rate: Float,
    masks: ParameterMasks, packed: [ParameterID: PackedMatrixState] = [:],
    _ body: (AdamWUpdate) throws(E) -> R
  ) throws(E) -> R {
    let step = nextStep(norm: norm, rate: rate)
    for id in parameters.table.ids { noteRows(of: id, batch) }
    return try parameters.withAllMutableElements { (weights) throws(E) in
      try body(AdamWUpdate(step, self, batch.gradients, weights, masks, activeRows, packed))
    }
  }

  private func nextStep(norm: Double, rate: Float) -> adamw_step {
    steps += 1
    return adamw_step(
      rate: rate, beta1: Float(settings.beta1), beta2: Float(settings.beta2),
      epsilon: settings.epsilon,
      decay: settings.weightDecay,
      correction1: Float(1 - pow(settings.beta1, Double(steps))),
      correction2: Float(1 - pow(settings.beta2, Double(steps))),
      gradient_scale: settings.clippingFactor(norm: norm))
  }

  /// Without decay a row whose means and gradient are zero stays as it is, to the bit: most of a
  /// vocabulary never occurs in a task's texts.
  private func noteRows(of id: ParameterID, _ batch: BatchGradients) {
    guard settings.weightDecay == 0, let touched = batch.touchedRows(of: id) else {
      activeRows[id.index] = nil
      return
    }
    var active = activeRows[id.index].take() ?? rowsWithVariance(of: id)
    for row in touched { active[row] = true }
    activeRows[id.index] = active
  }

  private func rowsWithVariance(of id: ParameterID) -> [Bool] {
    let (mean, variance) = (means[id], variances[id])
    return (0..<mean.rows).map { row in
      mean.row(row).contains { $0 != 0 } || variance.row(row).contains { $0 != 0 }
    }
  }
}
