import Checkpoints
import Engine
import Experiments
import Explorer
import Foundation
import Pruning
import Tasks

/// A checkpoint with what the program can do with it.
struct OpenModel: Sendable {
  let checkpoint: Checkpoint
  let matrices: PrunableMatrices
  let summary: ModelSummary
  /// Measures the model; nil where `summary.evaluation` says why not.
  let evaluator: (any LevelEvaluator)?

  /// Opens a model without reading its weights.
  ///
  /// - Parameters:
  ///   - path: nil, or `embedded` where nothing has that name, for the embedded model.
  ///   - request: the task to measure the model on; nil for the embedded images.
  /// - Throws: where the model cannot be opened; with a request also where it cannot be measured.
  init(path: String?, task request: TaskRequest? = nil) throws {
    let isEmbedded =
      path == ExplorerMemory.embedded
      && !FileManager.default.fileExists(atPath: ExplorerMemory.embedded)
    let path = isEmbedded ? nil : path
    let location = try path ?? Resources.folder("vit-digits").path
    checkpoint = try Checkpoint.open(at: location)
    matrices = PrunableMatrices(checkpoint)
    let evaluation: ModelSummary.Evaluation
    if let request {
      let opened = try request.open(matrices, folder: checkpoint.folder)
      (evaluator, evaluation) = (opened.evaluator, opened.evaluation)
    } else {
      do {
        let opened = try Self.digitsEvaluator(matrices)
        (evaluator, evaluation) = (opened.evaluator, opened.evaluation)
      } catch {
        (evaluator, evaluation) = (nil, .unavailable("cannot be evaluated here: \(error)."))
      }
    }
    summary = ModelSummary(
      name: checkpoint.name, path: path ?? "", rule: matrices.rule,
      parameters: matrices.parameters, matrices: matrices.descriptions,
      bytes: checkpoint.denseByteCount, evaluation: evaluation)
  }

  /// What measures a model on the embedded images.
  static func digitsEvaluator(
    _ matrices: PrunableMatrices
  ) throws -> (evaluator: any LevelEvaluator, evaluation: ModelSummary.Evaluation) {
    let task = try digits(for: matrices.checkpoint.folder)
    return (
      try ImageClassificationEvaluator(matrices, task: task),
      .available(task: task.name, examples: task.count, metric: "accuracy", chance: task.chance)
    )
  }

  /// The embedded test images, normalised as a model asks for, but never resized: digits of 8×8
  /// pixels mean nothing to a model of other images.
  private static func digits(for folder: String) throws -> ImageClassification {
    var preprocessing = try ImagePreprocessing(modelFolder: folder)
    (preprocessing.resizing, preprocessing.crop) = (nil, nil)
    return ImageClassification(
      name: "digits test",
      images: try ImageDataset(idxFolder: Resources.folder("digits").path, split: .test),
      preprocessing: preprocessing)
  }
}
