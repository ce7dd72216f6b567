import Engine
import Experiments
import Pruning

/// Where the pruned weights of a model lie: the share of each kind of matrix in each block.
///
/// Source: figure 1 of the paper.
struct MaskMapReport: Encodable {
  var model: String
  var sparsity: Double
  var pruned: Int
  var kinds: [String]
  var blocks: [Int]
  /// The share of weights that are pruned, by block and kind; nil where a block has no such matrix.
  var shares: [[Double?]]
  /// The same of each kind over all blocks, and the share of all pruned weights that lie there.
  var kindShares: [Double]
  var shareOfPruned: [Double]

  /// Reads the weights of the specification's model.
  init(_ spec: ExperimentSpec) throws {
    let open = try OpenModel(path: spec.modelPath)
    let index = try MagnitudeIndex.build(open.matrices, threads: ProcessorCount.available)
    let level = spec.sparsities.first ?? .dense
    let plan = index.plan(
      PruningRequest(
        method: spec.methods[0].pruningMethod(seed: spec.seeds[0]), sparsity: level.fraction))
    let matrices = open.summary.matrices
    model = open.checkpoint.path
    sparsity = level.fraction
    pruned = plan.total
    (kinds, blocks) = (open.summary.kinds, open.summary.blocks)
    func sums(_ isIncluded: (MatrixDescription) -> Bool) -> (pruned: Int, weights: Int) {
      matrices.indices.filter { isIncluded(matrices[$0]) }.reduce((0, 0)) {
        ($0.0 + plan.pruned[$1], $0.1 + matrices[$1].weights)
      }
    }
    func share(_ sums: (pruned: Int, weights: Int)) -> Double? {
      sums.weights == 0 ? nil : Double(sums.pruned) / Double(sums.weights)
    }
    let kinds = kinds
    shares = blocks.map { block in
      kinds.map { kind in share(sums { $0.block == block && $0.kind == kind }) }
    }
    kindShares = kinds.map { kind in share(sums { $0.kind == kind }) ?? 0 }
    shareOfPruned = kinds.map { kind in
      plan.total == 0 ? 0 : Double(sums { $0.kind == kind }.pruned) / Double(plan.total)
    }
  }

  func print(asJSON: Bool) throws {
    if asJSON { return try JSONOutput.print(self) }
    func percent(_ value: Double?) -> String { value.map { Percent.text($0) } ?? "–" }
    let rows =
      zip(blocks, shares).map { block, shares in ["block \(block)"] + shares.map(percent) }
      + [
        ["all blocks"] + kindShares.map(percent),
        ["of all pruned"] + shareOfPruned.map(percent),
      ]
    Swift.print(
      "\(model) at \(Percent.text(sparsity, decimals: 2)) %: \(grouped(pruned)) weights pruned; "
        + "percent of each kind of matrix".printable)
    Swift.print(RunText.table([""] + kinds, rows).printable)
  }
}
