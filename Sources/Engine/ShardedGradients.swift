import Transformers

/// Takes gradients of a batch on several workers, with the same bits for any number of them.
///
/// A batch is cut into shards, whose number does not depend on the workers; each shard has
/// gradients of its own, which are added up in the order of the shards.
package final class ShardedGradients {
  private let workers: ParallelWorkers
  private let tapes: WorkerLocal<Tape>
  private let shards: WorkerLocal<Gradients>
  package let shardCount: Int

  package init(table: ParameterTable, shards count: Int, workers: ParallelWorkers) {
    self.workers = workers
    shardCount = count
    tapes = WorkerLocal(count: workers.count) { Tape() }
    shards = WorkerLocal(count: count) { Gradients(table: table) }
  }

  /// Sums the gradients and losses of all shards.
  ///
  /// - Parameter differentiate: adds a shard's gradients, and returns its part of the loss.
  /// - Returns: the loss, and the gradients, which are valid until the next call.
  package func sum(
    _ differentiate: @escaping @Sendable (_ shard: Int, Tape, Gradients) -> Double
  ) throws -> (loss: Double, gradients: Gradients) {
    let (tapes, shards) = (tapes, shards)
    let losses = try workers.map(Array(0..<shardCount)) { shard, worker in
      let gradients = shards[shard]
      gradients.setToZero()
      return differentiate(shard, tapes[worker], gradients)
    }
    let total = shards[0]
    for shard in 1..<shardCount { total.add(shards[shard]) }
    return (losses.reduce(0, +), total)
  }
}
