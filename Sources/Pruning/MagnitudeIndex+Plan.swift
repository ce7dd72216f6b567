import Experiments

extension MagnitudeIndex: PruningPreview {
  /// The exact counts and thresholds of a request.
  ///
  /// - Magnitude, global: round(s·N) weights, halves to even, N over the included matrices; of
  ///   equal magnitudes the first by matrix order and flat index go first. All included matrices
  ///   have the same threshold, whether it removes anything from them or not.
  /// - Magnitude, per matrix: round(s·n) of each.
  /// - Random: round(s·N) in all, shared out by `KeptShares`.
  /// - N:M: M − N of every group, where the width is a multiple of M.
  package func plan(_ request: PruningRequest) -> PruningPlan {
    let included = matrices.indices.filter { !request.excluded.contains($0) }
    var plan = PruningPlan(
      request: request,
      pruned: [Int](repeating: 0, count: matrices.count),
      thresholds: [Float?](repeating: nil, count: matrices.count),
      ties: [Int](repeating: 0, count: matrices.count),
      included: included.reduce(0) { $0 + magnitudes[$1].count })
    switch request.method {
    case .magnitude(.global):
      remove(Self.rounded(request.sparsity, of: plan.included), smallestOf: included, in: &plan)
    case .magnitude(.matrix):
      for matrix in included {
        let count = Self.rounded(request.sparsity, of: magnitudes[matrix].count)
        remove(count, smallestOf: [matrix], in: &plan)
      }
    case .random(let allocation, _):
      let pruned = Self.rounded(request.sparsity, of: plan.included)
      let shares = KeptShares(included.map { matrices[$0] }, allocation)
      for (matrix, kept) in zip(included, shares.counts(total: plan.included - pruned)) {
        plan.pruned[matrix] = magnitudes[matrix].count - kept
      }
    case .nm(let groupSize):
      let removed = groupSize - Self.keptPerGroup(request.sparsity, groupSize: groupSize)
      for matrix in included {
        if matrices[matrix].shape[1].isMultiple(of: groupSize) {
          plan.pruned[matrix] = magnitudes[matrix].count / groupSize * removed
        } else {
          plan.skipped.append(matrix)
        }
      }
    }
    // The smallest go first, so that magnitude pruning takes the zeros before all else.
    plan.zeros = zip(plan.pruned, zeros).map(max)
    return plan
  }

  package func histogram(matrix: Int?, edges: [Float]) -> [Int] {
    if let matrix { return magnitudes[matrix].histogram(edges: edges) }
    var total = [Int](repeating: 0, count: max(edges.count - 1, 0))
    for distribution in magnitudes {
      for (bin, count) in distribution.histogram(edges: edges).enumerated() { total[bin] += count }
    }
    return total
  }

  package func maximum(matrix: Int?) -> Float {
    if let matrix { return magnitudes[matrix].maximum }
    return magnitudes.reduce(0) { max($0, $1.maximum) }
  }

  /// round(s · n), halves to even, as PyTorch's pruning has it.
  static func rounded(_ sparsity: Double, of count: Int) -> Int {
    let level = min(max(sparsity, 0), 1)
    return Int((level * Double(count)).rounded(.toNearestOrEven))
  }

  /// The N of N:M at a sparsity: round((1 − s) · M), halves to even.
  static func keptPerGroup(_ sparsity: Double, groupSize: Int) -> Int {
    rounded(1 - min(max(sparsity, 0), 1), of: groupSize)
  }

  /// Removes the `count` smallest magnitudes of some matrices taken together.
  private func remove(_ count: Int, smallestOf included: [Int], in plan: inout PruningPlan) {
    guard count > 0 else { return }
    let threshold = magnitude(ofRank: count, in: included)
    let below = included.map { magnitudes[$0].count(below: threshold) }
    var ties = count - below.reduce(0, +)
    for (matrix, below) in zip(included, below) {
      let equal = magnitudes[matrix].count(below: threshold.next) - below
      let tied = min(ties, equal)
      ties -= tied
      plan.pruned[matrix] = below + tied
      plan.ties[matrix] = tied
      plan.thresholds[matrix] = threshold.magnitude
    }
  }

  /// The `rank`th smallest magnitude of some matrices taken together, counted from 1.
  private func magnitude(ofRank rank: Int, in included: [Int]) -> MagnitudeKey {
    func countBelow(_ bits: UInt32) -> Int {
      included.reduce(0) { $0 + magnitudes[$1].count(below: MagnitudeKey(bits: bits)) }
    }
    // Fewer than `rank` weights lie below `low`, and at least so many below `high`.
    var low: UInt32 = 0
    var high = included.reduce(0) { max($0, magnitudes[$1].maximum.bitPattern) } + 1
    while high - low > 1 {
      let middle = low + (high - low) / 2
      if countBelow(middle) < rank { low = middle } else { high = middle }
    }
    return MagnitudeKey(bits: low)
  }
}
