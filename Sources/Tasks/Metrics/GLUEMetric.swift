/// An official metric of GLUE, over predictions and targets of the same examples.
///
/// The raw values are the names that Hugging Face's `evaluate` gives them.
package enum GLUEMetric: String, Sendable, Hashable, CaseIterable {
  case accuracy
  /// Of the second class, which is the positive one.
  case f1
  case matthews = "matthews_correlation"
  case pearson
  case spearman = "spearmanr"

  /// The metric's value as a share, or as a correlation from -1 to 1.
  package func value(of predictions: [Double], against targets: [Double]) -> Double {
    precondition(predictions.count == targets.count, "a prediction for each target")
    return switch self {
    case .accuracy: Self.accuracy(predictions, targets)
    case .f1: Confusion(predictions, targets).f1
    case .matthews: Confusion(predictions, targets).matthewsCorrelation
    case .pearson: Correlation.pearson(predictions, targets)
    case .spearman: Correlation.spearman(predictions, targets)
    }
  }

  private static func accuracy(_ predictions: [Double], _ targets: [Double]) -> Double {
    guard !targets.isEmpty else { return 0 }
    return Double(zip(predictions, targets).count { $0 == $1 }) / Double(targets.count)
  }
}

/// The four counts of a decision between two classes, 1 being the positive one.
private struct Confusion {
  var truePositives = 0.0
  var falsePositives = 0.0
  var trueNegatives = 0.0
  var falseNegatives = 0.0

  init(_ predictions: [Double], _ targets: [Double]) {
    for (prediction, target) in zip(predictions, targets) {
      switch (prediction == 1, target == 1) {
      case (true, true): truePositives += 1
      case (true, false): falsePositives += 1
      case (false, true): falseNegatives += 1
      case (false, false): trueNegatives += 1
      }
    }
  }

  /// 0 where nothing is positive and nothing was said to be, as scikit-learn has it.
  var f1: Double {
    let sum = 2 * truePositives + falsePositives + falseNegatives
    return sum == 0 ? 0 : 2 * truePositives / sum
  }

  /// 0 where all predictions or all targets are the same, as scikit-learn has it.
  var matthewsCorrelation: Double {
    let product =
      (truePositives + falsePositives) * (truePositives + falseNegatives)
      * (trueNegatives + falsePositives) * (trueNegatives + falseNegatives)
    guard product > 0 else { return 0 }
    return (truePositives * trueNegatives - falsePositives * falseNegatives)
      / product.squareRoot()
  }
}

/// Correlation coefficients.
///
/// Where one side is constant they are not defined (SciPy: not a number); 0 is given then, so that
/// a model that says always the same counts as one that knows nothing.
private enum Correlation {
  static func pearson(_ x: [Double], _ y: [Double]) -> Double {
    guard let firstX = x.first, let firstY = y.first, x.contains(where: { $0 != firstX }),
      y.contains(where: { $0 != firstY })
    else { return 0 }
    let (meanX, meanY) = (x.reduce(0, +) / Double(x.count), y.reduce(0, +) / Double(y.count))
    var (xy, xx, yy) = (0.0, 0.0, 0.0)
    for (x, y) in zip(x, y) {
      let (dx, dy) = (x - meanX, y - meanY)
      xy += dx * dy
      xx += dx * dx
      yy += dy * dy
    }
    return max(-1, min(1, xy / (xx.squareRoot() * yy.squareRoot())))
  }

  static func spearman(_ x: [Double], _ y: [Double]) -> Double { pearson(ranks(x), ranks(y)) }

  /// The rank of each value, from 1; equal values share the mean of their ranks.
  private static func ranks(_ values: [Double]) -> [Double] {
    let order = values.indices.sorted { values[$0] < values[$1] }
    var ranks = [Double](repeating: 0, count: values.count)
    var start = 0
    while start < order.count {
      var end = start + 1
      while end < order.count, values[order[end]] == values[order[start]] { end += 1 }
      for index in order[start..<end] { ranks[index] = Double(start + 1 + end) / 2 }
      start = end
    }
    return ranks
  }
}
