/// How a pruned model's scores differ from the dense model's on the same examples.
///
/// The examples are the same at every sparsity, so what the two models agree on cancels, and a
/// drop of one point shows long before the two separate intervals part.
package struct PairedDifference: Sendable, Hashable, Codable {
  /// Examples that both models have seen.
  package var count: Int
  /// Mean of pruned − dense: negative where pruning costs something.
  package var mean: Double
  /// Wald's standard error of the mean, √(Σ(d − d̄)²)/n: 0 where all differences are equal, a
  /// certainty that the interval does not share.
  package var standardError: Double
  package var interval: Interval

  /// Compares two lists of scores over the prefix that both have.
  ///
  /// - Scores that are 0 or 1 get Tango's score interval. It keeps its coverage when few examples
  ///   are discordant: with none among n it reaches z²/(n + z²) to both sides.
  /// - Scores in `0...1` get Student's interval with two imagined examples added, one entirely won
  ///   and one entirely lost. For 0/1 scores that would be the interval of Bonett and Price
  ///   (J. Educ. Behav. Stat. 37 (2012), 479–488); it is there for the same reason.
  /// - Other scores, such as log-likelihoods, get Student's interval. There equal differences are
  ///   no accident of a small sample.
  ///
  /// - Returns: nil where nothing can be said: no example in common, or only one of the last kind.
  package init?(pruned: [Float], dense: [Float], confidence: Double = 0.95) {
    let count = min(pruned.count, dense.count)
    guard count > 0 else { return nil }
    let kinds = [ScoreMoments(pruned.prefix(count)), ScoreMoments(dense.prefix(count))]
    let moments = ScoreMoments(zip(pruned, dense).lazy.map { $0 - $1 })
    let n = Double(count)

    let interval: Interval?
    if kinds.allSatisfy(\.areBinary) {
      // Among differences of −1, 0 and 1 these two counts are all that the interval depends on.
      let gains = (moments.squares + moments.sum) / 2
      let losses = (moments.squares - moments.sum) / 2
      interval = .tango(gains: gains, losses: losses, pairs: count, confidence: confidence)
    } else if kinds.allSatisfy(\.areShares) {
      interval = Interval.student(
        sum: moments.sum, squares: moments.squares + 2, count: count + 2, confidence: confidence)?
        .clamped(to: -1...1)
    } else {
      interval = .student(
        sum: moments.sum, squares: moments.squares, count: count, confidence: confidence)
    }
    guard let interval else { return nil }

    self.count = count
    self.mean = moments.sum / n
    self.standardError = max(moments.squares - moments.sum * moments.sum / n, 0).squareRoot() / n
    self.interval = interval
  }
}

extension Interval {
  /// The score interval of a difference of two paired proportions.
  ///
  /// - Parameters:
  ///   - gains: pairs in which only the first of the two is right (Tango's b).
  ///   - losses: pairs in which only the second is (Tango's c).
  ///   - pairs: all pairs, the concordant ones included.
  /// - Returns: the differences Δ whose score statistic lies within ±z.
  ///
  /// Source: Tango, "Equivalence test and confidence interval for the difference in proportions
  /// for the paired-sample design", Statistics in Medicine 17 (1998), 891–908.
  package static func tango(
    gains: Double, losses: Double, pairs: Int, confidence: Double = 0.95
  ) -> Interval {
    precondition(pairs > 0, "a paired difference needs at least one pair")
    let n = Double(pairs)
    let z = Quantile.normal(confidence: confidence)

    /// Whether Δ lies further below (or above) the estimate than z standard errors, the standard
    /// error being taken with the nuisance probability that is likeliest under Δ.
    func isRejected(_ delta: Double) -> Bool {
      let a = 2 * n
      let b = (a - gains + losses) * delta - gains - losses
      let c = -losses * delta * (1 - delta)
      let nuisance = (max(b * b - 4 * a * c, 0).squareRoot() - b) / (2 * a)
      let variance = n * (2 * nuisance + delta * (1 - delta))
      let distance = gains - losses - n * delta
      return distance * distance > z * z * max(variance, 0)
    }

    /// Halves the way from a Δ that holds to one that may not, until a double has no more digits.
    func bound(towards end: Double) -> Double {
      var inside = (gains - losses) / n
      var outside = end
      guard isRejected(outside) else { return outside }
      for _ in 0..<52 {
        let middle = (inside + outside) / 2
        if isRejected(middle) { outside = middle } else { inside = middle }
      }
      return inside
    }
    return Interval(low: bound(towards: -1), high: bound(towards: 1), confidence: confidence)
  }
}
