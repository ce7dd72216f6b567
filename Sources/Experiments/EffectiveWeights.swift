/// The number of weights that carry a tensor's magnitude, N_eff = (Σ|w|)² / Σw², and the sparsity
/// that it suggests without any data.
///
/// N_eff is N where all magnitudes are equal and 1 where a single weight is not 0. Gaussian weights
/// have N_eff/N = 2/π, which suggests 36.3 %.
/// Source: arXiv 2509.25606.
package struct EffectiveWeights: Sendable, Hashable, Codable {
  /// N_eff.
  package var effective: Double
  /// N.
  package var count: Int

  /// - Parameters:
  ///   - magnitudes: Σ|w|.
  ///   - squares: Σw².
  ///   - count: how many weights the sums run over.
  /// - Returns: nil where all weights are 0, or there are none.
  package init?(magnitudes: Double, squares: Double, count: Int) {
    guard count > 0, squares > 0 else { return nil }
    effective = magnitudes * magnitudes / squares
    self.count = count
  }

  /// 1 − N_eff/N, `0...1`.
  package var sparsity: Double { max(0, 1 - effective / Double(count)) }
}
