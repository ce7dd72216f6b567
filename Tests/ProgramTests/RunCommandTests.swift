import Experiments
import Foundation
import Runs
import Testing

/// A place for runs that goes away with the test, and the program in it.
private final class RunsHome {
  let folder: TemporaryFolder
  var environment: [String: String] { ["XDG_DATA_HOME": folder.url.path] }
  var store: RunStore { RunStore(folder: folder.path("sparsescope/runs")) }
  var index: String { folder.path("sparsescope/index.sqlite") }

  init() throws { folder = try TemporaryFolder() }

  func run(_ arguments: String...) throws -> Program.Result {
    try Program.run(arguments, environment: environment)
  }

  func json(_ arguments: String...) throws -> [String: Any] {
    let result = try Program.run(arguments + ["--json"], environment: environment)
    let value = try JSONSerialization.jsonObject(with: Data(result.output.utf8))
    return try #require(value as? [String: Any], "\(result.errors)")
  }

  /// A run of four cells, of which so many are finished.
  @discardableResult
  func makeRun(_ name: String, finished count: Int = 4) throws -> RunFolder {
    var spec = ExperimentSpec()
    spec.sparsities = [.dense, SparsityLevel(0.5)]
    spec.seeds = [0, 1]
    let run = try RunFolder.create(
      at: "\(store.folder)/\(name)", spec: spec,
      environment: RunEnvironment(version: "0", spec: spec, commandLine: []))
    let cells = Set(spec.cells.prefix(count).map(\.id))
    _ = try RunDriver(run, only: cells).run { cell, _ in
      CellResult(
        cell: cell.id,
        point: CurvePoint(
          level: cell.level, achieved: cell.level.fraction, pruned: 0, scores: [1, 1, 0, 1],
          total: 4))
    }
    return run
  }
}

@Suite struct `run` {
  @Test func `prints an experiment in full, in a form that reads back as the same`() throws {
    let home = try RunsHome()
    let short = home.folder.path("short.yaml")
    try "task: sst2\nmethods: 2:4\nsparsities: 0..0.4 by 0.2\n".write(
      toFile: short, atomically: true, encoding: .utf8)
    let result = try home.run("run", short, "--print-spec")
    #expect(result.status == 0)
    #expect(result.errors == "2 cells\n")
    let full = home.folder.path("full.yaml")
    try result.output.write(toFile: full, atomically: true, encoding: .utf8)
    #expect(try SpecFile.read(full) == SpecFile.read(short))
    #expect(try home.run("run", full, "--print-spec").output == result.output)
  }

  @Test func `refuses a wrong experiment by name, and makes no folder`() throws {
    let home = try RunsHome()
    let file = home.folder.path("wrong.yaml")
    try "training: {epoch: 3}".write(toFile: file, atomically: true, encoding: .utf8)
    let result = try home.run("run", file)
    #expect(result.status == 1)
    #expect(result.errors.contains("wrong.yaml: `training.epoch` is no known key"))
    #expect(result.errors.contains("`epochs`"))
    #expect(home.store.paths.isEmpty)
  }

  @Test func `goes on with a finished run, in the background too, and repeats nothing`() throws {
    let home = try RunsHome()
    let run = try home.makeRun("done")
    let before = try Data(contentsOf: URL(fileURLWithPath: run.eventFile(of: run.spec.cells[0].id)))
    #expect(try home.run("run", "done", "--resume").status == 0)
    let detached = try home.run("run", "done", "--resume", "--detach")
    #expect(detached.status == 0, "\(detached.errors)")
    #expect(FileManager.default.fileExists(atPath: run.logFile))
    let after = try Data(contentsOf: URL(fileURLWithPath: run.eventFile(of: run.spec.cells[0].id)))
    #expect(before == after)
  }

  @Test func `says what there is when it cannot go on`() throws {
    let home = try RunsHome()
    try home.makeRun("alpha")
    let result = try home.run("run", "beta", "--resume")
    #expect(result.status == 1)
    #expect(result.errors.contains("no run beta") && result.errors.contains("alpha"))
  }
}

@Suite struct `runs` {
  @Test func `lists what there is, by JSON too`() throws {
    let home = try RunsHome()
    #expect(try home.run("runs").output.contains("No runs"))
    try home.makeRun("done")
    try home.makeRun("left", finished: 1)
    let table = try home.run("runs").output
    #expect(table.contains("done") && table.contains("4/4") && table.contains("1/4"))
    let runs = try #require(try home.json("runs")["runs"] as? [[String: Any]])
    let states = Dictionary(
      uniqueKeysWithValues: runs.map { ($0["name"] as? String ?? "", $0["state"] as? String) })
    #expect(states == ["done": "finished", "left": "interrupted"])
    #expect(try home.run("paths").output.contains(home.store.folder))
  }

  @Test func `shows one with its curves and cells`() throws {
    let home = try RunsHome()
    try home.makeRun("done")
    let text = try home.run("runs", "show", "done").output
    #expect(text.contains("finished, 4 of 4 cells"))
    #expect(text.contains("digits-magnitude-global-s0.500000-seed1"))
    let report = try home.json("runs", "show", "do")
    let curves = try #require(report["curves"] as? [[String: Any]])
    #expect((curves[0]["points"] as? [Any])?.count == 2)
  }

  @Test func `steers by requests that are there to be read`() throws {
    let home = try RunsHome()
    let run = try home.makeRun("left", finished: 1)
    #expect(try home.run("runs", "pause", "left").status == 0)
    #expect(run.control.isPaused)
    #expect(try home.run("runs", "set", "left", "--workers", "3", "--nice", "5").status == 0)
    #expect(run.control.workers == 3 && run.control.niceness == 5)
    #expect(try home.run("runs", "set", "left", "--workers", "0").status == 2)
    #expect(try home.run("runs", "cancel", "left", "--yes").status == 0)
    #expect(RunSummary(run).state == .cancelled)
    try home.makeRun("done")
    #expect(try home.run("runs", "cancel", "done", "--yes").status == 1)
  }

  @Test func `with a damaged index says what to do, which then helps`() throws {
    let home = try RunsHome()
    try home.makeRun("done")
    try Data(repeating: 7, count: 5000).write(to: URL(fileURLWithPath: home.index))
    let result = try home.run("runs")
    #expect(result.status == 1)
    #expect(result.errors.contains("sparsescope runs reindex"))
    #expect(try home.json("runs", "reindex")["cells"] as? Int == 4)
    #expect(try home.run("runs").output.contains("done"))
  }
}

@Suite struct `events` {
  @Test func `are lines of JSON, and following a finished run ends`() throws {
    let home = try RunsHome()
    try home.makeRun("done")
    for arguments in [["events"], ["events", "done"], ["events", "done", "--follow"]] {
      let result = try Program.run(arguments, environment: home.environment)
      let lines = result.output.split(separator: "\n")
      #expect(lines.count == 8)
      for line in lines {
        let event = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
        #expect(event?["run"] as? String == "done")
        #expect(event?["seq"] is Int && event?["t"] is Double && event?["cell"] is String)
      }
    }
  }
}
