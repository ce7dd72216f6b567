import Checkpoints
import Engine
import Experiments
import Explorer
import Foundation
import Pruning
import Tasks
import Transformers

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
    (evaluator, evaluation) = Self.evaluation(of: checkpoint)
    summary = ModelSummary(
      name: checkpoint.name, path: path ?? "", rule: matrices.rule,
      parameters: matrices.parameters, matrices: matrices.descriptions,
      evaluation: evaluation)
  }

  private static func evaluation(
    of checkpoint: Checkpoint
  ) -> ((any LevelEvaluator)?, ModelSummary.Evaluation) {
    return (nil, .unavailable("later."))
  }
}
