extension GLUEDataset {
  /// How good a prediction is, from 0 to 1: right or wrong; for STS-B 1 − |error| / 5, since a
  /// correlation is not a mean over examples.
  package func score(_ prediction: Double, of example: Int) -> Double {
    let target = examples[example].target
    guard task == .stsb else { return prediction == target ? 1 : 0 }
    return max(0, 1 - abs(prediction - target) / GLUETask.largestSimilarity)
  }

  /// The mean score of always guessing the most frequent class; nil for STS-B, which has none.
  package var chance: Double? {
    guard task != .stsb else { return nil }
    let targets = examples.map(\.target).sorted()
    let counts = Dictionary(grouping: targets, by: \.self).mapValues(\.count)
    guard let guess = targets.max(by: { counts[$0, default: 0] < counts[$1, default: 0] }) else {
      return nil
    }
    return examples.indices.reduce(0) { $0 + score(guess, of: $1) } / Double(examples.count)
  }

  /// The official metrics by name, over predictions of the first examples.
  package func metrics(_ predictions: [Double]) -> [String: Double] {
    let targets = examples.prefix(predictions.count).map(\.target)
    return Dictionary(
      uniqueKeysWithValues: task.metrics.map {
        ($0.rawValue, $0.value(of: predictions, against: targets))
      })
  }
}
