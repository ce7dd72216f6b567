/// Sums over per-example scores, and what kind of scores they are.
struct ScoreMoments {
  var count = 0
  /// Σx.
  var sum = 0.0
  /// Σx².
  var squares = 0.0
  /// Every score is 0 or 1: right or wrong.
  var areBinary = true
  /// Every score is in `0...1`, as the F1 of an answer is.
  var areShares = true

  init(_ scores: some Sequence<Float>) {
    for score in scores {
      let value = Double(score)
      count += 1
      sum += value
      squares += value * value
      areBinary = areBinary && (value == 0 || value == 1)
      areShares = areShares && value >= 0 && value <= 1
    }
  }

  var mean: Double? { count == 0 ? nil : sum / Double(count) }
}
