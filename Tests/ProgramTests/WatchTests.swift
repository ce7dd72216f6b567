import Experiments
import Foundation
import Runs
import Synchronization
import Testing

@Suite(.serialized, .enabled(if: SecureShell.canRun, "sshd is not installed"))
struct `Watching other machines` {
  private static func spec(seeds: Int) -> ExperimentSpec {
    var spec = ExperimentSpec()
    spec.sparsities = [.dense, SparsityLevel(0.5)]
    spec.seeds = (0..<UInt64(seeds)).map { $0 }
    return spec
  }

  private func makeRun(_ name: String, on shell: SecureShell, seeds: Int = 2) throws -> RunFolder {
    let spec = Self.spec(seeds: seeds)
    return try RunFolder.create(
      at: "\(shell.data)/sparsescope/runs/\(name)", spec: spec,
      environment: RunEnvironment(version: "0", spec: spec, commandLine: []))
  }

  private func finish(_ run: RunFolder, cells: ArraySlice<ExperimentCell>) throws {
    _ = try RunDriver(run, only: Set(cells.map(\.id))).run { cell, context in
      for step in 1...20 {
        try context.record(.step(.init(step: step, steps: 20, loss: 2 / Double(step))))
      }
      return CellResult(
        cell: cell.id,
        point: CurvePoint(
          level: cell.level, achieved: cell.level.fraction, pruned: 0, scores: [1, 1, 0, 1],
          total: 4), seconds: 1, steps: 20, loss: 0.1)
    }
  }

  private func program(
    _ host: String, _ shell: SecureShell, at path: String = Program.url.path
  ) throws -> RemoteProgram {
    RemoteProgram(
      try RemoteAddress(host), ssh: ShellWords.split(shell.command) ?? [], program: path)
  }

  private func wait(_ what: String, until isDone: () throws -> Bool) throws {
    let end = ContinuousClock.now + .seconds(30)
    while try !isDone() {
      guard ContinuousClock.now < end else {
        throw SecureShell.Failure(description: "waited 30 seconds for \(what)")
      }
      usleep(10_000)
    }
  }

  /// What is known of a run through a connection, judged.
  private func summary(_ connection: RemoteConnection, _ name: String) -> RunSummary? {
    connection.withRuns { $0[name]?.facts }.map { RunSummary($0) }
  }

  /// The processes on this machine whose command line begins with a text, and whose environment has
  /// another: other tests run the same programs at the same time.
  private func processes(_ text: String, environment: String = "") -> [pid_t] {
    func contents(_ name: String, of pid: pid_t) -> String {
      String(
        decoding: FileManager.default.contents(atPath: "/proc/\(pid)/\(name)") ?? Data(),
        as: UTF8.self)
    }
    let all = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return all.compactMap { pid_t($0) }.filter { pid in
      pid != getpid() && contents("cmdline", of: pid).hasPrefix(text)
        && (environment.isEmpty || contents("environ", of: pid).contains(environment))
    }
  }

  /// The processes of ssh that are connected to a server.
  private func clients(of shell: SecureShell) -> [pid_t] {
    processes("ssh\0-F\0" + (shell.command.split(separator: " ").last.map(String.init) ?? ""))
  }

  @Test func `comes back after a cut with everything that it missed, once`() throws {
    let shell = try SecureShell()
    let run = try makeRun("alpha", on: shell, seeds: 3)
    let cells = run.spec.cells
    try finish(run, cells: cells[..<2])
    let events = Mutex<[RunEvent]>([])
    let results = Mutex<[String]>([])
    let connection = RemoteConnection(try program("gpu1:", shell), version: "0.1.0") { lines in
      for line in lines {
        if case .event(_, let event) = line { events.withLock { $0.append(event) } }
        if case .result(_, let result) = line { results.withLock { $0.append(result.cell) } }
      }
    }
    connection.start()
    defer { connection.stop() }
    try wait("the connection") { connection.state == .current }
    #expect(summary(connection, "alpha") == RunSummary(run))
    try finish(run, cells: cells[2..<3])
    try wait("a live result") { summary(connection, "alpha")?.done == 3 }

    let clients = clients(of: shell)
    #expect(clients.count == 1)
    for client in clients { kill(client, SIGKILL) }
    try wait("the loss") { if case .waiting = connection.state { true } else { false } }
    try finish(run, cells: cells[3...])
    connection.retryNow()
    try wait("the connection again") {
      connection.state == .current && summary(connection, "alpha")?.done == cells.count
        && events.withLock { $0.count { $0.kind.name == "finished" } } == cells.count
    }
    #expect(summary(connection, "alpha") == RunSummary(run))
    let told = events.withLock { $0 }
    for cell in cells {
      var tail = EventTail(path: run.eventFile(of: cell.id))
      #expect(told.filter { $0.cell == cell.id } == tail.read())
    }
    #expect(results.withLock { $0.sorted() } == cells.map(\.id).sorted())
    connection.stop()
    // Nothing stays behind on the machine that was watched.
    try wait("the program there to end") {
      processes("\(Program.url.path)\0events", environment: "=\(shell.data)\0").isEmpty
    }
  }

