import Engine
import Explorer
import Pruning
import Tasks
import Transformers

extension TaskRequest {
  /// Reads the images, and makes what measures the model on them.
  ///
  /// - Parameter folder: of the model, for its `preprocessor_config.json`.
  func open(
    _ task: ImageTask, _ matrices: PrunableMatrices, folder: String
  ) throws -> (evaluator: any LevelEvaluator, evaluation: ModelSummary.Evaluation) {
    guard let split = ImageSplit(name: split) else {
      throw CommandError("--split \(split) is not known; images have train and test.")
    }
    // Before the images, which may take long to read.
    let model = try ImageClassifier.check(
      matrices.checkpoint.configuration, path: matrices.checkpoint.path)
    let preprocessing = try ImagePreprocessing(modelFolder: folder)
    let images = try task.read(at: data, split: split)
    let title = "\(task == .images ? data : task.title) \(split.rawValue)"
    let classification = ImageClassification(
      name: title, images: images, preprocessing: preprocessing, input: ImageShape(model.image),
      order: try ImageClassOrder(of: model.labels, for: images, named: task.title))
    return (
      try ImageClassificationEvaluator(matrices, task: classification),
      .available(
        task: title, examples: classification.count, metric: "accuracy",
        chance: classification.chance)
    )
  }
}
