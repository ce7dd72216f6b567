import Engine
import Experiments

extension FineTuningSettings {
  /// A recipe of an experiment.
  init(_ recipe: TrainingRecipe, task: FineTuningTask, seed: UInt64) {
    self.init(for: task)
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
