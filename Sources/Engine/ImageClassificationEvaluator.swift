import Checkpoints
import Experiments
import Pruning
import Synchronization
import Tasks
import Tensors
import Transformers

/// Measures an image classifier's accuracy on a task's images.
///
/// The weights are read when the first level is prepared, so that making an evaluator is quick.
package final class ImageClassificationEvaluator: LevelEvaluator {
  package let batches: [Range<Int>]
  package var chance: Double? { task.chance }

  private let matrices: PrunableMatrices
  private let task: ImageClassification
  private let loaded = Mutex<ImageClassifier?>(nil)
  private let tapes = TapePool()
  private let kept = ActivationStore()

  /// - Parameter batchSize: images that a worker takes at once.
  /// - Throws: `TransformerError` where the program cannot run the model, `TaskDataError` where the
  ///   images do not fit it, `BLASError` where there is nothing to compute with.
  package init(
    _ matrices: PrunableMatrices, task: ImageClassification, batchSize: Int = 25
  ) throws {
    let checkpoint = matrices.checkpoint
    let configuration = try ImageClassifier.check(
      checkpoint.configuration, path: checkpoint.path)
    try task.check(ImageShape(configuration.image), labels: configuration.labels.count)
    self.matrices = matrices
    self.task = task
    batches = stride(from: 0, to: task.count, by: batchSize).map {
      $0..<min($0 + batchSize, task.count)
    }
  }

  package var activations: ActivationStore? { kept }

  package func prepare(
    _ plan: PruningPlan, kernels: KernelChoice, on workers: ParallelWorkers
  ) throws -> any PreparedLevel {
    let loaded = try self.loaded.withLock { loaded in
      if loaded == nil {
        try BLAS.load()
        loaded = try ImageClassifier(matrices.checkpoint)
      }
      return loaded!
    }
    let weights = try loaded.transformer.pruned(
      plan, of: matrices, kernels: kernels, on: workers,
      tokens: (batches.first?.count ?? 1) * loaded.image.tokens)
    return Level(
      classifier: loaded, parameters: weights.parameters, speed: LevelSpeed(weights), task: task,
      tapes: tapes, activations: kept, unchangedBlocks: weights.unchangedBlocks)
  }

  private struct Level: PreparedLevel {
    let classifier: ImageClassifier
    let parameters: Parameters
    let speed: LevelSpeed
    let task: ImageClassification
    let tapes: TapePool
    let activations: ActivationStore
    let unchangedBlocks: Int

    /// 1 for each image whose largest logit is its class's, else 0; of equal logits the first
    /// counts.
    func scores(of batch: Range<Int>) throws -> [Float] {
      let memory = activations.memory(
        of: batch, unchangedBlocks: unchangedBlocks)
      return try tapes.withTape { tape in
        try task.withPixels(of: batch) { pixels in
          let predictions = classifier.predictions(
            pixels, parameters: parameters, on: tape, sharing: memory)
          return zip(predictions, batch).map { task.score($0, of: $1) }
        }
      }
    }
  }
}

extension ImageShape {
  /// What a model takes.
  package init(_ input: ImageInput) {
    self.init(channels: input.channels, height: input.height, width: input.width)
  }
}

/// Tapes that are not in use, so that threads take one and give it back instead of making their own.
final class TapePool: Sendable {
  /// A tape belongs to one thread at a time: to whoever has taken it out of the pool.
  private struct Idle: @unchecked Sendable { var tapes: [Tape] = [] }

  private let idle = Mutex(Idle())

  /// Where the time of all passes on tapes that are not in use has gone.
  var operationTimes: OperationTimes {
    idle.withLock { $0.tapes.reduce(OperationTimes()) { $0 + $1.times } }
  }

  func withTape<R>(_ body: (Tape) throws -> R) rethrows -> R {
    let tape =
      idle.withLock { Idle(tapes: $0.tapes.popLast().map { [$0] } ?? []) }.tapes.first
      ?? Tape()
    defer {
      let returned = Idle(tapes: [tape])
      idle.withLock { $0.tapes += returned.tapes }
    }
    return try body(tape)
  }
}
