import CKernels
import Glibc
import Tensors

/// The settings of AdamW (Loshchilov and Hutter 2019), named as in PyTorch.
package struct AdamW: Sendable, Hashable {
  package var beta1 = 0.9
  package var beta2 = 0.999
  package var epsilon: Float = 1e-8
  /// Decoupled weight decay, applied to every parameter.
  package var weightDecay: Float = 0.01
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
  private let means: Gradients
  private let variances: Gradients

  package init(table: ParameterTable, settings: AdamW) {
    self.settings = settings
    means = Gradients(table: table)
    variances = Gradients(table: table)
  }

  /// Changes the parameters against the gradients.
  ///
  /// - Parameter rate: the learning rate of this step.
  package func step(_ parameters: inout Parameters, along gradients: Gradients, rate: Float) {
    steps += 1
    var step = adamw_step(
      rate: rate, beta1: Float(settings.beta1), beta2: Float(settings.beta2),
      epsilon: settings.epsilon,
      decay: settings.weightDecay,
      correction1: Float(1 - pow(settings.beta1, Double(steps))),
      correction2: Float(1 - pow(settings.beta2, Double(steps))),
      gradient_scale: settings.clippingFactor(norm: gradients.norm))
    for id in parameters.table.ids {
      let (gradient, mean, variance) = (gradients[id], means[id], variances[id])
      parameters.withMutableElements(of: id) { weights in
        elementwise_adamw(
          &step, gradient.base, weights.baseAddress, mean.base, variance.base, weights.count)
      }
    }
  }
}
