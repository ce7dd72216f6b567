import Foundation

/// A learning rate that rises and falls once over a training (Smith and Topin 2018), each way along
/// half a cosine.
package struct OneCycleRate: Sendable, Hashable {
  package var peak: Float
  package var steps: Int
  /// The share of the steps in which the rate rises.
  package var rising = 0.3
  /// The first rate as a share of the peak.
  package var start = 0.04
  /// The last rate as a share of the peak.
  package var end = 4e-6

  package init(peak: Float, steps: Int) {
    self.peak = peak
    self.steps = steps
  }

  /// The rate of a step, counted from 0.
  package func rate(at step: Int) -> Float {
    let top = rising * Double(steps) - 1
    let last = Double(max(steps - 1, 1))
    let position = Double(step)
    let share =
      position <= top
      ? Self.between(start, 1, position / max(top, 1))
      : Self.between(1, end, (position - top) / max(last - top, 1))
    return Float(Double(peak) * share)
  }

  private static func between(_ first: Double, _ last: Double, _ progress: Double) -> Double {
    last + (first - last) / 2 * (1 + cos(.pi * min(max(progress, 0), 1)))
  }
}
