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
    let progress = Progress<Output>(count: items.count)
    turn.withLock { _ in
      run(on: lanes.prefix(items.count)) { worker in
        while let index = progress.takeNext() {
          let result = Result { try transform(items[index], worker) }
          progress.results.withLock { $0[index] = result }
        }
      }
    }
    return try progress.results.withLock { try $0.map { try $0!.get() } }
  }

  /// What a list has come to: the next item to take, and the results so far.
  private final class Progress<Output: Sendable>: Sendable {
    let results: Mutex<[Result<Output, any Error>?]>
    private let next = Atomic(0)
    private let count: Int

    init(count: Int) {
      self.count = count
      results = Mutex(Array(repeating: nil, count: count))
    }

    func takeNext() -> Int? {
      let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
      return index < count ? index : nil
    }
  }

  private func run(on lanes: ArraySlice<Lane>, _ body: @escaping @Sendable (Int) -> Void) {
    job.body.withLock { $0 = body }
    for lane in lanes { lane.work.signal() }
    for lane in lanes { lane.done.wait() }
  }
}
