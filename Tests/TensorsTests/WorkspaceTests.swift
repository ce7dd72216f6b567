import Testing

@testable import Tensors

struct WorkspaceTests {
  @Test func `memory is aligned to cache lines and never handed out twice`() {
    let workspace = Workspace()
    var ranges: [ClosedRange<UInt>] = []
    for count in [1, 15, 16, 17, 1000, 70_000, 3, 200_000] {
      let start = UInt(bitPattern: workspace.floats(count))
      #expect(start.isMultiple(of: 64))
      let range = start...(start + UInt(4 * count) - 1)
      #expect(!ranges.contains { $0.overlaps(range) })
      ranges.append(range)
    }
  }

  @Test func `a second batch of the same size allocates nothing`() {
    let workspace = Workspace()
    func batch() {
      workspace.reset()
      for count in [100_000, 300_000, 50_000] { _ = workspace.floats(count) }
    }
    batch()
    batch()
    let capacity = workspace.capacity
    workspace.reset()
    let first = workspace.floats(1)
    for _ in 0..<5 { batch() }
    #expect(workspace.capacity == capacity)
    workspace.reset()
    #expect(workspace.floats(1) == first)
  }

  @Test func `what was taken since a mark is taken again after a release`() {
    let workspace = Workspace()
    _ = workspace.floats(10)
    let mark = workspace.mark()
    let first = workspace.floats(50)
    _ = workspace.floats(500_000)
    workspace.release(to: mark)
    #expect(workspace.floats(50) == first)
  }
}
