import Experiments
import Foundation
import Runs
import Testing

/// A machine with runs, and a reader of them whose connection may be cut anywhere.
private struct Watched {
  let folder: TemporaryFolder
  var runs = RemoteRuns()
  /// Every event that has come, in its order.
  var events: [RunEvent] = []
  var results: [ExperimentCell.ID] = []

  init(_ folder: TemporaryFolder) { self.folder = folder }

  var place: RunsPlace { .store(RunStore(folder: folder.path)) }

  /// The bytes that a new connection tells in so many looks.
  func stream(looks: Int = 1, between: () throws -> Void = {}) throws -> Data {
    var feed = StateFeed(place, after: try RemoteCursor(runs.cursor.encoded()))
    var data = Data()
    for _ in 0..<looks {
      try feed.read { data += try $0.encoded() + Data("\n".utf8) }
      try between()
    }
    return data
  }

  mutating func take(_ data: Data) {
    runs.reconnect()
    var reader = LineReader()
    for item in reader.take(data) {
      guard case .line(let text) = item, let line = RemoteLine(text) else {
        runs.takeStrangeLine()
        continue
      }
      if case .event(_, let event) = line { events.append(event) }
      if case .result(_, let result) = line { results.append(result.cell) }
      runs.take(line, size: text.count)
    }
  }

  func expectEqual(_ run: RunFolder) {
    let there = RunSummary(run)
    guard let facts = runs[run.name]?.facts else {
      Issue.record("\(run.name) is not known")
      return
    }
    #expect(RunSummary(facts) == there)
  }
}

@Suite struct `Another machine's runs` {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A run with finished cells, a failed one, one that was left and some that wait.
  private func mixedRun(_ name: String = "run") throws -> RunFolder {
    let run = try RunFixture.make("\(folder.path)/\(name)")
    let cells = run.spec.cells
    _ = try RunDriver(run, only: Set(cells.prefix(3).map(\.id))).run { cell, context in
      for step in 1...4 {
        try context.record(.step(.init(step: step, steps: 4, loss: 1 / Double(step))))
      }
      if cell.id == cells[2].id { throw RunError.noHome }
      return RunFixture.result(of: cell)
    }
    let left = try EventWriter(cell: cells[3].id, path: run.eventFile(of: cells[3].id))
    try left.record(.started(.init(attempt: 1, pid: 1, host: "gone")))
    try left.record(.step(.init(step: 10, steps: 40, loss: 0.5)))
    try run.control.pause()
    try run.control.setWorkers(3)
    try Data("mask".utf8).write(
      to: URL(fileURLWithPath: run.maskFile("\(cells[1].id).safetensors")))
    return run
  }

  @Test func `are judged as on their own machine`() throws {
    let run = try mixedRun()
    let other = try RunFixture.make(folder.path + "/waiting")
    var watched = Watched(folder)
    watched.take(try watched.stream())
    watched.expectEqual(run)
    watched.expectEqual(other)
    #expect(watched.runs.isCurrent && watched.runs.problems.isEmpty)
    let trace = try #require(watched.runs["run"]?.traces[run.spec.cells[0].id])
    #expect(trace.losses.map(\.step) == [1, 2, 3, 4] && trace.steps == 4)
  }

  @Test func `are told of once: what has not changed is not repeated`() throws {
    let run = try mixedRun()
    var feed = StateFeed(.store(RunStore(folder: folder.path)))
    var lines: [RemoteLine] = []
    try feed.read { lines.append($0) }
    #expect(lines.last == .current)
    lines = []
    for _ in 0..<11 { try feed.read { lines.append($0) } }
    #expect(lines.isEmpty)
    try run.control.resume()
    for _ in 0..<5 { try feed.read { lines.append($0) } }
    #expect(lines.count == 1)
  }

  @Test func `are whole again wherever the connection is cut`() throws {
    let run = try mixedRun()
    let whole = try Watched(folder).stream()
    var uncut = Watched(folder)
    uncut.take(whole)
    let ends = whole.indices.filter { whole[$0] == UInt8(ascii: "\n") }.map { $0 + 1 }
    // At each line's end, and in the middle of each line.
    let cuts = ends + zip([0] + ends, ends).map { ($0 + $1) / 2 }
    for cut in cuts {
      var watched = Watched(folder)
      watched.take(whole.prefix(cut))
      watched.take(try watched.stream())
      watched.expectEqual(run)
      #expect(watched.events.count == uncut.events.count, "cut at byte \(cut)")
      let names = watched.events.map { "\($0.cell) \($0.sequence)" }
      #expect(Set(names).count == names.count, "cut at byte \(cut)")
      #expect(Set(watched.results).count == watched.results.count, "cut at byte \(cut)")
      #expect(watched.runs["run"]?.traces == uncut.runs["run"]?.traces)
    }
  }

