import Experiments
import Foundation
import Runs
import Synchronization
import Testing

@Suite struct `The driver` {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func make(_ spec: ExperimentSpec = RunFixture.spec()) throws -> RunFolder {
    try RunFixture.make(folder.path + "/run", spec)
  }

  private var tickets: ExperimentSpec {
    var spec = RunFixture.spec(seeds: [0])
    spec.protocol = .lotteryTicket
    spec.lottery.rounds = 3
    return spec
  }

  @Test func `runs every cell once, and none that is finished`() throws {
    let run = try make()
    let log = Log()
    let outcome = try RunDriver(run).run { cell, _ in
      log.add(cell.id)
      return RunFixture.result(of: cell)
    }
    #expect(outcome.end == .complete)
    #expect(log.lines == run.spec.cells.map(\.id))
    #expect(outcome.finished == log.lines)
    let again = try RunDriver(run).run { cell, _ in
      log.add(cell.id)
      return RunFixture.result(of: cell)
    }
    #expect(again.finished.isEmpty)
    #expect(log.lines.count == run.spec.cells.count)
    let claims = try FileManager.default.contentsOfDirectory(atPath: run.path + "/claims")
    #expect(claims == ["_run"], "finished cells leave no claims")
  }

  @Test(arguments: [1, 3])
  func `runs what others need first, several cells at a time`(concurrency: Int) throws {
    let run = try make(tickets)
    let log = Log()
    let outcome = try RunDriver(run, concurrency: concurrency).run { cell, _ in
      for needed in cell.dependencies where !run.isFinished(needed) { log.add("too early") }
      return RunFixture.result(of: cell)
    }
    #expect(outcome.finished.count == 7)
    #expect(log.lines.isEmpty)
  }

  @Test func `a failed cell stops only those that need it, and is tried again`() throws {
    struct Broken: Error, CustomStringConvertible { let description = "weights are NaN" }
    let run = try make(tickets)
    let broken = run.spec.cells[3].id
    let outcome = try RunDriver(run).run { cell, _ in
      if cell.id == broken { throw Broken() }
      return RunFixture.result(of: cell)
    }
    #expect(outcome.end == .complete)
    #expect(outcome.failed == [broken: "weights are NaN"])
    #expect(outcome.finished.count == 3)
    #expect(outcome.blocked.count == 3)
    let summary = RunSummary(run)
    #expect(summary.state == .failed)
    #expect(
      summary.cells.map(\.state)
        == [.finished, .finished, .finished, .failed, .blocked, .blocked, .blocked])
    #expect(summary.cells[3].message == "weights are NaN")

    let attempts = Log()
    let again = try RunDriver(run).run { cell, context in
      attempts.add("\(context.attempt)")
      return RunFixture.result(of: cell)
    }
    #expect(again.finished.count == 4)
    #expect(attempts.lines == ["2", "1", "1", "1"])
    #expect(RunSummary(run).state == .finished)
  }

  @Test func `two processes cannot run the same run, but may run different cells of it`() throws {
    let run = try make()
    let cells = run.spec.cells.map(\.id)
    let inner = Log()
    _ = try RunDriver(run).run { cell, _ in
      if cell.id == cells[0] {
        #expect(throws: RunError.self) { try RunDriver(run).run(execute: RunFixture.execute) }
        let part = try RunDriver(run, only: [cells[0], cells[1]]).run(execute: RunFixture.execute)
        for id in part.finished { inner.add("finished \(id)") }
        for id in part.elsewhere { inner.add("elsewhere \(id)") }
      } else {
        inner.add("ran \(cell.id)")
      }
      return RunFixture.result(of: cell)
    }
    #expect(
      Set(inner.lines.prefix(2)) == ["elsewhere \(cells[0])", "finished \(cells[1])"])
    #expect(!inner.lines.contains("ran \(cells[1])"))
  }

  @Test func `cancelling ends it, and what was finished stays`() throws {
    let run = try make()
    let outcome = try RunDriver(run).run { cell, context in
      if run.finishedCells.count == 2 {
        try run.control.cancel()
        while true {
          try context.checkIn()
          usleep(1000)
        }
      }
      return RunFixture.result(of: cell)
    }
    #expect(outcome.end == .cancelled)
    let summary = RunSummary(run)
    #expect(summary.state == .cancelled)
    #expect(summary.done == 2)
    try run.control.uncancel()
    #expect(try RunDriver(run).run(execute: RunFixture.execute).finished.count == 4)
  }

  @Test func `pausing saves, waits, and goes on`() throws {
    let run = try make(RunFixture.spec(levels: [0], seeds: [0]))
    let outcome = try RunDriver(run).run { cell, context in
      try run.control.pause()
      while !context.checkpointRequested { usleep(1000) }
      #expect(!context.shouldStop)
      Thread {
        while RunSummary(run).state != .paused || RunSummary(run).cells[0].state != .paused {
          usleep(1000)
        }
        try? run.control.resume()
      }.start()
      try context.checkIn { try context.saveCheckpoint(step: 5) { _ in } }
      return RunFixture.result(of: cell)
    }
    #expect(outcome.finished.count == 1)
    var tail = EventTail(path: run.eventFile(of: run.spec.cells[0].id))
    #expect(tail.read().map(\.kind.name) == ["started", "saved", "paused", "resumed", "finished"])
  }

  @Test func `masks are there for the cells that need them`() throws {
    let run = try make(tickets)
    let outcome = try RunDriver(run).run { cell, context in
      if case .drawTicket(_, let level, _, let previous) = cell.work {
        if let previous { _ = try String(contentsOfFile: run.maskFile(previous), encoding: .utf8) }
        try context.saveMask(cell.id) { path in
          try level.description.write(toFile: path, atomically: false, encoding: .utf8)
        }
      }
      return RunFixture.result(of: cell)
    }
    #expect(outcome.failed.isEmpty)
  }
}

