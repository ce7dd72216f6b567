/// How much two masks of one model have in common.
///
/// Source: section 5 of the paper, which compares the masks of one-shot pruning with those of
/// lottery tickets by their cosine.
package struct MaskSimilarity: Sendable, Hashable {
  /// What two masks of one matrix, or of several taken as one vector, keep.
  package struct Counts: Sendable, Hashable {
    package var weights = 0
    package var keptByFirst = 0
    package var keptBySecond = 0
    package var keptByBoth = 0
  }

  /// Of each matrix, in the order in which they were given.
  package let matrices: [Counts]
  /// Of all matrices as one vector.
  package let overall: Counts

  /// Compares masks matrix by matrix; both lists must be of the same matrices.
  package init(_ first: [Mask], _ second: [Mask]) {
    precondition(first.count == second.count, "\(first.count) masks against \(second.count)")
    matrices = zip(first, second).map(Counts.init)
    overall = matrices.reduce(into: Counts()) { sum, counts in
      sum.weights += counts.weights
      sum.keptByFirst += counts.keptByFirst
      sum.keptBySecond += counts.keptBySecond
      sum.keptByBoth += counts.keptByBoth
    }
  }
}

extension MaskSimilarity.Counts {
  fileprivate init(_ first: Mask, _ second: Mask) {
    precondition(first.count == second.count, "\(first.count) weights against \(second.count)")
    self.init(
      weights: first.count, keptByFirst: first.kept, keptBySecond: second.kept,
      keptByBoth: zip(first.words, second.words).reduce(0) { $0 + ($1.0 & $1.1).nonzeroBitCount })
  }

  /// The cosine of the masks as vectors of 0 and 1, 1 being kept; nil where one keeps nothing.
  package var cosine: Double? {
    let product = Double(keptByFirst) * Double(keptBySecond)
    return product == 0 ? nil : Double(keptByBoth) / product.squareRoot()
  }

  /// The cosine that two random masks of the same sizes have on average: √(density₁ · density₂), which
  /// is 1 − s for two masks of sparsity s. Nil where one keeps nothing.
  package var randomCosine: Double? {
    guard weights > 0, keptByFirst > 0, keptBySecond > 0 else { return nil }
    return (Double(keptByFirst) * Double(keptBySecond)).squareRoot() / Double(weights)
  }

  /// The Jaccard index of the pruned sets: |both| / |either|; nil where neither prunes anything.
  package var prunedJaccard: Double? {
    let either = weights - keptByBoth
    let both = weights - (keptByFirst + keptBySecond - keptByBoth)
    return either == 0 ? nil : Double(both) / Double(either)
  }
}
