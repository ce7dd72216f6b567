/// A confidence interval.
package struct Interval: Sendable, Hashable, Codable {
  package var low: Double
  package var high: Double
  /// How often such intervals cover the truth: 0.95 for a 95 % interval.
  package var confidence: Double

  package init(low: Double, high: Double, confidence: Double = 0.95) {
    self.low = low
    self.high = high
    self.confidence = confidence
  }

  package var width: Double { high - low }

  package func contains(_ value: Double) -> Bool { (low...high) ~= value }

  /// Clamps both ends to a range that the estimated quantity cannot leave.
  package func clamped(to range: ClosedRange<Double>) -> Interval {
    Interval(
      low: min(max(low, range.lowerBound), range.upperBound),
      high: min(max(high, range.lowerBound), range.upperBound),
      confidence: confidence)
  }
}

extension Interval {
  /// The score interval of a proportion: of `trials` examples, `successes` were right.
  ///
  /// Unlike p ± z·√(p(1 − p)/n) it keeps its coverage near 0 and 1 and is never of zero width.
  /// Source: Wilson, "Probable inference, the law of succession, and statistical inference",
  /// JASA 22 (1927), 209–212.
  package static func wilson(
    successes: Double, trials: Int, confidence: Double = 0.95
  ) -> Interval {
    precondition(trials > 0, "a proportion needs at least one trial")
    let n = Double(trials)
    let z = Quantile.normal(confidence: confidence)
    let proportion = successes / n
    let shrink = 1 / (1 + z * z / n)
    let centre = (proportion + z * z / (2 * n)) * shrink
    let spread = proportion * (1 - proportion) / n + z * z / (4 * n * n)
    let half = z * spread.squareRoot() * shrink
    return Interval(low: centre - half, high: centre + half, confidence: confidence)
      .clamped(to: 0...1)
  }

  /// Student's interval of a mean with the sample's variance: x̄ ± t·s/√n.
  ///
  /// - Parameters:
  ///   - sum: Σx over the sample.
  ///   - squares: Σx² over the sample.
  /// - Returns: nil for fewer than two values, of which no variance can be known.
  package static func student(
    sum: Double, squares: Double, count: Int, confidence: Double = 0.95
  ) -> Interval? {
    guard count > 1 else { return nil }
    let n = Double(count)
    let mean = sum / n
    let variance = max(squares - sum * mean, 0) / (n - 1)
    let t = Quantile.student(degrees: count - 1, confidence: confidence)
    let half = t * (variance / n).squareRoot()
    return Interval(low: mean - half, high: mean + half, confidence: confidence)
  }

  /// The interval of the mean of per-example scores: Wilson's where all of them are 0 or 1,
  /// Student's elsewhere, kept within `0...1` where the scores are.
  ///
  /// - Returns: nil where there are too few scores to know anything: none, or one that is neither
  ///   0 nor 1.
  package static func mean(of scores: [Float], confidence: Double = 0.95) -> Interval? {
    let moments = ScoreMoments(scores)
    guard moments.count > 0 else { return nil }
    if moments.areBinary {
      return wilson(successes: moments.sum, trials: moments.count, confidence: confidence)
    }
    let interval = student(
      sum: moments.sum, squares: moments.squares, count: moments.count, confidence: confidence)
    return moments.areShares ? interval?.clamped(to: 0...1) : interval
  }
}
