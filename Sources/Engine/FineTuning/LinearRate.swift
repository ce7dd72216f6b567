import Foundation

/// A learning rate that rises from 0 in a straight line, then falls to 0 in another.
///
/// Source: transformers' `get_linear_schedule_with_warmup`.
package struct LinearRate: Sendable, Hashable {
  package var peak: Double
  package var warmupSteps: Int
  package var steps: Int

  /// - Parameter warmupRatio: the share of the steps in which the rate rises, rounded up.
  package init(peak: Double, warmupRatio: Double, steps: Int) {
    self.peak = peak
    self.steps = steps
    warmupSteps = Int((Double(steps) * warmupRatio).rounded(.up))
  }

  /// The rate of a step, counted from 0.
  package func rate(at step: Int) -> Double {
    if step < warmupSteps { return peak * Double(step) / Double(max(1, warmupSteps)) }
    return peak * max(0, Double(steps - step) / Double(max(1, steps - warmupSteps)))
  }
}
