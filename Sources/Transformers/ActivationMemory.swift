import Tensors

/// What a pass may take from earlier passes over the same input, and leave for later ones: the
/// tokens as they enter a block, [tokens, width].
package protocol ActivationMemory: Sendable {
  /// Where a pass over a model of so many blocks can begin; nil where that is the first block.
  func start(of blocks: Int) -> (block: Int, states: Tensor)?

  /// Offers the tokens as they enter a block; what is to be kept of them must be copied.
  func offer(_ states: Matrix, entering block: Int, of blocks: Int)
}
