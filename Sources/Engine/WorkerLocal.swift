/// A value for each worker, such as its tape, that only this worker touches.
///
/// Sendable because `ParallelWorkers` never runs one worker number on two threads at once, and
/// waits for all of them before it returns.
package struct WorkerLocal<Value>: @unchecked Sendable {
  private let values: [Value]

  package init(count: Int, _ make: () -> Value) {
    values = (0..<count).map { _ in make() }
  }

  package subscript(worker: Int) -> Value { values[worker] }
}
