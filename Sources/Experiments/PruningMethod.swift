/// Over which weights one magnitude threshold is taken.
package enum PruningScope: String, Sendable, Hashable, Codable, CaseIterable {
  /// One threshold over all prunable matrices taken together: the paper's one-shot pruning.
  case global
  /// One threshold for each matrix, so that every matrix reaches the same sparsity.
  case matrix
}

/// How random pruning shares the sparsity out over the matrices.
package enum RandomAllocation: String, Sendable, Hashable, Codable, CaseIterable {
  /// The same sparsity in every matrix.
  case uniform
  /// Erdős–Rényi kernel: density proportional to (n_in + n_out) / (n_in · n_out), clipped to 1.
  case erk
}

/// N:M semi-structured sparsity: of each `m` consecutive weights along the input dimension at most
/// `n` are kept.
package struct NMPattern: Sendable, Hashable, Codable {
  /// Weights kept in each group, `0...m`.
  package var n: Int
  /// Weights in a group, at least 1.
  package var m: Int

  package init(n: Int, m: Int) {
    precondition(m >= 1 && (0...m).contains(n), "N:M needs 0 ≤ N ≤ M and M ≥ 1")
    self.n = n
    self.m = m
  }

  /// Reads `"2:4"`; nil when the text is not two integers with 0 ≤ N ≤ M and M ≥ 1.
  package init?(_ text: String) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, let n = Int(parts[0]), let m = Int(parts[1]), m >= 1, (0...m) ~= n
    else { return nil }
    self.init(n: n, m: m)
  }

  /// The sparsity that the pattern gives where the width is a multiple of `m`.
  package var sparsity: Double { 1 - Double(n) / Double(m) }
}

extension NMPattern: CustomStringConvertible {
  package var description: String { "\(n):\(m)" }
}

/// The rule by which weights are chosen for removal.
package enum PruningMethod: Sendable, Hashable, Codable {
  /// The smallest magnitudes go first.
  case magnitude(PruningScope)
  /// Seeded random choice; the masks of one seed are nested.
  case random(RandomAllocation, seed: UInt64)
  /// The smallest magnitudes of each group of `m` along the input dimension; the level decides how
  /// many of each group stay: N = round((1 − s) · m).
  case nm(groupSize: Int)
}

/// What to prune: a method, a level, and the matrices that are left dense.
package struct PruningRequest: Sendable, Hashable, Codable {
  package var method: PruningMethod
  /// The share of the weights of all included matrices to remove, in `0...1`.
  package var sparsity: Double
  /// Indices of the matrices that are taken out of the pruning.
  package var excluded: Set<Int>

  package init(method: PruningMethod, sparsity: Double, excluded: Set<Int> = []) {
    self.method = method
    self.sparsity = sparsity
    self.excluded = excluded
  }
}
