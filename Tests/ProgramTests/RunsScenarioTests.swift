import Experiments
import Foundation
import Runs
import Testing

@Suite(.serialized, .enabled(if: TerminalSession.canRun, "tmux is not installed"))
struct `The experiments view on a real terminal` {
  private let folder = try! TemporaryFolder()
  private var store: RunStore { RunStore(folder: folder.path("data/sparsescope/runs")) }

  /// A run of four cells, of which so many are finished; nothing is trained.
  @discardableResult
  private func makeRun(_ name: String, finished count: Int) throws -> RunFolder {
    var spec = ExperimentSpec()
    spec.sparsities = [.dense, SparsityLevel(0.5)]
    spec.seeds = [0, 1]
    let run = try RunFolder.create(
      at: "\(store.folder)/\(name)", spec: spec,
      environment: RunEnvironment(version: "0", spec: spec, commandLine: []))
    _ = try RunDriver(run, only: Set(spec.cells.prefix(count).map(\.id))).run { cell, context in
      for step in 1...20 {
        try context.record(.step(.init(step: step, steps: 20, loss: 2 / Double(step))))
      }
      return CellResult(
        cell: cell.id,
        point: CurvePoint(
          level: cell.level, achieved: cell.level.fraction, pruned: 0, scores: [1, 1, 0, 1],
          total: 4), seconds: 1, steps: 20, loss: 0.1)
    }
    return run
  }

  private func open(_ arguments: String...) throws -> TerminalSession {
    let session = try TerminalSession(
      arguments, environment: ["XDG_DATA_HOME": folder.path("data")])
    try session.waitUntilSettled()
    return session
  }

  @Test func `shows the runs, marks two, and quits`() throws {
    try makeRun("alpha", finished: 4)
    try makeRun("beta", finished: 1)
    let session = try open("runs")
    #expect(try session.screenContains("1 interrupted, 1 finished"))
    try session.press("s", "Home")
    #expect(try session.screenContains("▸  ✓ alpha"))
    try session.press("Space", "Down", "Space")
    #expect(try session.screenContains("1 ✓ alpha"))
    #expect(try session.screenContains("▸2 ! beta"))
    try session.press("4")
    #expect(try session.screenContains("✓ dense-seed0"))
    #expect(try session.quit() == 0)
  }

  @Test func `pauses, resumes and cancels by files that the run's process reads`() throws {
    let run = try makeRun("alpha", finished: 1)
    let claim = try RunWorker(run)
    defer { claim.stop() }
    let session = try open("runs")
    #expect(try session.screenContains("▶ alpha"))
    try session.press("p")
    #expect(run.control.isPaused)
    #expect(try session.screenContains("‖ alpha"))
    try session.press("p")
    #expect(!run.control.isPaused)
    try session.press("+", "[")
    #expect(run.control.workers != nil)
    #expect(run.control.niceness == 5)
    try session.press("c", "c")
    #expect(!run.control.isCancelled)
    try session.press("c")
    #expect(try session.screenContains("cancel this run?"))
    try session.press("y")
    #expect(run.control.isCancelled)
    #expect(try session.quit() == 0)
  }

  @Test func `changes nothing with --read-only`() throws {
    let run = try makeRun("alpha", finished: 1)
    let claim = try RunWorker(run)
    defer { claim.stop() }
    let session = try open("runs", "--read-only")
    #expect(try session.screenContains("read-only"))
    try session.press("p", "c", "y", "+")
    #expect(!run.control.isPaused && !run.control.isCancelled && run.control.workers == nil)
    #expect(try session.screenContains("--read-only: runs are only looked at"))
  }

  @Test func `opens from the explorer and goes back to it`() throws {
    try makeRun("alpha", finished: 4)
    let session = try open("--sparsity", "0.3")
    try session.press("r")
    #expect(try session.screenContains("✓ alpha"))
    try session.press("Escape")
    #expect(try session.screenContains("30.0 %"))
    try session.press("r")
    #expect(try session.screenContains("✓ alpha"))
    #expect(try session.quit() == 0)
  }

  @Test func `says what to do where there are no runs`() throws {
    let session = try open("runs")
    #expect(try session.screenContains("No runs yet"))
    #expect(try session.quit() == 0)
  }

  @Test func `exports what was measured, and replaces nothing unasked`() throws {
    try makeRun("alpha", finished: 4)
    let environment = ["XDG_DATA_HOME": folder.path("data")]
    let output = folder.path("out")
    for (format, count) in [("csv", 1), ("json", 1), ("tensorboard", 4), ("svg", 5)] {
      let arguments = ["runs", "export", "alpha", "--format", format, "--output", output]
      let result = try Program.run(arguments, environment: environment)
      #expect(result.status == 0, "\(result.errors)")
      let paths = result.output.split(separator: "\n").map(String.init)
      #expect(paths.count == count, "\(format)")
      #expect(paths.allSatisfy { FileManager.default.fileExists(atPath: $0) })
      let again = try Program.run(arguments, environment: environment)
      #expect(again.status == 1)
      #expect(again.errors.contains("--overwrite"))
      #expect(try Program.run(arguments + ["--overwrite"], environment: environment).status == 0)
    }
    let lines = try String(contentsOfFile: "\(output)/points.csv", encoding: .utf8)
    #expect(lines.split(separator: "\r\n").count == 1 + 4)
  }

  @Test func `lists the runs into a pipe`() throws {
    try makeRun("alpha", finished: 4)
    let result = try Program.run(["runs"], environment: ["XDG_DATA_HOME": folder.path("data")])
    #expect(result.status == 0)
    #expect(result.output.contains("alpha"))
  }
}

/// A process that works on a run without doing anything: this one, on a thread of its own.
private final class RunWorker: Sendable {
  private let run: RunFolder
  private let ended = DispatchSemaphore(value: 0)

  init(_ run: RunFolder) throws {
    self.run = run
    let ended = ended
    let began = DispatchSemaphore(value: 0)
    let thread = Thread {
      _ = try? RunDriver(run).run { _, context in
        began.signal()
        while true {
          try context.checkIn()
          usleep(10_000)
        }
      }
      ended.signal()
    }
    thread.stackSize = 1 << 22
    thread.start()
    began.wait()
  }

  /// Ends the work; returns when it is over.
  func stop() {
    try? run.control.cancel()
    ended.wait()
  }
}
