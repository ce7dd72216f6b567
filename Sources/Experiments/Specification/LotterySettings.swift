/// How lottery tickets are drawn: iterative magnitude pruning with rewinding.
package struct LotterySettings: Sendable, Hashable, Codable {
  /// Of what `portion` is a share.
  package enum Base: String, Sendable, Hashable, Codable, CaseIterable {
    /// Of all prunable weights: ten rounds of a tenth prune everything.
    case original
    /// Of the weights that the last round has left.
    case remaining
  }

  package var rounds = 9
  /// The share of the weights that each round removes.
  package var portion = 0.1
  package var of = Base.original
  /// Epochs of training in each round; nil for the task's recipe.
  package var epochsPerRound: Double?
  /// The step of the dense training to whose weights each round goes back; 0 for the pre-trained
  /// weights.
  package var rewindStep = 0

  package init() {}

  /// The sparsity of the ticket that a round draws; round 0 is the dense model.
  package func level(afterRound round: Int) -> SparsityLevel {
    switch of {
    case .original: return SparsityLevel(min(Double(round) * portion, 1))
    case .remaining:
      var density = 1.0
      for _ in 0..<round { density *= 1 - portion }
      return SparsityLevel(1 - density)
    }
  }
}
