/// What is kept in memory of the dense model's activations, and what that has saved so far.
package struct ActivationUse: Sendable, Hashable, Codable {
  /// Bytes, and how many there may be; with a budget of 0 nothing is kept.
  package var bytes: Int
  package var budget: Int
  /// Computations of a block for a batch that all passes consist of, and those of them that came
  /// from memory.
  package var blocks: Int
  package var reusedBlocks: Int

  package init(bytes: Int, budget: Int, blocks: Int, reusedBlocks: Int) {
    self.bytes = bytes
    self.budget = budget
    self.blocks = blocks
    self.reusedBlocks = reusedBlocks
  }

  /// The share of block computations that came from memory.
  package var share: Double { blocks == 0 ? 0 : Double(reusedBlocks) / Double(blocks) }

  /// In words, such as `activations 201 of 512 MB, 43 % of blocks from memory`; nil where nothing may
  /// be kept.
  package var text: String? {
    guard budget > 0 else { return nil }
    func megabytes(_ bytes: Int) -> String {
      // A tenth for what is small, so that the embedded model's does not read as nothing.
      let tenths = (bytes + 50_000) / 100_000
      return bytes < 10_000_000 && tenths % 10 != 0
        ? "\(tenths / 10).\(tenths % 10)" : "\((bytes + 500_000) / 1_000_000)"
    }
    return "activations \(megabytes(bytes)) of \(megabytes(budget)) MB, "
      + "\(Percent.text(share, decimals: 0)) % of blocks from memory"
  }
}
