import Engine
import Synchronization
import Testing

@Suite struct `Parallel workers` {
  @Test(arguments: [1, 2, 5]) func `return results in the order of the items`(count: Int) throws {
    let workers = ParallelWorkers(count: count)
    for size in [0, 1, 3, 100] {
      #expect(
        try workers.map(Array(0..<size)) { item, _ in item * item } == (0..<size).map { $0 * $0 })
    }
  }

  @Test func `never give one worker two items at once`() throws {
    let workers = ParallelWorkers(count: 3)
    let busy = Mutex(Set<Int>())
    let clashes = Mutex(0)
    _ = try workers.map(Array(0..<200)) { _, worker in
      if !busy.withLock({ $0.insert(worker).inserted }) { clashes.withLock { $0 += 1 } }
      busy.withLock { _ = $0.remove(worker) }
    }
    #expect(clashes.withLock { $0 } == 0)
  }

  @Test func `throw the error of the first item that failed`() {
    struct Failure: Error, Equatable { var item: Int }
    let workers = ParallelWorkers(count: 2)
    #expect(throws: Failure(item: 3)) {
      try workers.map(Array(0..<20)) { item, _ in if item >= 3 { throw Failure(item: item) } }
    }
    #expect((try? workers.map([1, 2]) { item, _ in item }) == [1, 2], "and go on afterwards")
  }
}
