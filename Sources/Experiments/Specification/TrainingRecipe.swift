/// A fine-tuning with nothing left open: AdamW, the learning rate linear to 0.
package struct TrainingRecipe: Sendable, Hashable, Codable {
  /// Passes over the training examples.
  package var epochs: Double = 3
  /// Optimiser steps at most; nil where the epochs alone decide.
  package var maxSteps: Int?
  package var batchSize = 32
  /// The peak of the schedule.
  package var learningRate = 2e-5
  package var weightDecay = 0.0
  /// The share of the steps over which the learning rate rises from 0.
  package var warmupRatio = 0.0
  /// The norm to which gradients are clipped; 0 for no clipping.
  package var maxGradNorm = 1.0
  package var adamEpsilon = 1e-8
  /// Tokens of an example at most.
  package var maxLength = 128
  /// Batches whose gradients make one step.
  package var gradientAccumulation = 1
  /// Steps between two evaluations while training; nil for one at the end.
  package var evaluateEvery: Int?
  /// Steps between two checkpoints.
  package var saveEvery = 500
  /// The dropout rate of hidden states and attention; nil for the model's own.
  package var dropout: Double?
  /// Only the first so many training examples; nil for all.
  package var limit: Int?

  package init() {}

  private init(epochs: Double, batchSize: Int, learningRate: Double, maxLength: Int = 128) {
    self.epochs = epochs
    self.batchSize = batchSize
    self.learningRate = learningRate
    self.maxLength = maxLength
  }

  /// The paper's recipe for a task; the one that most of its tasks share for any other name.
  ///
  /// Hyphens, underscores, blanks and capitals do not matter: `SST-2` is `sst2`. Clipping at 1.0 is
  /// BERT-Tickets', whose code the paper builds on. The embedded digits are not the paper's: their
  /// model is small enough to need 25 times its learning rate.
  /// Source: Jaiswal et al., arXiv 2306.03805, table 1.
  package static func recipe(for task: String) -> TrainingRecipe {
    switch task.lowercased().filter({ !"-_ ".contains($0) }) {
    case "qnli": TrainingRecipe(epochs: 4, batchSize: 32, learningRate: 2e-5)
    case "sst2": TrainingRecipe(epochs: 5, batchSize: 32, learningRate: 2e-5)
    case "squad", "squadv1.1":
      TrainingRecipe(epochs: 3, batchSize: 16, learningRate: 3e-5, maxLength: 384)
    case "cifar10", "cifar100", "fashionmnist", "images":
      TrainingRecipe(epochs: 8, batchSize: 64, learningRate: 2e-5)
    case "tinyimagenet": TrainingRecipe(epochs: 5, batchSize: 64, learningRate: 2e-5)
    case "digits": TrainingRecipe(epochs: 8, batchSize: 64, learningRate: 5e-4)
    default: TrainingRecipe()
    }
  }
}
