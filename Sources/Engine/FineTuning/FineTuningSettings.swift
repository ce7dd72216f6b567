import Experiments
import Tasks

/// How a model is fine-tuned; the defaults are the paper's where it says, else those of its code
/// with the faults put right (clipping at 1.0).
package struct FineTuningSettings: Sendable, Hashable, Codable {
  /// Of the fresh head, of the order and of dropout, which have a stream each.
  package var seed: UInt64 = 0
  package var epochs = 3.0
  package var batchSize = 32
  /// Batches whose gradients are averaged for one step.
  package var accumulation = 1
  package var learningRate = 2e-5
  /// The share of the steps in which the rate rises from 0; then it falls to 0.
  package var warmupRatio = 0.0
  /// Decoupled; biases and norms are spared.
  package var weightDecay = 0.0
  package var adamEpsilon = 1e-8
  /// The norm that all gradients together are scaled down to; nil leaves them.
  package var clippingNorm: Double? = 1
  /// Tokens of an example at most.
  package var maxLength = 128
  /// Tokens that two neighbouring windows of a long context share.
  package var stride = 128
  /// Ends the training early or late, with the rate falling to 0 there; nil for `epochs`.
  package var maxSteps: Int?
  /// Every dropout rate; nil for those of the model's configuration.
  package var dropout: Double?
  /// Whether examples of about the same length share a batch.
  package var groupsByLength = true
  /// Steps from one line of the record to the next.
  package var logEvery = 10
  /// Steps from one evaluation to the next; nil evaluates at the end only.
  package var evaluateEvery: Int?
  /// Steps from one checkpoint to the next; nil saves at the end only.
  package var saveEvery: Int?
  /// Checkpoints that are kept, the latest ones.
  package var keptCheckpoints = 2
  /// Raises the sparsity during the training; nil leaves the mask as it is.
  package var gradualPruning: GradualPruning?

  package init() {}

  /// The paper's recipe for a task.
  package init(for task: FineTuningTask) {
    self.init(TrainingRecipe.recipe(for: task.title), seed: 0)
  }

  /// The recipe of an experiment.
  package init(_ recipe: TrainingRecipe, seed: UInt64) {
    self.seed = seed
    epochs = recipe.epochs
    maxSteps = recipe.maxSteps
    batchSize = recipe.batchSize
    accumulation = recipe.gradientAccumulation
    learningRate = recipe.learningRate
    warmupRatio = recipe.warmupRatio
    weightDecay = recipe.weightDecay
    adamEpsilon = recipe.adamEpsilon
    clippingNorm = recipe.maxGradNorm > 0 ? recipe.maxGradNorm : nil
    maxLength = recipe.maxLength
    dropout = recipe.dropout
    evaluateEvery = recipe.evaluateEvery
    saveEvery = recipe.saveEvery
  }
}

/// A task that a model can be fine-tuned on.
package enum FineTuningTask: Sendable, Hashable {
  case glue(GLUETask)
  case squad
  /// Images of classes with these names.
  case images(name: String, classes: [String])

  /// The task as papers write it.
  package var title: String {
    switch self {
    case .glue(let task): task.title
    case .squad: "SQuAD"
    case .images(let name, _): name
    }
  }

  /// The metric that stands for all, by its name among a result's metrics.
  package var leadingMetric: String {
    switch self {
    case .glue(let task): task.metrics[0].rawValue
    case .squad: "f1"
    case .images: "accuracy"
    }
  }
}
