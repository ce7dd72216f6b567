/// Redraws the examples with replacement and recomputes the drop at every level from the same draw.
///
/// Source: Efron, "Bootstrap methods: another look at the jackknife", Ann. Stat. 7 (1979), 1–26.
/// Two things are added to it:
/// - Beyond `maximumGroups` examples, every so-manyth example forms a group, and groups are drawn.
///   For a mean the spread is the same and the cost no longer grows.
/// - Where the scores are shares, two imagined examples are put in the urn, one lost and one won at
///   every pruned level, as in `PairedDifference`. A plain bootstrap of examples that all agree
///   knows of no other outcome and would give an interval of zero width.
struct PairedBootstrap {
  static let maximumGroups = 512

  /// Mean of dense − pruned at each level.
  let drops: [Double]

  /// Rows of the urn: for each group the sums of the drops at each level, then the examples behind
  /// them, once for each different number of examples; `lanes` vectors a row.
  private let urn: [SIMD8<Float>]
  private let lanes: Int
  private let rows: Int
  /// For each level, the column that counts its examples.
  private let countColumns: [Int]
  private var sums: [SIMD8<Float>]

  /// - Parameters:
  ///   - dense: the dense model's scores.
  ///   - pruned: the scores at each level, each over a prefix of the same examples and not empty.
  init(dense: [Float], pruned: [[Float]]) {
    let counts = pruned.map { min($0.count, dense.count) }
    let distinct = Set(counts).sorted()
    let groups = min(dense.count, Self.maximumGroups)
    let areShares = (pruned + [dense]).allSatisfy { ScoreMoments($0).areShares }
    let columns = pruned.count + distinct.count
    let lanes = (columns + 7) / 8
    let rows = groups + (areShares ? 2 : 0)
    var urn = [SIMD8<Float>](repeating: .zero, count: rows * lanes)
    var totals = [Double](repeating: 0, count: pruned.count)

    func add(_ value: Float, row: Int, column: Int) {
      urn[row * lanes + column / 8][column % 8] += value
    }
    for (level, scores) in pruned.enumerated() {
      for example in 0..<counts[level] {
        let drop = dense[example] - scores[example]
        totals[level] += Double(drop)
        if drop != 0 { add(drop, row: example % groups, column: level) }
      }
    }
    for (index, count) in distinct.enumerated() {
      for example in 0..<count { add(1, row: example % groups, column: pruned.count + index) }
    }
    if areShares {
      for (row, drop) in [(groups, Float(1)), (groups + 1, -1)] {
        // The first level is the dense one, which cannot differ from itself.
        for level in pruned.indices.dropFirst() { add(drop, row: row, column: level) }
        for index in distinct.indices { add(1, row: row, column: pruned.count + index) }
      }
    }

    self.drops = zip(totals, counts).map { $0 / Double(max($1, 1)) }
    self.urn = urn
    self.lanes = lanes
    self.rows = rows
    self.countColumns = counts.map { pruned.count + (distinct.firstIndex(of: $0) ?? 0) }
    self.sums = [SIMD8<Float>](repeating: .zero, count: lanes)
  }

  /// The drops at each level over as many rows as the urn has, drawn with replacement.
  mutating func resample(using generator: inout SplitMix64) -> [Double] {
    let (rows, lanes) = (self.rows, self.lanes)
    sums.withUnsafeMutableBufferPointer { sums in
      urn.withUnsafeBufferPointer { urn in
        sums.update(repeating: .zero)
        for _ in 0..<rows {
          // The high bits of a product are a fair index: rows are far fewer than 2³².
          let row = Int(((generator.next() >> 32) &* UInt64(rows)) >> 32)
          for lane in 0..<lanes { sums[lane] += urn[row * lanes + lane] }
        }
      }
    }
    return drops.indices.map { level in
      let column = countColumns[level]
      let count = sums[column / 8][column % 8]
      // A prefix so short that the draw missed it tells nothing new.
      return count > 0 ? Double(sums[level / 8][level % 8]) / Double(count) : drops[level]
    }
  }
}
