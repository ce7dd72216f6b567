import Experiments
import Synchronization

/// What a model said of each example at each request, for metrics that scores do not tell.
///
/// The evaluator keeps it, not the prepared level: a level that is interrupted is prepared anew, and
/// no batch is computed twice.
final class PredictionLog<Prediction: Sendable>: Sendable {
  private let predictions = Mutex<[PruningRequest: [Prediction?]]>([:])
  private let count: Int

  /// - Parameter count: the task's examples.
  init(count: Int) { self.count = count }

  func record(_ values: [Prediction], of batch: Range<Int>, at request: PruningRequest) {
    predictions.withLock { log in
      var all = log.removeValue(forKey: request) ?? Array(repeating: nil, count: count)
      all.replaceSubrange(batch.lowerBound..<batch.lowerBound + values.count, with: values)
      log[request] = all
    }
  }

  /// The predictions of the first so many examples; nil where some of them are not known.
  func first(_ count: Int, at request: PruningRequest) -> [Prediction]? {
    let all = predictions.withLock { $0[request] }
    let known = all?.prefix(count).compactMap(\.self) ?? []
    return known.count == count ? known : nil
  }
}
