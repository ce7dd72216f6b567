import Checkpoints
import Engine
import Experiments
import Explorer
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
  /// - Parameter path: nil for the embedded model.
  init(path: String?) throws {
    let location = try path ?? Resources.folder("vit-digits").path
    checkpoint = try Checkpoint.open(at: location)
    matrices = PrunableMatrices(checkpoint)
    let evaluation: ModelSummary.Evaluation
    do {
      let task = try Self.digits(for: location)
      let evaluator = try ImageClassificationEvaluator(matrices, task: task)
      self.evaluator = evaluator
      evaluation = .available(
        task: task.name, examples: task.count, metric: "accuracy", chance: task.chance)
    } catch {
      evaluator = nil
      evaluation = .unavailable("cannot be evaluated here: \(error).")
    }
    summary = ModelSummary(
      name: checkpoint.name, path: path ?? "", rule: matrices.rule,
      parameters: matrices.parameters, matrices: matrices.descriptions, evaluation: evaluation)
  }

  /// The embedded test images, prepared as a model asks for.
  private static func digits(for model: String) throws -> ImageClassification {
    ImageClassification(
      name: "digits test",
      images: try ImageDataset(idxFolder: Resources.folder("digits").path, split: "test"),
      preprocessing: try ImagePreprocessing(modelFolder: model))
  }
}
