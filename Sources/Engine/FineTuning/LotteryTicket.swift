import Pruning
import Transformers

/// Finds the next mask of iterative magnitude pruning: of the weights that are kept still, the
/// smallest trained ones go.
///
/// Source: Frankle and Carbin, "The Lottery Ticket Hypothesis" (2019), section 1, and Chen et al.,
/// "The Lottery Ticket Hypothesis for Pre-trained BERT Networks" (2020).
package struct LotteryTicket: Sendable {
  package let mask: ModelMask

  /// - Parameters:
  ///   - trained: the weights that decide; what the mask has removed does not.
  ///   - mask: what is kept still; the new mask keeps a subset.
  ///   - sparsity: over all prunable weights. round(s · N), halves to even, are removed in all, or as
  ///     many as the mask has removed already; of equal magnitudes the first by matrix order and flat
  ///     index go first.
  package init(trained: Parameters, mask: ModelMask, sparsity: Double) {
    let level = min(max(sparsity, 0), 1)
    let wanted = Int((level * Double(mask.weights)).rounded(.toNearestOrEven))
    var entries = mask.entries
    let count = wanted - mask.removed
    guard count > 0 else {
      self.mask = mask
      return
    }
    let keys = entries.map { entry in
      trained[entry.id].elements.map { $0.magnitude.bitPattern }
    }
    let threshold = Self.key(ofRank: count, keys, entries)
    var ties = count - Self.kept(keys, entries) { $0 < threshold }
    for (place, keys) in keys.enumerated() {
      entries[place].mask.remove { index in
        guard keys[index] == threshold else { return keys[index] < threshold }
        ties -= 1
        return ties >= 0
      }
    }
    self.mask = ModelMask(entries: entries)
  }

  /// The `rank`th smallest key of the weights that are kept, counted from 1: by its upper half, then
  /// by its lower.
  private static func key(
    ofRank rank: Int, _ keys: [[UInt32]], _ entries: [ModelMask.Entry]
  ) -> UInt32 {
    var rank = rank
    func digit(_ include: (UInt32) -> Bool, _ shift: UInt32) -> UInt32 {
      var counts = [Int](repeating: 0, count: 1 << 16)
      for (keys, entry) in zip(keys, entries) {
        entry.mask.forEachKept { index in
          if include(keys[index]) { counts[Int(keys[index] >> shift & 0xffff)] += 1 }
        }
      }
      var value = 0
      while counts[value] < rank {
        rank -= counts[value]
        value += 1
      }
      return UInt32(value)
    }
    let upper = digit({ _ in true }, 16)
    return upper << 16 | digit({ $0 >> 16 == upper }, 0)
  }

  private static func kept(
    _ keys: [[UInt32]], _ entries: [ModelMask.Entry], _ include: (UInt32) -> Bool
  ) -> Int {
    var count = 0
    for (keys, entry) in zip(keys, entries) {
      entry.mask.forEachKept { if include(keys[$0]) { count += 1 } }
    }
    return count
  }
}
