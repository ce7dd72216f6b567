import Experiments

/// Raises the sparsity while a model is trained.
///
/// s(t) = s_f + (s_i − s_f)(1 − (t − t₀)/(t₁ − t₀))³.
/// Source: Zhu and Gupta, "To prune, or not to prune" (2017), equation 1.
package struct GradualPruning: Sendable, Hashable, Codable {
  package var initial = 0.0
  package var final: Double
  /// The steps between which the sparsity rises, counted from 0.
  package var start: Int
  package var end: Int
  /// Steps from one pruning to the next.
  package var every: Int

  package init(initial: Double = 0, final: Double, start: Int, end: Int, every: Int) {
    precondition(start <= end && every > 0, "steps \(start) to \(end), every \(every)")
    self.initial = initial
    self.final = final
    self.start = start
    self.end = end
    self.every = every
  }

  /// The sparsity to prune to before a step; nil where nothing is pruned then.
  package func sparsity(before step: Int) -> Double? {
    guard step >= start, step <= end else { return nil }
    guard (step - start).isMultiple(of: every) || step == end else { return nil }
    guard end > start else { return final }
    let rest = 1 - Double(step - start) / Double(end - start)
    return final + (initial - final) * rest * rest * rest
  }
}