  @Test func `go on while nobody listens, and are caught up on`() throws {
    let run = try mixedRun()
    var watched = Watched(folder)
    watched.take(try watched.stream())
    let before = watched.events.count
    try run.control.resume()
    _ = try RunDriver(run).run { cell, context in
      try context.record(.step(.init(step: 40, steps: 40, loss: 0.1)))
      return RunFixture.result(of: cell)
    }
    let gone = try RunFixture.make(folder.path + "/short-lived")
    watched.take(try watched.stream())
    try FileManager.default.removeItem(atPath: gone.path)
    watched.take(try watched.stream())
    watched.expectEqual(run)
    #expect(RunSummary(run).state == .finished)
    #expect(watched.runs["short-lived"] == nil)
    let all = Set(watched.events.map { "\($0.cell) \($0.sequence)" })
    #expect(watched.events.count > before && all.count == watched.events.count)
    for cell in run.spec.cells {
      var tail = EventTail(path: run.eventFile(of: cell.id))
      let there = tail.read()
      #expect(watched.events.filter { $0.cell == cell.id } == there)
    }
  }

  @Test func `that were made anew under the same name begin anew`() throws {
    var watched = Watched(folder)
    let first = try mixedRun()
    watched.take(try watched.stream())
    try FileManager.default.removeItem(atPath: first.path)
    let second = try RunFixture.make(first.path)
    watched.take(try watched.stream())
    watched.expectEqual(second)
    #expect(watched.runs["run"]?.traces.isEmpty == true)
  }

  @Test func `with a damaged result say so, and recover`() throws {
    let run = try mixedRun()
    var feed = StateFeed(.run(path: run.path))
    var runs = RemoteRuns()
    try feed.read { runs.take($0) }
    let cell = run.spec.cells[0].id
    let file = "\(run.path)/results/\(cell).json"
    let good = try Data(contentsOf: URL(fileURLWithPath: file))
    try FileManager.default.removeItem(atPath: file)
    for _ in 0..<5 { try feed.read { runs.take($0) } }
    #expect(try RunSummary(#require(runs["run"]).facts) == RunSummary(run))
    try Data("{".utf8).write(to: URL(fileURLWithPath: file))
    for _ in 0..<5 { try feed.read { runs.take($0) } }
    #expect(try RunSummary(#require(runs["run"]).facts) == RunSummary(run))
    #expect(try RunSummary(#require(runs["run"]).facts).problems.count == 1)
    try good.write(to: URL(fileURLWithPath: file))
    for _ in 0..<5 { try feed.read { runs.take($0) } }
    #expect(try RunSummary(#require(runs["run"]).facts) == RunSummary(run))
  }

  @Test func `of long ago send no more steps than a screen shows`() throws {
    let run = try RunFixture.make(folder.path + "/run")
    let cell = run.spec.cells[0]
    let writer = try EventWriter(cell: cell.id, path: run.eventFile(of: cell.id))
    for step in 1...6000 { try writer.record(.step(.init(step: step, steps: 6000, loss: 1.5))) }
    try writer.record(.finished(.init(seconds: 1)))
    try run.write(RunFixture.result(of: cell))
    var watched = Watched(folder)
    watched.take(try watched.stream())
    #expect((100...1500) ~= watched.events.count)
    #expect(watched.runs["run"]?.traces[cell.id]?.losses.last?.step == 6000)
    watched.expectEqual(run)
  }

