import Experiments

/// All that decides the scores of a curve: points of equal keys may stand for each other.
package struct CurveKey: Sendable, Hashable, Codable {
  /// The SHA-256 of the weights.
  package var model: String
  package var task: String
  /// The SHA-256 of the task's data, with the split.
  package var data: String
  /// With scope, allocation and seed.
  package var method: PruningMethod
  /// Names of the matrices that are left dense, sorted.
  package var excluded: [String]
  /// Examples of a complete measurement.
  package var examples: Int
  /// Tokens of an example at most; nil where there are none.
  package var maxLength: Int?
  package var dtype: String
  /// Changes whenever the program computes other bits than before.
  package var numerics: String

  package init(
    model: String, task: String, data: String, method: PruningMethod, excluded: [String] = [],
    examples: Int, maxLength: Int? = nil, dtype: String, numerics: String
  ) {
    self.model = model
    self.task = task
    self.data = data
    self.method = method
    self.excluded = excluded.sorted()
    self.examples = examples
    self.maxLength = maxLength
    self.dtype = dtype
    self.numerics = numerics
  }
}
