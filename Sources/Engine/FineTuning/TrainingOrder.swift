import Transformers

/// In which batches the examples of an epoch come.
///
/// Examples are shuffled, sorted by length within stretches of fifty batches, cut into batches, and
/// the batches are shuffled: those of one batch are about equally long, and yet every epoch has
/// others. The seed and the epoch decide all of it.
package struct TrainingOrder: Sendable {
  private let lengths: [Int]
  private let batchSize: Int
  private let groupsByLength: Bool
  private let seed: UInt64

  /// Batches within which examples are sorted; transformers' `get_length_grouped_indices` has the
  /// same.
  private static let stretch = 50

  /// - Parameter lengths: the tokens of each example.
  package init(lengths: [Int], batchSize: Int, groupsByLength: Bool, seed: UInt64) {
    self.lengths = lengths
    // A batch cannot have more than there is, and products of what it has do not overflow.
    self.batchSize = min(batchSize, max(1, lengths.count))
    self.groupsByLength = groupsByLength
    self.seed = seed
  }

  package var batchesPerEpoch: Int { (lengths.count + batchSize - 1) / batchSize }

  /// The batches of an epoch; the last that was cut may be smaller, wherever it comes.
  package func batches(ofEpoch epoch: Int) -> [[Int]] {
    var random = RandomStream(seed: seed, stream: UInt64(epoch))
    var order = Array(lengths.indices).shuffled(using: &random)
    guard groupsByLength else { return cut(order) }
    let size = Self.stretch * batchSize
    for start in stride(from: 0, to: order.count, by: size) {
      let range = start..<min(start + size, order.count)
      // Sorting is not stable, so the place decides between equals.
      let sorted = order[range].enumerated().sorted {
        (lengths[$0.element], $0.offset) < (lengths[$1.element], $1.offset)
      }
      order.replaceSubrange(range, with: sorted.map(\.element))
    }
    return cut(order).shuffled(using: &random)
  }

  private func cut(_ order: [Int]) -> [[Int]] {
    stride(from: 0, to: order.count, by: batchSize).map {
      Array(order[$0..<min($0 + batchSize, order.count)])
    }
  }
}