  @Test func `shows two machines side by side and what is wrong with a third`() throws {
    let (first, second) = (try SecureShell(), try SecureShell())
    try finish(try makeRun("alpha", on: first), cells: Self.spec(seeds: 2).cells[...])
    _ = try makeRun("beta it's", on: second)
    let one = RemoteConnection(try program("gpu1:", first), version: "0.1.0")
    let two = RemoteConnection(
      try program("gpu2:\(second.data)/sparsescope/runs/beta it's", second), version: "0.1.0")
    let absent = RemoteConnection(try program("gpu1:/no/such place", first), version: "0.1.0")
    let empty = RemoteConnection(
      try program("gpu2:", second, at: "/no/such/program"), version: "0.1.0")
    let all = [one, two, absent, empty]
    for connection in all { connection.start() }
    defer { for connection in all { connection.stop() } }
    try wait("two machines") { one.state == .current && two.state == .current }
    #expect(summary(one, "alpha")?.state == .finished)
    #expect(summary(two, "beta it's")?.state == .queued)
    try wait("two failures") {
      [absent, empty].allSatisfy { if case .failed = $0.state { true } else { false } }
    }
    if case .failed(let reason) = absent.state { #expect(reason.contains("/no/such place")) }
    if case .failed(let reason) = empty.state { #expect(reason.contains("--remote-program")) }
    second.stop()
  }

  @Test(.enabled(if: TerminalSession.canRun, "tmux is not installed"))
  func `in the view marks what is old, and says where runs are steered`() throws {
    let shell = try SecureShell()
    let run = try makeRun("alpha", on: shell)
    try finish(run, cells: run.spec.cells[..<1])
    let session = try TerminalSession([
      "watch", "--ssh", shell.command, "--remote-program", Program.url.path, "gpu1:",
    ])
    try session.waitUntilSettled()
    #expect(try session.screenContains("gpu1 ✓"))
    try wait("the run to be told of") { try session.screenContains("! alpha") }
    try session.press("p")
    #expect(try session.screenContains("gpu1 are only looked at"))
    try session.press("x")
    #expect(try session.screenContains("gpu1 are exported there"))
    shell.stop()
    for client in clients(of: shell) { kill(client, SIGKILL) }
    try wait("the loss to be told") {
      try session.screenContains("next try in") && session.screenContains("as of")
    }
    #expect(try session.quit() == 0)
  }

  @Test func `in lines says what begins, ends and fails`() throws {
    let shell = try SecureShell()
    let run = try makeRun("alpha", on: shell)
    try finish(run, cells: run.spec.cells[...])
    let process = Process()
    process.executableURL = Program.url
    process.arguments = [
      "watch", "--plain", "--ssh", shell.command, "--remote-program", Program.url.path, "gpu1:",
      "gpu2:/no/such/folder",
    ]
    let output = Pipe.unshared()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    var text = ""
    while !text.contains("alpha is finished, 4 of 4 cells") || !text.contains("not tried again") {
      let data = output.fileHandleForReading.availableData
      guard !data.isEmpty else { break }
      text += String(decoding: data, as: UTF8.self)
    }
    #expect(text.contains("gpu1: connected"))
    #expect(text.contains("gpu1: alpha is finished, 4 of 4 cells"))
    #expect(text.contains("gpu2: /no/such/folder"))
    // Nobody reads any more.
    try output.fileHandleForReading.close()
    try wait("the end") { !process.isRunning }
    #expect(process.terminationStatus == 0)
  }
}

@Suite struct `Following runs in lines` {
  @Test func `prints each run as a line of JSON, and ends when nobody reads`() throws {
    let folder = try TemporaryFolder()
    var spec = ExperimentSpec()
    spec.sparsities = [.dense]
    let run = try RunFolder.create(
      at: folder.path("data/sparsescope/runs/alpha"), spec: spec,
      environment: RunEnvironment(version: "0", spec: spec, commandLine: []))
    let process = Process()
    process.executableURL = Program.url
    process.arguments = ["runs", "--json", "--follow"]
    process.environment = ProcessInfo.processInfo.environment.merging(
      ["XDG_DATA_HOME": folder.path("data")]) { $1 }
    let output = Pipe.unshared()
    process.standardOutput = output
    try process.run()
    let handle = output.fileHandleForReading
    let first = try JSONSerialization.jsonObject(with: handle.availableData) as? [String: Any]
    #expect(first?["name"] as? String == "alpha" && first?["state"] as? String == "queued")
    try run.control.cancel()
    let second = try JSONSerialization.jsonObject(with: handle.availableData) as? [String: Any]
    #expect(second?["state"] as? String == "cancelled")
    try handle.close()
    let end = ContinuousClock.now + .seconds(20)
    while process.isRunning, ContinuousClock.now < end { usleep(10_000) }
    #expect(!process.isRunning && process.terminationStatus == 0)
  }

  @Test func `the server of lines ends when its input does`() throws {
    let folder = try TemporaryFolder()
    let process = Process()
    process.executableURL = Program.url
    process.arguments = ["events", folder.url.path, "--follow", "--state", "--after", "-"]
    let (input, output) = (Pipe.unshared(), Pipe.unshared())
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    try input.fileHandleForWriting.write(contentsOf: Data("{\"runs\":{}}\n".utf8))
    var text = ""
    while !text.contains("current") {
      text += String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
    }
    #expect(process.isRunning)
    try input.fileHandleForWriting.close()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
  }
}