@Suite struct `A process that is asked or forced to end` {
  /// Counts to 40 in steps of a millisecond, with a checkpoint every 5 steps, and leaves a mark for
  /// each step and for each cell that it completes.
  static let counting: RunDriver.Execute = { cell, context in
    var step = 0
    if let saved = context.latestCheckpoint {
      let text = try String(contentsOfFile: saved.path + "/step", encoding: .utf8)
      guard Int(text) == saved.step else { throw CocoaError(.fileReadCorruptFile) }
      step = saved.step
    }
    func save() throws {
      try context.saveCheckpoint(step: step) { folder in
        try "\(step)".write(toFile: folder + "/step", atomically: false, encoding: .utf8)
      }
    }
    while step < 40 {
      usleep(1000)
      step += 1
      try context.record(.step(.init(step: step, steps: 40, loss: 1 / Double(step))))
      if step % 5 == 0 { try save() }
      try context.checkIn(save: save)
    }
    let marks = context.folder.path + "/marks"
    let mark = open(marks, O_WRONLY | O_CREAT | O_APPEND, 0o644)
    let line = Array((cell.id + "\n").utf8)
    _ = write(mark, line, line.count)
    close(mark)
    return RunFixture.result(of: cell)
  }

  @Test func `killed at random moments, it loses nothing and repeats no finished cell`()
    async throws
  {
    let folder = try TemporaryFolder()
    let run = try RunFixture.make(folder.path + "/run", RunFixture.spec(seeds: [0]))
    for round in 0..<8 {
      // Spread over what a whole run takes; the moment within it is the machine's choice.
      let delay = 20_000 + round * 17_000
      await #expect(processExitsWith: .signal(SIGKILL)) {
        [path = run.path as String, delay = delay as Int] in
        Thread {
          usleep(UInt32(delay))
          kill(getpid(), SIGKILL)
        }.start()
        let run = try RunFolder.open(path)
        _ = try RunDriver(run).run(execute: Self.counting)
        while true { pause() }
      }
    }
    let outcome = try RunDriver(run).run(execute: Self.counting)
    #expect(outcome.failed.isEmpty)
    let summary = RunSummary(run)
    #expect(summary.state == .finished)
    for cell in run.spec.cells {
      var tail = EventTail(path: run.eventFile(of: cell.id))
      let events = tail.read()
      #expect(tail.damagedLines == 0)
      #expect(events.map(\.sequence) == Array(1...events.count))
      #expect(events.count { $0.kind.name == "finished" } == 1)
      // No step is repeated that a checkpoint had saved.
      var saved = 0
      for event in events {
        if case .saved(let saving) = event.kind { saved = saving.step }
        if case .step(let step) = event.kind { #expect(step.step > saved) }
      }
    }
    let marks = try String(contentsOfFile: run.path + "/marks", encoding: .utf8)
      .split(separator: "\n").map(String.init)
    // Only a cell that was killed between its mark and its result may have two.
    for cell in run.spec.cells { #expect(marks.contains(cell.id)) }
    #expect(marks.count <= run.spec.cells.count + 8)
  }

  @Test func `asked by SIGTERM, it saves, says so, and goes on from there`() async throws {
    let folder = try TemporaryFolder()
    let run = try RunFixture.make(folder.path + "/run", RunFixture.spec(levels: [0], seeds: [0]))
    await #expect(processExitsWith: .exitCode(7)) { [path = run.path as String] in
      StopSignals.watch()
      let run = try RunFolder.open(path)
      let outcome = try RunDriver(run).run { cell, context in
        let result = try Self.counting(cell, context)
        kill(getpid(), SIGTERM)
        while true {
          usleep(1000)
          try context.checkIn { try context.saveCheckpoint(step: 41) { _ in } }
        }
        return result
      }
      exit(outcome.end == .stopped(reason: "SIGTERM") ? 7 : 1)
    }
    #expect(RunSummary(run).state == .interrupted)
    let cell = run.spec.cells[0].id
    #expect(run.checkpoints.latest(of: cell)?.step == 41)
    var tail = EventTail(path: run.eventFile(of: cell))
    #expect(tail.read().last?.kind == .stopped(reason: "SIGTERM"))
  }

  @Test func `killed between a result and its event, the event is made up for`() throws {
    let folder = try TemporaryFolder()
    let run = try RunFixture.make(folder.path + "/run", RunFixture.spec(levels: [0], seeds: [0]))
    let cell = run.spec.cells[0]
    try EventWriter(cell: cell.id, path: run.eventFile(of: cell.id))
      .record(.started(.init(attempt: 1, pid: 1, host: "gone")))
    try run.write(RunFixture.result(of: cell))
    #expect(try RunDriver(run).run(execute: RunFixture.execute).finished.isEmpty)
    var tail = EventTail(path: run.eventFile(of: cell.id))
    #expect(tail.read().map(\.kind.name) == ["started", "finished"])
  }
}

private final class Log: Sendable {
  private let state = Mutex<[String]>([])
  func add(_ line: String) { state.withLock { $0.append(line) } }
  var lines: [String] { state.withLock { $0 } }
}
