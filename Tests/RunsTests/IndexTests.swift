import Experiments
import Foundation
import Runs
import Testing

@Suite struct `The index` {
  private let folder: TemporaryFolder
  private var path: String { folder.path + "/index.sqlite" }
  private var store: RunStore { RunStore(folder: folder.path + "/runs") }

  init() throws { folder = try TemporaryFolder() }

  private var key: CurveKey {
    CurveKey(
      model: "abc", task: "sst2", data: "def", method: .random(.erk, seed: .max), examples: 3,
      dtype: "F32", numerics: "1")
  }

  private func point(_ percent: Int, _ scores: [Float]) -> CurvePoint {
    CurvePoint(
      level: SparsityLevel(percent: percent), achieved: 0.5, pruned: 7, scores: scores, total: 3,
      metrics: ["f1": .nan, "accuracy": 0.25])
  }

  @Test func `gives points back bit for bit, those of the same key only`() throws {
    let index = try RunIndex(path)
    let odd = Float(bitPattern: 0x3e12_3457)
    try index.store(point(90, [1, odd, -0.0]), of: key)
    try index.store(point(10, [0, 1, 1]), of: key)
    try index.store(point(10, [1, 1, 1]), of: key)
    try index.store(point(20, [1]), of: key)
    let points = try RunIndex(path).points(of: key)
    #expect(points.map(\.level.millionths) == [100_000, 900_000])
    #expect(points[0].scores == [1, 1, 1])
    #expect(points[1].scores.map(\.bitPattern) == [1, odd, -0.0].map(\.bitPattern))
    #expect(points[1].metrics["f1"]?.isNaN == true)
    var other = key
    other.numerics = "2"
    #expect(try index.points(of: other).isEmpty)
    other = key
    other.method = .random(.erk, seed: 1)
    #expect(try index.points(of: other).isEmpty)
  }

  @Test func `follows the folders`() throws {
    let run = try RunFixture.make(store.folder + "/a")
    let index = try RunIndex(path)
    #expect(try index.refreshed(from: store).map(\.state) == [.queued])
    _ = try RunDriver(run).run(execute: RunFixture.execute)
    let overview = try #require(try index.refreshed(from: store).first)
    #expect(overview.state == .finished && overview.done == 6)
    #expect(try index.runs() == [overview])
    try FileManager.default.removeItem(atPath: run.path)
    #expect(try index.refreshed(from: store).isEmpty)
    #expect(try index.runs().isEmpty)
  }

  @Test(arguments: [0, 40, 4096])
  func `that is damaged says what to do, is kept aside, and is made anew`(offset: Int) throws {
    _ = try RunFixture.make(store.folder + "/a")
    do {
      let index = try RunIndex(path)
      try index.refreshed(from: store)
      try index.store(point(90, [1, 1, 1]), of: key)
    }
    // The log is in the file once the last one has closed it.
    let file = try #require(FileHandle(forUpdatingAtPath: path))
    try file.seek(toOffset: UInt64(offset))
    try file.write(contentsOf: Data(repeating: 0xa5, count: 8192))
    try file.close()
    do {
      let index = try RunIndex(path)
      _ = try index.runs()
      _ = try index.points(of: key)
      Issue.record("the damage was not noticed")
    } catch {
      guard case RunIndexError.damaged = error else { throw error }
      #expect("\(error)".contains("sparsescope runs reindex"))
    }
    let rebuilt = try RunIndex.rebuild(path, from: store)
    #expect(rebuilt.runs == 1 && rebuilt.cells == 6)
    let aside = try #require(rebuilt.movedAside)
    #expect(FileManager.default.fileExists(atPath: aside))
    #expect(try RunIndex(path).runs().map(\.name) == ["a"])
  }

  @Test func `that is whole keeps its points when it is made anew`() throws {
    try RunIndex(path).store(point(90, [1, 1, 1]), of: key)
    let rebuilt = try RunIndex.rebuild(path, from: store)
    #expect(rebuilt.movedAside == nil)
    #expect(try RunIndex(path).points(of: key).count == 1)
  }

  @Test func `can be read by who may not write`() throws {
    #expect(throws: RunIndexError.self) { try RunIndex(path, isReadOnly: true) }
    #expect(!FileManager.default.fileExists(atPath: path))
    let writer = try RunIndex(path)
    try writer.store(point(90, [1, 1, 1]), of: key)
    let reader = try RunIndex(path, isReadOnly: true)
    #expect(try reader.points(of: key).count == 1)
    #expect(throws: RunIndexError.self) { try reader.clearPoints() }
  }
}
