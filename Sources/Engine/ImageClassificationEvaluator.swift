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
  private let loaded = Mutex<LoadedTransformer?>(nil)
  private let tapes = TapePool()

  /// - Parameter batchSize: images that a worker takes at once.
  /// - Throws: `TransformerError` where the program cannot run the model, `TaskDataError` where the
  ///   images do not fit it, `BLASError` where there is nothing to compute with.
  package init(
    _ matrices: PrunableMatrices, task: ImageClassification, batchSize: Int = 45
  ) throws {
    let checkpoint = matrices.checkpoint
    guard let json = checkpoint.configuration else {
      throw TransformerError.noConfiguration(path: checkpoint.path)
    }
    let configuration = try TransformerConfiguration(json)
    guard case .image(let input) = configuration.input else {
      throw TransformerError.wrongInput(model: checkpoint.name, expected: "images")
    }
    try task.check(
      height: input.height, width: input.width, channels: input.channels,
      labels: configuration.labels.count)
    self.matrices = matrices
    self.task = task
    batches = stride(from: 0, to: task.count, by: batchSize).map {
      $0..<min($0 + batchSize, task.count)
    }
  }

  package func prepare(_ plan: PruningPlan) throws -> any PreparedLevel {
    let loaded = try self.loaded.withLock { loaded in
      if loaded == nil {
        try BLAS.load()
        loaded = try LoadedTransformer(matrices.checkpoint)
      }
      return loaded!
    }
    return Level(
      model: loaded.model, parameters: try loaded.pruned(plan, of: matrices), task: task,
      tapes: tapes)
  }

  private struct Level: PreparedLevel {
    let model: Transformer
    let parameters: Parameters
    let task: ImageClassification
    let tapes: TapePool

    /// 1 for each image whose largest logit is its class's, else 0; of equal logits the first
    /// counts.
    func scores(of batch: Range<Int>) throws -> [Float] {
      tapes.withTape { tape in
        task.withPixels(of: batch) { pixels in
          let logits = model.logits(
            .images(ImageBatch(pixels: pixels, count: batch.count)), parameters, on: tape)
          return zip(0..<logits.rows, batch).map { row, image in
            let values = logits.row(row)
            let prediction = values.indices.max { values[$0] < values[$1] } ?? 0
            return task.score(prediction, of: image)
          }
        }
      }
    }
  }
}

/// Tapes that are not in use, so that threads take one and give it back instead of making their own.
final class TapePool: Sendable {
  /// A tape belongs to one thread at a time: to whoever has taken it out of the pool.
  private struct Idle: @unchecked Sendable { var tapes: [Tape] = [] }

  private let idle = Mutex(Idle())

  func withTape<R>(_ body: (Tape) throws -> R) rethrows -> R {
    let tape = idle.withLock { Idle(tapes: $0.tapes.popLast().map { [$0] } ?? []) }.tapes.first
      ?? Tape()
    defer {
      let returned = Idle(tapes: [tape])
      idle.withLock { $0.tapes += returned.tapes }
    }
    return try body(tape)
  }
}
