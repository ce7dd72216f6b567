/// What a background evaluation is doing.
package enum EvaluationStatus: Sendable, Hashable {
  /// Nothing is left to measure on the curve at hand.
  case idle
  case paused
  /// Evaluating a level: examples done, of how many.
  case evaluating(level: SparsityLevel, done: Int, of: Int)
  /// The curve at hand is finished; in the time left a part of the model is pruned alone. Probes
  /// done, of how many.
  case probing(SensitivityProbe, done: Int, of: Int)
  /// One sentence that says what went wrong.
  case failed(String)
}
