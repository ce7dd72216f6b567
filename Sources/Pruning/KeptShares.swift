import Experiments

/// Shares the weights that random pruning keeps out over the matrices.
///
/// Uniform keeps in proportion to a matrix's weights n; ERK in proportion to n_in + n_out, so that
/// its density is ε(n_in + n_out)/(n_in · n_out), at most 1, with the one ε that gives the total.
/// Counts are rounded as Sainte-Laguë's method does: the next weight goes to the matrix with the
/// largest proportion/(2·kept + 1). The total is exact, each count is within one of its share, and
/// raising the total never lowers a count, so that masks stay nested over the sparsity; rounding
/// each share and mending the remainder has neither of the last two.
/// Source for ERK: Evci et al., "Rigging the lottery" (2020), section 3.
struct KeptShares {
  private let proportions: [Int]
  private let capacities: [Int]

  init(_ matrices: [MatrixDescription], _ allocation: RandomAllocation) {
    capacities = matrices.map(\.weights)
    switch allocation {
    case .uniform: proportions = capacities
    case .erk: proportions = matrices.map { $0.shape.reduce(0, +) }
    }
  }

  /// How many weights each matrix keeps when `total` are kept in all.
  func counts(total: Int) -> [Int] {
    let scale = scale(total: total)
    var kept = zip(proportions, capacities).map { proportion, capacity in
      min(Int((scale * Double(proportion)).rounded()), capacity)
    }
    var missing = total - kept.reduce(0, +)
    // The rounded counts are off by a few at most; from there the method goes weight by weight.
    while true {
      let next = nextToGain(kept)
      let last = lastToHaveGained(kept)
      if missing > 0, let next {
        kept[next] += 1
        missing -= 1
      } else if missing < 0, let last {
        kept[last] -= 1
        missing += 1
      } else if let next, let last, next != last,
        isEarlier(next, kept[next], than: last, kept[last] - 1)
      {
        kept[next] += 1
        kept[last] -= 1
      } else {
        return kept
      }
    }
  }

  /// The ε for which the shares, none above its capacity, add up to the total.
  private func scale(total: Int) -> Double {
    // Matrices fill up in the order of capacity / proportion.
    let order = capacities.indices.filter { proportions[$0] > 0 }
      .sorted { capacities[$0] * proportions[$1] < capacities[$1] * proportions[$0] }
    var rest = Double(total)
    var open = order.reduce(0) { $0 + Double(proportions[$1]) }
    for index in order {
      let (proportion, capacity) = (Double(proportions[index]), Double(capacities[index]))
      if rest / open * proportion <= capacity { return rest / open }
      rest -= capacity
      open -= proportion
    }
    return order.last.map { Double(capacities[$0]) / Double(proportions[$0]) } ?? 0
  }

  private func nextToGain(_ kept: [Int]) -> Int? {
    kept.indices.filter { kept[$0] < capacities[$0] }
      .min { isEarlier($0, kept[$0], than: $1, kept[$1]) }
  }

  private func lastToHaveGained(_ kept: [Int]) -> Int? {
    kept.indices.filter { kept[$0] > 0 }
      .max { isEarlier($0, kept[$0] - 1, than: $1, kept[$1] - 1) }
  }

  /// Whether matrix `a`, having `x` weights, gains its next before `b`, having `y`.
  private func isEarlier(_ a: Int, _ x: Int, than b: Int, _ y: Int) -> Bool {
    let left = proportions[a].multipliedFullWidth(by: 2 * y + 1)
    let right = proportions[b].multipliedFullWidth(by: 2 * x + 1)
    return left == right ? a < b : left > right
  }
}
