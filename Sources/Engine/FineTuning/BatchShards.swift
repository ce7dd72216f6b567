/// How the work on one batch is divided: by whole sequences, in a way that does not depend on the
/// number of workers.
struct BatchShards: Sendable {
  /// Passes that follow each other, each cut into shards that run at the same time.
  let passes: [[[Int]]]

  /// The most shards of a pass.
  static let limit = 16
  /// Tokens of a shard at least, where there is a choice: fewer make the products slow.
  private static let tokensOfShard = 128
  /// Tokens of a pass at most, where there is a choice: the activations of all of them are kept.
  private static let tokensOfPass = 2048

  /// - Parameters:
  ///   - batch: examples.
  ///   - lengths: the tokens of every example.
  init(_ batch: [Int], lengths: [Int]) {
    var groups: [[Int]] = []
    var tokens = 0
    for example in batch {
      if groups.isEmpty || tokens + lengths[example] > Self.tokensOfPass {
        groups.append([])
        tokens = 0
      }
      groups[groups.count - 1].append(example)
      tokens += lengths[example]
    }
    passes = groups.map { Self.shards(of: $0, lengths: lengths) }
  }

  /// Divides a pass into a power of two of shards with about as many tokens each.
  private static func shards(of group: [Int], lengths: [Int]) -> [[Int]] {
    let total = group.reduce(0) { $0 + lengths[$1] }
    var count = 1
    while 2 * count <= min(limit, group.count), total >= 2 * count * tokensOfShard { count *= 2 }
    var shards: [[Int]] = []
    var tokens = 0
    for (index, example) in group.enumerated() {
      // A new shard where the last has its share, or where each of the rest must be one.
      let isFull = tokens * count >= shards.count * total
      let rest = group.count - index
      if shards.isEmpty || shards.count < count && (isFull || rest <= count - shards.count) {
        shards.append([])
      }
      shards[shards.count - 1].append(example)
      tokens += lengths[example]
    }
    return shards
  }
}