  @Test func `that say too much or nonsense take no memory`() throws {
    var runs = RemoteRuns(mostCells: 10, mostBytes: 100_000)
    let small = try RunFixture.make(folder.path + "/small")
    let large = try RunFixture.make(
      folder.path + "/large", RunFixture.spec(levels: [0, 50], seeds: Array(0..<20)))
    runs.take(.run(.init(large)))
    runs.take(.standing(run: "large", .init()))
    #expect(runs["large"] == nil && runs.problems.count == 1)
    runs.take(.run(.init(small)), size: 1000)
    runs.take(.standing(run: "small", .init()))
    let cell = small.spec.cells[0]
    runs.take(.result(run: "small", RunFixture.result(of: cell)), size: 200_000)
    #expect(runs["small"]?.facts.results.isEmpty == true)
    var event = RunEvent(
      time: 1, cell: "no such cell", sequence: 1, kind: .step(.init(step: 1, loss: 1)))
    runs.take(.event(run: "small", event))
    event.cell = cell.id
    event.time = .infinity
    runs.take(.event(run: "small", event))
    event.time = 1
    event.kind = .step(.init(step: .min, loss: 1))
    runs.take(.event(run: "small", event))
    #expect(runs["small"]?.traces.isEmpty == true)
    for step in 1...5000 {
      event.sequence = step
      event.kind = .step(.init(step: step, loss: 1))
      runs.take(.event(run: "small", event))
    }
    #expect(try #require(runs["small"]?.traces[cell.id]).losses.count <= 2048)
  }
}

@Suite struct `A line between two machines` {
  @Test func `is one flat object and reads back the same`() throws {
    let folder = try TemporaryFolder()
    let run = try RunFixture.make(folder.path + "/run")
    var standing = RunFacts.Standing()
    standing.claimed = ["a", "b"]
    standing.workers = 2
    let lines: [RemoteLine] = [
      .hello(.init(version: "1", folder: "/f")), .run(.init(run)),
      .standing(run: "run", standing), .masks(run: "run", added: ["x"], removed: []),
      .event(
        run: "run", RunEvent(time: 1, cell: "c", sequence: 2, kind: .failed(message: "a\nb"))),
      .result(run: "run", RunFixture.result(of: run.spec.cells[0])),
      .noResult(run: "run", cell: "c", message: nil), .noResult(run: "r", cell: "c", message: "m"),
      .removed(run: "run"), .problems(["p"]), .current, .alive(time: 3), .unknown(name: "future"),
    ]
    for line in lines {
      let data = try line.encoded()
      #expect(!data.contains(UInt8(ascii: "\n")))
      #expect(RemoteLine(data) == line)
      let object = try JSONSerialization.jsonObject(with: data) as? [String: Any]
      #expect(object?["event"] is String)
    }
  }

  @Test(arguments: [
    "", "{", "[]", "nonsense", #"{"event":3}"#, #"{"event":"run","run":"x"}"#,
    #"{"event":"step","run":"x","seq":1}"#,
  ])
  func `is none where it is not what it promises`(text: String) {
    #expect(RemoteLine(Data(text.utf8)) == nil)
  }

  @Test func `that is nested without end is none`() {
    #expect(RemoteLine(Data(String(repeating: "[", count: 100_000).utf8)) == nil)
  }

  @Test func `is cut from any pieces, and never kept where it does not end`() {
    let text = Data("one\n\ntwo\nthree".utf8)
    for size in 1...text.count {
      var reader = LineReader()
      var items: [LineReader.Item] = []
      for start in stride(from: 0, to: text.count, by: size) {
        items += reader.take(text[start..<min(start + size, text.count)])
      }
      #expect(items == [.line(Data("one".utf8)), .line(Data("two".utf8))])
    }
    var reader = LineReader(limit: 4)
    #expect(reader.take(Data("12345".utf8)).isEmpty)
    #expect(reader.take(Data("6789".utf8)).isEmpty)
    #expect(reader.take(Data("\nabc\n".utf8)) == [.tooLong, .line(Data("abc".utf8))])
  }

  @Test func `is given up when its end is not worth waiting for`() {
    var reader = LineReader(limit: 4)
    _ = reader.take(Data(repeating: UInt8(ascii: "x"), count: 12))
    _ = reader.take(Data(repeating: UInt8(ascii: "x"), count: 12))
    #expect(!reader.isEndless)
    _ = reader.take(Data(repeating: UInt8(ascii: "x"), count: 12))
    #expect(reader.isEndless)
    #expect(reader.take(Data("\nabc\n".utf8)) == [.tooLong, .line(Data("abc".utf8))])
    #expect(!reader.isEndless)
  }
}

