import Experiments

/// Measures a model at one sparsity after another.
///
/// The scheduler knows a task by this alone: examples in a fixed order, divided into batches.
package protocol LevelEvaluator: Sendable {
  /// The examples of each batch; together they are `0..<count` in order.
  var batches: [Range<Int>] { get }
  /// The mean score of guessing; nil where it is not known.
  var chance: Double? { get }

  /// What is kept of the dense model's activations; nil where nothing can be.
  var activations: ActivationStore? { get }

  /// Makes the weights for a plan.
  ///
  /// - Parameters:
  ///   - kernels: with what they are multiplied; the choice changes scores by rounding alone.
  ///   - workers: each makes some of the matrices.
  /// - Throws: a sentence for the person when that cannot be done.
  func prepare(
    _ plan: PruningPlan, kernels: KernelChoice, on workers: ParallelWorkers
  ) throws -> any PreparedLevel
}

extension LevelEvaluator {
  package var exampleCount: Int { batches.last?.upperBound ?? 0 }

  package var activations: ActivationStore? { nil }
}

/// A model whose weights have been pruned to one level.
package protocol PreparedLevel: Sendable {
  /// What the level's products are computed with; nothing has been timed.
  var speed: LevelSpeed { get }

  /// The scores of a batch's examples, in order, higher being better.
  ///
  /// Called from several threads at once; the scores do not depend on the thread.
  func scores(of batch: Range<Int>) throws -> [Float]

  /// The task's official metrics by name, over the first so many examples; empty where the mean
  /// score is all there is.
  ///
  /// Asked once the scores of these examples are known, which this level, or an earlier one for the
  /// same request, has given.
  func metrics(ofFirst count: Int) -> [String: Double]
}

extension PreparedLevel {
  package var speed: LevelSpeed { LevelSpeed() }

  package func metrics(ofFirst count: Int) -> [String: Double] { [:] }
}
