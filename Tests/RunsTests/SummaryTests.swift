import Experiments
import Foundation
import Runs
import Testing

@Suite struct `The summary of a run` {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func `tells a run that waits, one that was left, and one that is done`() throws {
    let run = try RunFixture.make(folder.path + "/run")
    #expect(RunSummary(run).state == .queued)
    let first = run.spec.cells[0].id
    let events = try EventWriter(cell: first, path: run.eventFile(of: first))
    try events.record(.started(.init(attempt: 1, pid: 1, host: "gone")))
    try events.record(.step(.init(step: 10, steps: 40, loss: 0.5)))
    let left = RunSummary(run)
    #expect(left.state == .interrupted)
    #expect(left.cells[0].state == .interrupted)
    #expect(left.cells[0].progress == 0.25)
    #expect(left.cellsPerHour == nil && left.secondsLeft == nil)
    let overview = RunOverview(left)
    #expect(overview.loss == 0.5 && overview.done == 0 && overview.total == 6)
    _ = try RunDriver(run).run(execute: RunFixture.execute)
    let done = RunSummary(run, previous: left)
    #expect(done.state == .finished && done.done == 6 && done.progress == 1)
  }

  @Test func `knows the pace and the rest of a running run`() throws {
    let run = try RunFixture.make(folder.path + "/run")
    let cells = run.spec.cells
    for cell in cells.prefix(2) {
      var result = RunFixture.result(of: cell)
      result.seconds = 60
      try run.write(result)
    }
    _ = try RunDriver(run, only: [cells[2].id]).run { cell, context in
      try context.record(.step(.init(step: 20, steps: 40, loss: 0.1)))
      let summary = RunSummary(run)
      #expect(summary.state == .running)
      #expect(summary.running.map(\.cell.id) == [cell.id])
      #expect(summary.cellsPerHour == 60)
      // Three cells and a half.
      #expect(summary.secondsLeft == 210)
      return RunFixture.result(of: cell)
    }
  }

  @Test func `a damaged result is named and does not hide the others`() throws {
    let run = try RunFixture.make(folder.path + "/run")
    _ = try RunDriver(run).run(execute: RunFixture.execute)
    let victim = run.path + "/results/\(run.spec.cells[1].id).json"
    try "{".write(toFile: victim, atomically: true, encoding: .utf8)
    let summary = RunSummary(run)
    #expect(summary.problems.count == 1)
    #expect(summary.problems[0].contains(victim))
    #expect(summary.results.count == 5)
  }

  @Test func `gives curves with intervals over the seeds, and their turning points`() throws {
    let spec = RunFixture.spec(levels: Array(stride(from: 0, through: 90, by: 10)))
    let run = try RunFixture.make(folder.path + "/run", spec)
    _ = try RunDriver(run).run(execute: RunFixture.execute)
    let summary = RunSummary(run)
    let curve = try #require(summary.curves.first)
    #expect(summary.curves.count == 1)
    #expect(curve.points.map(\.level) == spec.sparsities)
    #expect(curve.points.allSatisfy { $0.seeds == 2 && $0.interval != nil })
    #expect(curve.points[0].mean == 1 && curve.points[0].metrics == ["accuracy": 1])
    #expect(curve.pooled.dense?.scores.count == 20)
    let turn = try #require(RunOverview(summary).turns.first)
    #expect(turn.method == .magnitude(.global))
    #expect(turn.sparsity != nil || turn.undecided != nil)
  }
}