@Suite struct `An address of runs` {
  @Test(arguments: [
    ("gpu1:", "gpu1", nil), ("me@gpu1:", "me@gpu1", nil), ("gpu1:~/runs", "gpu1", "~/runs"),
    ("gpu1:/a:b", "gpu1", "/a:b"), ("me@[::1]:x", "me@::1", "x"), ("[::1]:", "::1", nil),
  ])
  func `is a host and a place`(text: String, target: String, path: String?) throws {
    let address = try RemoteAddress(text)
    #expect(address.target == target && address.path == path)
  }

  @Test(arguments: ["gpu1", "", ":", ":x", "-oProxyCommand=x:", "a b:", "me@:", "gpu1:a\nb"])
  func `is refused where it is none`(text: String) {
    #expect(throws: RemoteAddress.Malformed.self) { try RemoteAddress(text) }
  }

  @Test(arguments: [
    "plain", "a b", "it's", "$(touch x)", "`id`", "a;b&c|d", "\"q\"", "*?[x]", "é ü", "#x", "!x",
    "\\", "a=b", "=a", "-x", "{a,b}", "<>", "'", "",
  ])
  func `is one word of a shell, whatever stands in it`(text: String) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", "printf '%s|' \(ShellWords.quoted(text)) end"]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    #expect(String(decoding: data, as: UTF8.self) == "\(text)|end|")
  }

  @Test func `leaves the home folder to the shell there`() {
    #expect(ShellWords.quoted("~/my runs") == "~/'my runs'")
    #expect(ShellWords.quoted("~") == "~")
    #expect(ShellWords.quoted("~me/my runs") == "~me/'my runs'")
    #expect(ShellWords.quoted("~/x", keepsHome: false) == "'~/x'")
  }

  @Test func `a command is split as a shell would`() {
    #expect(ShellWords.split("ssh -p 22 -F 'my file'") == ["ssh", "-p", "22", "-F", "my file"])
    #expect(ShellWords.split(#"ssh -o "a b"\ c"#) == ["ssh", "-o", "a b c"])
    #expect(ShellWords.split("ssh 'x") == nil)
  }
}

@Suite struct `The end of a connection` {
  private func end(
    _ status: Int32?, _ errors: String, hadHello: Bool = false
  ) -> ConnectionEnd {
    ConnectionEnd(
      status: status, errors: errors, hadHello: hadHello, program: "sparsescope", version: "2.0")
  }

  @Test func `that may pass is tried again, with ssh's own words`() {
    for line in [
      "Host key verification failed.", "me@gpu1: Permission denied (publickey).",
      "ssh: Could not resolve hostname gpu1: Name or service not known",
    ] {
      let end = end(255, "banner\n\(line)\r\n")
      #expect(end.mayPass)
      #expect(end.reason.contains(line.replacing("ssh: ", with: "")))
    }
    #expect(
      end(255, "Host key verification failed.").clause
        == "ssh says: Host key verification failed")
    #expect(end(nil, "").mayPass)
    #expect(end(0, "", hadHello: true) == ConnectionEnd("connection lost", mayPass: true))
  }

  @Test func `that does not pass says what to do`() {
    let missing = end(127, "bash: line 1: sparsescope: command not found")
    #expect(!missing.mayPass && missing.reason.contains("--remote-program"))
    let old = end(2, "Error: Unknown option '--state'\nUsage: sparsescope events [<run>]")
    #expect(!old.mayPass && old.reason.contains("update it there"))
    let absent = end(1, "Error: /x/y is no run: there is nothing.")
    #expect(!absent.mayPass && absent.reason == "/x/y is no run: there is nothing.")
    var hello = RemoteLine.Hello(version: "9.1", folder: "/")
    hello.protocol = RemoteLine.protocolNumber + 1
    let newer = ConnectionEnd.otherProtocol(hello, version: "2.0")
    #expect(!newer.mayPass)
    #expect(newer.reason.contains("9.1") && newer.reason.contains("2.0"))
    #expect(newer.reason.contains("update this one"))
    hello.protocol = 0
    #expect(
      ConnectionEnd.otherProtocol(hello, version: "2").reason.contains("update the one there"))
  }

  @Test func `is followed by tries that become rare, and soon again after a success`() {
    var plan = RetryPlan()
    #expect((0..<7).map { _ in plan.next() } == [1, 2, 5, 10, 30, 30, 30])
    plan.reset()
    #expect(plan.next() == 1)
  }
}
