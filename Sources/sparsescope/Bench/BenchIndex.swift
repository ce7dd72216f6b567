import Checkpoints
import Engine
import Experiments
import Pruning

/// How quick the index of magnitudes is: to build, and to answer a scrub step.
struct IndexBench {
  var weights = 0
  var build = Samples()
  var step = Samples()
  /// Bytes of the index for each byte of the prunable weights.
  var memoryShare = 0.0

  init(of path: String) throws {
    let matrices = PrunableMatrices(try Checkpoint.open(at: path))
    weights = matrices.weights
    var latest: MagnitudeIndex?
    build = try Samples.timing(4) {
      latest = try MagnitudeIndex.build(matrices, threads: ProcessorCount.available)
    }
    guard let index = latest else { return }
    let bytes = matrices.matrices.reduce(0) { $0 + $1.tensor.byteRange.count }
    memoryShare = Double(index.byteCount) / Double(max(1, bytes))
    // Levels on no grid, so that no table made for one could help.
    var level = 0.0
    step = Samples.timing(1000) {
      level = (level + 0.618_034).truncatingRemainder(dividingBy: 1)
      let plan = index.plan(PruningRequest(method: .magnitude(.global), sparsity: level))
      precondition(plan.total == Int((level * Double(weights)).rounded(.toNearestOrEven)))
    }
  }
}
