import Foundation

/// How the scores of a task are shown to a person.
///
/// Scores are always such that higher is better; a scale turns a mean score into the figure that
/// papers give. On a plot the best is on top for every scale, so that a curve falls where a model
/// gets worse, whatever the figure.
package enum MetricScale: String, Sendable, Hashable, Codable {
  /// A share of `0...1` such as accuracy or F1, shown in percent.
  case share
  /// The log-likelihood of a token in nats, shown as perplexity: exp(−score), the lower the better.
  case perplexity
}

extension MetricScale {
  /// The drop of the score that a tolerance means.
  ///
  /// - Parameter tolerance: for shares the drop itself, 0.01 being one point; for perplexity the
  ///   relative growth, 0.01 being a perplexity that is 1 % higher, which is ln 1.01 nats.
  package func drop(tolerance: Double) -> Double {
    switch self {
    case .share: tolerance
    case .perplexity: log(1 + tolerance)
    }
  }

  /// A tolerance with its unit: `1.0 points`, or `1.0 % of perplexity`.
  package func text(tolerance: Double) -> String {
    switch self {
    case .share: Percent.text(tolerance) + " points"
    case .perplexity: Percent.text(tolerance) + " % of perplexity"
    }
  }

  /// A mean score as it is shown: `96.0 %`, or the perplexity `8.14`.
  package func text(score: Double) -> String {
    switch self {
    case .share: Percent.text(score) + " %"
    case .perplexity: Self.text(perplexity: exp(-score))
    }
  }

  /// A perplexity with three significant digits, such as `8.14`, `812` or `3.20e9`.
  private static func text(perplexity: Double) -> String {
    switch perplexity {
    case ..<10: String(format: "%.2f", perplexity)
    case ..<100: String(format: "%.1f", perplexity)
    case ..<1_000_000: String(format: "%.0f", perplexity)
    default: perplexity.isFinite ? String(format: "%.2e", perplexity) : "∞"
    }
  }

  /// Why there is no turning point, in the units of the scale.
  ///
  /// - Parameter tolerance: as `drop(tolerance:)` takes it.
  package func text(_ doubt: TurningPointDoubt, tolerance: Double) -> String {
    switch doubt {
    case .denseAtChance(let mean, let chance):
      "the dense model, \(text(score: mean)), is at chance (\(text(score: chance)))"
    case .neverFalls(_, let level):
      switch self {
      case .share: doubt.description
      case .perplexity:
        "perplexity never grows by more than \(Percent.text(tolerance)) % up to \(level) %"
      }
    default: doubt.description
    }
  }
}
