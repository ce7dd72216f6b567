/// What an experiment says about its fine-tuning; what it leaves out is the task's recipe.
package struct TrainingSettings: Sendable, Hashable, Codable {
  /// Passes over the training examples; a part of one is allowed, 0 means no training.
  package var epochs: Double?
  /// Ends the training after so many optimiser steps, whatever the epochs say.
  package var maxSteps: Int?
  package var batchSize: Int?
  package var learningRate: Double?
  package var weightDecay: Double?
  /// The share of the steps over which the learning rate rises from 0.
  package var warmupRatio: Double?
  /// The norm to which gradients are clipped; 0 for no clipping.
  package var maxGradNorm: Double?
  package var adamEpsilon: Double?
  /// Tokens of an example at most.
  package var maxLength: Int?
  /// Batches whose gradients make one step.
  package var gradientAccumulation: Int?
  /// Steps between two evaluations while training; nil for one at the end.
  package var evaluateEvery: Int?
  /// Steps between two checkpoints.
  package var saveEvery: Int?
  /// The dropout rate of hidden states and attention; nil for the model's own.
  package var dropout: Double?
  /// Only the first so many training examples; nil for all.
  package var limit: Int?

  package init() {}

  /// The recipe of a task with these settings in their places.
  package func recipe(for task: String) -> TrainingRecipe {
    var recipe = TrainingRecipe.recipe(for: task)
    if let epochs { recipe.epochs = epochs }
    if let maxSteps { recipe.maxSteps = maxSteps }
    if let batchSize { recipe.batchSize = batchSize }
    if let learningRate { recipe.learningRate = learningRate }
    if let weightDecay { recipe.weightDecay = weightDecay }
    if let warmupRatio { recipe.warmupRatio = warmupRatio }
    if let maxGradNorm { recipe.maxGradNorm = maxGradNorm }
    if let adamEpsilon { recipe.adamEpsilon = adamEpsilon }
    if let maxLength { recipe.maxLength = maxLength }
    if let gradientAccumulation { recipe.gradientAccumulation = gradientAccumulation }
    if let evaluateEvery { recipe.evaluateEvery = evaluateEvery }
    if let saveEvery { recipe.saveEvery = saveEvery }
    if let dropout { recipe.dropout = dropout }
    if let limit { recipe.limit = limit }
    return recipe
  }
}
