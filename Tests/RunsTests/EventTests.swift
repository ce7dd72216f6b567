import Experiments
import Foundation
import Runs
import Testing

@Suite struct `An event file` {
  private let folder: TemporaryFolder
  private var path: String { folder.path + "/cell.jsonl" }

  init() throws { folder = try TemporaryFolder() }

  private func writer() throws -> EventWriter { try EventWriter(cell: "cell", path: path) }

  private func append(_ text: String) throws {
    let file = try #require(FileHandle(forWritingAtPath: path))
    try file.seekToEnd()
    try file.write(contentsOf: Data(text.utf8))
  }

  @Test func `gives back every kind of event`() throws {
    let kinds: [RunEvent.Kind] = [
      .started(.init(attempt: 1, pid: 7, host: "a")),
      .step(.init(step: 1, steps: 9, loss: .infinity, learningRate: 1e-5, revivedZeros: 0)),
      .evaluated(
        .init(level: .dense, score: 0.5, interval: Interval(low: 0, high: 1), examples: 3)),
      .saved(.init(checkpoint: "checkpoints/cell/checkpoint-1", step: 1)),
      .masked(.init(level: .full, achieved: 1, pruned: 4, counts: [1, 3], threshold: 0.5)),
      .paused, .resumed, .failed(message: "a \"quoted\"\nline"), .cancelled,
      .stopped(reason: "SIGTERM"), .finished(.init(score: 1, metrics: ["f1": 1], seconds: 2)),
    ]
    let writer = try writer()
    for kind in kinds { try writer.record(kind) }
    var tail = EventTail(path: path)
    let events = tail.read()
    #expect(events.map(\.kind) == kinds)
    #expect(events.map(\.sequence) == Array(1...kinds.count))
    #expect(
      try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").count == kinds.count)
  }

  @Test func `is read while it grows, without gap or repeat, and from anywhere`() throws {
    let writer = try writer()
    var tail = EventTail(path: path)
    var seen: [Int] = []
    for step in 1...20 {
      try writer.record(.step(.init(step: step, loss: 1)))
      if step % 3 == 0 { seen += tail.read().map(\.sequence) }
    }
    var later = EventTail(path: path, offset: tail.offset, lastSequence: tail.lastSequence)
    seen += later.read().map(\.sequence)
    #expect(seen == Array(1...20))
    var end = EventTail(path: path, last: 150)
    #expect(end.read().last?.sequence == 20)
  }

  @Test func `a torn last line waits, and is cut when a writer comes back`() throws {
    try writer().record(.paused)
    try append(#"{"t":1,"cell":"cell","seq":2,"eve"#)
    var tail = EventTail(path: path)
    #expect(tail.read().map(\.sequence) == [1])
    #expect(tail.read().isEmpty)
    try writer().record(.resumed)
    let events = tail.read()
    #expect(events.map(\.kind) == [.resumed])
    #expect(events.map(\.sequence) == [2])
    #expect(tail.damagedLines == 0)
  }

  @Test func `whole lines that are no events are counted and stepped over`() throws {
    try writer().record(.paused)
    try append("\0\0\0\n{}\nnonsense\n")
    try writer().record(.resumed)
    var tail = EventTail(path: path)
    #expect(tail.read().map(\.sequence) == [1, 2])
    #expect(tail.damagedLines == 3)
  }

  @Test func `events of a newer program are passed on by their name`() throws {
    try writer().record(.paused)
    try append(#"{"t":1,"cell":"cell","seq":2,"event":"teleported","to":[1]}"# + "\n")
    var tail = EventTail(path: path)
    #expect(tail.read().last?.kind == .unknown(name: "teleported"))
  }

  @Test func `numbers go on behind a last line longer than what is read at first`() throws {
    let first = try writer()
    try first.record(.paused)
    try first.record(.failed(message: String(repeating: "x", count: 200_000)))
    #expect(try writer().record(.resumed).sequence == 3)
  }

  @Test func `a full disk leaves no half line`() async throws {
    // Writing beyond the limit on a file's size fails as a full disk does.
    await #expect(processExitsWith: .exitCode(0)) { [path = path as String] in
      signal(SIGXFSZ, SIG_IGN)
      let writer = try EventWriter(cell: "cell", path: path)
      try writer.record(.paused)
      var limit = rlimit(rlim_cur: 200, rlim_max: 200)
      setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
      do {
        try writer.record(.failed(message: String(repeating: "x", count: 500)))
        exit(1)
      } catch RunError.diskFull {
        var tail = EventTail(path: path)
        let text = try String(contentsOfFile: path, encoding: .utf8)
        exit(tail.read().count == 1 && text.hasSuffix("\n") ? 0 : 2)
      }
    }
  }
}

@Suite struct `The feed of a run` {
  @Test func `merges cells by time and keeps the order within each`() throws {
    let folder = try TemporaryFolder()
    let run = try RunFixture.make(folder.path + "/run")
    var feed = EventFeed(run)
    #expect(feed.read().isEmpty)
    func line(_ cell: String, _ sequence: Int, at time: Double) throws {
      let event = RunEvent(time: time, cell: cell, sequence: sequence, kind: .paused)
      let file = run.eventFile(of: cell)
      let before = (try? Data(contentsOf: URL(fileURLWithPath: file))) ?? Data()
      let data = try JSONText.encode(event, at: file)
      try (before + data + Data("\n".utf8)).write(to: URL(fileURLWithPath: file))
    }
    try line("a", 1, at: 1)
    try line("a", 2, at: 5)
    try line("b", 1, at: 3)
    // The clock was set back.
    try line("a", 3, at: 2)
    let events = feed.read()
    #expect(events.map { "\($0.cell)\($0.sequence)" } == ["a1", "b1", "a2", "a3"])
    try line("c", 1, at: 0)
    #expect(feed.read().map(\.cell) == ["c"])
  }
}
