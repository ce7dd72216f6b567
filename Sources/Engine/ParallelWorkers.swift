import Dispatch
import Synchronization

/// A fixed set of threads that work through lists together.
///
/// Results come back in the order of the list, so that whatever is summed from them is the same for
/// any number of workers.
package final class ParallelWorkers: Sendable {
  /// How many threads there are; each has a number from 0, so that it can own a workspace.
  package let count: Int

  private struct Lane: Sendable {
    let work = DispatchSemaphore(value: 0)
    let done = DispatchSemaphore(value: 0)
  }

  private final class Job: Sendable {
    let body: Mutex<(@Sendable (Int) -> Void)?> = Mutex(nil)
  }

  private let lanes: [Lane]
  private let job = Job()
  /// Only one list at a time.
  private let turn = Mutex(())

  /// - Parameter niceness: see `WorkerThread.start`.
  package init(count: Int, niceness: Int32 = 0) {
    precondition(count > 0, "at least one worker is needed")
    self.count = count
    lanes = (0..<count).map { _ in Lane() }
    for (worker, lane) in lanes.enumerated() {
      WorkerThread.start(name: "worker \(worker)", niceness: niceness) { [job] in
        while true {
          lane.work.wait()
          guard let body = job.body.withLock({ $0 }) else { return }
          body(worker)
          lane.done.signal()
        }
      }
    }
  }

  deinit {
    job.body.withLock { $0 = nil }
    for lane in lanes { lane.work.signal() }
  }

  /// Applies `transform` to every item, on all workers.
  ///
  /// - Parameter transform: gets an item and the number of the worker that runs it.
  /// - Returns: the results in the order of the items.
  /// - Throws: the error of the first item, in their order, that failed.
  package func map<Item: Sendable, Output: Sendable>(
    _ items: [Item], _ transform: @escaping @Sendable (Item, Int) throws -> Output
  ) throws -> [Output] {
    guard !items.isEmpty else { return [] }
    let results = Mutex([Result<Output, any Error>?](repeating: nil, count: items.count))
    let next = Atomic(0)
    turn.withLock { _ in
      withoutActuallyEscaping({ (worker: Int) in
        while true {
          let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
          guard index < items.count else { return }
          let result = Result { try transform(items[index], worker) }
          results.withLock { $0[index] = result }
        }
      }) { loop in
        run(loop, on: lanes.prefix(items.count))
      }
    }
    return try results.withLock { try $0.map { try $0!.get() } }
  }

  private func run(_ body: @escaping @Sendable (Int) -> Void, on lanes: ArraySlice<Lane>) {
    job.body.withLock { $0 = body }
    for lane in lanes { lane.work.signal() }
    for lane in lanes { lane.done.wait() }
  }
}
