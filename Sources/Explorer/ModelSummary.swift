import Experiments

/// What is known of the open model before any of its weights are read.
package struct ModelSummary: Sendable, Hashable {
  /// The name on the screen, usually the folder's.
  package var name: String
  /// What a command line would be given to open the same model; empty for the embedded one.
  package var path: String
  /// By which rule the prunable matrices were found, in one phrase.
  package var rule: String
  /// Weights in the whole model, every tensor counted once.
  package var parameters: Int
  /// The prunable matrices, in matrix order.
  package var matrices: [MatrixDescription]
  /// Bytes of all tensors, every weight being there.
  package var bytes: Int
  package var evaluation: Evaluation

  /// Whether the program can measure the model's performance, and on what.
  package enum Evaluation: Sendable, Hashable {
    /// - `metric` is the name of what the mean score is, `chance` the mean score of guessing, nil
    ///   where it is not known.
    case available(
      task: String, examples: Int, metric: String, chance: Double?, scale: MetricScale = .share)
    /// One sentence that says why it cannot.
    case unavailable(String)
  }

  package init(
    name: String, path: String, rule: String, parameters: Int, matrices: [MatrixDescription],
    bytes: Int, evaluation: Evaluation
  ) {
    self.name = name
    self.path = path
    self.rule = rule
    self.parameters = parameters
    self.matrices = matrices
    self.bytes = bytes
    self.evaluation = evaluation
  }

  /// Weights in all prunable matrices.
  package var prunable: Int { matrices.reduce(0) { $0 + $1.weights } }

  /// The kinds of matrix that the model has, in order of first appearance.
  package var kinds: [String] {
    var seen: [String] = []
    for matrix in matrices where !seen.contains(matrix.kind) { seen.append(matrix.kind) }
    return seen
  }

  /// The blocks that the model has, ascending.
  package var blocks: [Int] { Set(matrices.compactMap(\.block)).sorted() }
}
