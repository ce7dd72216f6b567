import Experiments
import Synchronization
import Tensors
import Transformers

/// The tokens as they enter the blocks of a dense model, kept for later passes over the same batch
/// in which only later blocks have changed.
///
/// What is kept is what was computed, bit by bit, so a pass gives the same whether it begins in
/// memory or not. Several threads may use a store at once. A new one keeps nothing.
package final class ActivationStore: Sendable {
  /// An input that the model is given again and again.
  struct Input: Sendable, Hashable {
    var batch: Range<Int>
    /// Which of the passes over the batch, where there are several.
    var part = 0
  }

  private let contents = Mutex(Contents())

  package init() {}

  /// Sets how much may be kept; what is beyond it is given up.
  ///
  /// - Parameters:
  ///   - bytes: 0 keeps nothing.
  ///   - starts: the blocks from which passes are expected to start; nil where it may be any.
  package func reserve(_ bytes: Int, for starts: Set<Int>? = nil) {
    contents.withLock {
      $0.use.budget = bytes
      $0.starts = starts
      $0.modelBlocks = 0
      $0.makeRoom(for: 0, insteadOf: 0)
    }
  }

  /// What is kept, and what it has saved so far.
  package var use: ActivationUse { contents.withLock { $0.use } }

  /// What a pass over a batch may take and leave; nil where nothing is kept.
  ///
  /// - Parameters:
  ///   - part: which of the passes over the batch, where there are several.
  ///   - unchangedBlocks: how many of the first blocks have all their weights.
  func memory(
    of batch: Range<Int>, part: Int = 0, unchangedBlocks: Int
  ) -> (any ActivationMemory)? {
    guard use.budget > 0 else { return nil }
    return Access(
      store: self, input: Input(batch: batch, part: part), unchangedBlocks: unchangedBlocks)
  }

  private struct Access: ActivationMemory {
    let store: ActivationStore
    let input: Input
    let unchangedBlocks: Int

    func start(of blocks: Int) -> (block: Int, states: Tensor)? {
      store.contents.withLock { contents in
        let start = contents.latest(of: input, upTo: min(unchangedBlocks, blocks - 1))
        contents.use.blocks += blocks
        contents.use.reusedBlocks += start?.block ?? 0
        return start
      }
    }

    func offer(_ states: Matrix, entering block: Int, of blocks: Int) {
      guard block > 0, block <= unchangedBlocks else { return }
      store.keep(states, of: input, entering: block, of: blocks)
    }
  }

  /// Keeps a copy of states where there is room for them, or where states that enter a less useful
  /// block can make room.
  private func keep(_ states: Matrix, of input: Input, entering block: Int, of blocks: Int) {
    let bytes = 4 * states.count
    let hasRoom = contents.withLock { contents -> Bool in
      contents.setPriorities(blocks: blocks)
      guard contents.states[block]?[input] == nil,
        let rank = contents.priorities.firstIndex(of: block),
        contents.makeRoom(for: bytes, insteadOf: rank + 1)
      else { return false }
      contents.use.bytes += bytes
      return true
    }
    guard hasRoom else { return }
    // The room is taken; copying needs no lock.
    let copy = Tensor(copying: states)
    contents.withLock { contents in
      if contents.states[block, default: [:]].updateValue(copy, forKey: input) != nil {
        contents.use.bytes -= bytes
      } else {
        contents.blockBytes[block, default: 0] += bytes
      }
    }
  }

  /// The blocks in front of which states are worth keeping, the most useful first: each of them
  /// saves, of all that are left, the most blocks to passes that start at `starts`, beyond what those
  /// before it save.
  static func priorities(blocks: Int, starts: some Collection<Int>) -> [Int] {
    var chosen: [Int] = []
    var saved = Dictionary(starts.map { ($0, 0) }, uniquingKeysWith: { first, _ in first })
    func gain(_ block: Int) -> Int {
      saved.reduce(0) { $0 + ($1.key >= block ? max(0, block - $1.value) : 0) }
    }
    while true {
      let best = (1..<max(blocks, 1)).map { (gain: gain($0), block: $0) }.max { $0 < $1 }
      guard let best, best.gain > 0 else { return chosen }
      chosen.append(best.block)
      for start in saved.keys where start >= best.block {
        saved[start] = max(saved[start] ?? 0, best.block)
      }
    }
  }
}

/// What an `ActivationStore` guards.
private struct Contents {
  var use = ActivationUse(bytes: 0, budget: 0, blocks: 0, reusedBlocks: 0)
  var starts: Set<Int>?
  /// By the block that they enter, then by input.
  var states: [Int: [ActivationStore.Input: Tensor]] = [:]
  var blockBytes: [Int: Int] = [:]
  /// The blocks in front of which states are worth keeping, the most useful first, of a model of so
  /// many blocks.
  private(set) var priorities: [Int] = []
  var modelBlocks = 0

  mutating func setPriorities(blocks: Int) {
    guard modelBlocks != blocks else { return }
    modelBlocks = blocks
    priorities = ActivationStore.priorities(
      blocks: blocks, starts: starts ?? Set(1..<max(blocks, 2)))
  }

  /// The states that enter the latest block up to a given one for which there are any.
  func latest(
    of input: ActivationStore.Input, upTo block: Int
  ) -> (block: Int, states: Tensor)? {
    for block in stride(from: block, to: 0, by: -1) {
      if let states = states[block]?[input] { return (block, states) }
    }
    return nil
  }

  /// Gives up states, those of the least useful blocks first, but none of the first `rank` blocks.
  ///
  /// - Returns: whether there is room now; where it cannot be made nothing is given up.
  @discardableResult
  mutating func makeRoom(for bytes: Int, insteadOf rank: Int) -> Bool {
    guard use.bytes + bytes > use.budget else { return true }
    let candidates = priorities.dropFirst(rank).reversed()
    let removable = candidates.reduce(0) { $0 + (blockBytes[$1] ?? 0) }
    guard use.bytes + bytes - removable <= use.budget else { return false }
    for block in candidates {
      while use.bytes + bytes > use.budget, let (input, tensor) = states[block]?.first {
        states[block]?[input] = nil
        blockBytes[block, default: 0] -= 4 * tensor.count
        use.bytes -= 4 * tensor.count
      }
    }
    return true
  }
}
