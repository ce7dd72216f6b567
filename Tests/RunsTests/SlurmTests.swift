import Experiments
import Foundation
import Testing

@testable import Runs

@Suite struct `Slurm` {
  // MARK: Arrays

  private static func lottery(rounds: Int) -> ExperimentSpec {
    var spec = ExperimentSpec()
    spec.protocol = .lotteryTicket
    spec.lottery.rounds = rounds
    spec.lottery.portion = 0.1
    return spec
  }

  @Test func `cells that need others come in a later array`() {
    let cells = Self.lottery(rounds: 2).cells
    let arrays = SlurmArray.arrays(of: cells, longest: 100)
    #expect(arrays.map(\.depth) == [0, 1, 2])
    #expect(arrays.map(\.cells.count) == [2, 2, 1])
    for (index, array) in arrays.enumerated() {
      let earlier = Set(arrays[..<index].flatMap(\.cells))
      for cell in cells where array.cells.contains(cell.id) {
        #expect(cell.dependencies.allSatisfy(earlier.contains))
      }
    }
  }

  @Test func `what a cell needs and is finished does not make it wait`() {
    let cells = Self.lottery(rounds: 2).cells
    let rest = cells.filter { $0.dependencies.contains(cells[1].id) }
    #expect(rest.count == 2)
    #expect(SlurmArray.arrays(of: rest, longest: 100).map(\.depth) == [0])
  }

  @Test func `no array is longer than the cluster allows, and none of a cell's tasks is lost`() {
    let cells = RunFixture.spec(levels: [0, 50, 90], seeds: [0, 1, 2]).cells
    let arrays = SlurmArray.arrays(of: cells, longest: 4, first: 7)
    #expect(arrays.map(\.cells.count) == [4, 4, 1])
    #expect(arrays.map(\.number) == [7, 8, 9])
    #expect(arrays.flatMap(\.cells) == cells.map(\.id))
    #expect(SlurmArray.arrays(of: [], longest: 4).isEmpty)
  }

  // MARK: Scripts

  private static func script(
    _ settings: SlurmSettings, run: String = "/runs/a", failures: [String: Int] = [:]
  ) throws -> SlurmScript {
    try SlurmScript(
      SlurmArray(number: 3, depth: 0, cells: ["one", "two"]), run: run, name: "a",
      program: "/bin/sparsescope", settings: settings, failures: failures)
  }

  @Test func `a script says what was asked for`() throws {
    var settings = SlurmSettings()
    settings.partition = "long"
    settings.time = "2:00:00"
    settings.cpus = 8
    settings.memory = "16G"
    settings.arrayLimit = 4
    settings.account = "lab"
    settings.qos = "low"
    settings.directives = ["--constraint=zen4", "--comment=two words"]
    settings.retries = 2
    let script = try Self.script(settings, failures: ["two": 3])
    let options = script.text.split(separator: "\n").filter { $0.hasPrefix("#SBATCH ") }
      .map { String($0.dropFirst(8)) }
    #expect(
      options == [
        "--job-name=a", "--array=0-1%4", "--output=/runs/a/slurm/logs/%A_%a.txt",
        "--open-mode=append", "--requeue", "--signal=B:USR2@90", "--ntasks=1", "--partition=long",
        "--time=2:00:00", "--cpus-per-task=8", "--mem=16G", "--account=lab", "--qos=low",
        "--constraint=zen4", "--comment=\"two words\"",
      ])
    #expect(script.text.hasPrefix("#!/bin/bash\n#SBATCH"))
    #expect(script.text.contains("$((failures + 2))"))
    #expect(script.table == "index\tcell\tfailures\n0\tone\t0\n1\ttwo\t3\n")
  }

  @Test(
    "Paths are safe in the shell and in Slurm's patterns", arguments: ["/a b/it's 100%", "/$x"])
  func paths(run: String) throws {
    let text = try Self.script(SlurmSettings(), run: run).text
    let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("task=") })
    // The shell itself tells what it makes of the line.
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/bash")
    process.arguments = ["-c", line + ")\nprintf %s \"${task[2]}\""]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    process.waitUntilExit()
    let seen = String(
      decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    #expect(seen == run)
    #expect(text.contains(run.replacing("%", with: "%%") + "/slurm/logs/%A_%a.txt"))
  }

  @Test func `a line break in a path is refused`() {
    #expect(throws: SlurmError.unwritable("/a\nb")) {
      try Self.script(SlurmSettings(), run: "/a\nb")
    }
  }

  // MARK: Settings

  @Test(
    arguments: [
      ("90", 5400), ("1:30", 90), ("2:00:00", 7200), ("1-0", 86_400), ("1-12:30", 131_400),
      ("2-1:00:05", 176_405), ("0", nil), ("soon", nil), ("1-", nil), ("", nil), ("1:2:3:4", nil),
    ] as [(String, Int?)])
  func `time limits are read as sbatch reads them`(text: String, seconds: Int?) {
    #expect(SlurmSettings.seconds(of: text) == seconds)
  }

  @Test func `of a short limit a quarter is left to save in`() {
    var settings = SlurmSettings()
    #expect(settings.warningSeconds == 90)
    settings.time = "2"
    #expect(settings.warningSeconds == 30)
    settings.time = "0:20"
    #expect(settings.warningSeconds == 10)
  }

  @Test func `settings stand in the specification, and are no part of the experiment`() throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/spec.yaml"
    let experiment = "task: digits\nseeds: 0..1\n"
    try Data(
      (experiment + """
        slurm:
          partition: long
          time: 1-12:00:00
          array_limit: 8
          directives: [--constraint=zen4, --nice]
        """).utf8
    ).write(to: URL(fileURLWithPath: path))
    let settings = try SpecFile.slurmSettings(path)
    #expect(settings.partition == "long")
    #expect(settings.time == "1-12:00:00")
    #expect(settings.directives == ["--constraint=zen4", "--nice"])
    let spec = try SpecFile.read(path)
    #expect(try spec == SpecFile.parse(experiment, file: "x"))
    #expect(!SpecFile.text(of: spec).contains("slurm"))
    var option = SlurmSettings()
    option.partition = "short"
    #expect(option.over(settings).partition == "short")
    #expect(option.over(settings).arrayLimit == 8)
  }

  @Test(
    arguments: [
      ("slurm: {partitoin: a}", "`slurm.partitoin` is no known key; did you mean `partition`?"),
      ("slurm: {cpus: 0}", "`slurm.cpus` is 0; it must be from 1 to 65536."),
      ("slurm: {partition: a b}", "`slurm.partition` is \"a b\"; write one word."),
      (
        "slurm: {directives: --array=0-9}",
        "`slurm.directives` has --array=0-9, which the program sets itself; leave it out."
      ),
      (
        "slurm: {directives: zen4}",
        "`slurm.directives` has \"zen4\"; write an option of sbatch, such as --constraint=zen4."
      ),
      ("slurm: 3", "`slurm` is a single value; it must have keys and values."),
    ])
  func `what Slurm cannot be asked is refused by its path`(text: String, reason: String) {
    let error = #expect(throws: SpecFileError.self) { try SpecFile.parse(text, file: "x") }
    #expect(error?.reason == reason)
  }

  // MARK: The queue

  @Test(
    arguments: [
      ("123_4", [4]), ("123_[4-7%2]", [4, 5, 6, 7]), ("123_[1,3-4,9]", [1, 3, 4, 9]),
      ("123_[0-8:4]", [0, 4, 8]), ("123_[5-...]", []), ("123", nil), ("123_x", nil), ("_1", nil),
    ] as [(String, [Int]?)])
  func `identifiers of squeue stand for tasks`(text: String, indices: [Int]?) {
    let tasks = SlurmQueue.tasks(text)
    #expect(tasks?.indices == indices)
    #expect(tasks == nil || tasks?.job == 123)
  }

  @Test func `tasks are named in ranges that squeue's identifiers read back`() {
    #expect(SlurmQueue.ranges([7, 0, 2, 1, 3]) == "0-3,7")
    #expect(SlurmQueue.tasks("1_[\(SlurmQueue.ranges([5, 9, 6]))]")?.indices == [5, 6, 9])
  }

  private static func jobs(_ arrays: [Int: [String]], name: String = "a") -> SlurmJobs {
    var jobs = SlurmJobs(name: name)
    for (job, cells) in arrays.sorted(by: { $0.key < $1.key }) {
      jobs.submissions.append(
        SlurmJobs.Submission(
          job: job, array: job, depth: 0, cells: cells, submitted: 0, settings: SlurmSettings()))
    }
    return jobs
  }

  @Test func `each cell has the state of its latest task`() {
    let queue = SlurmQueue(
      parsing: """
        7_[1-2%4]|PENDING|Resources|a
        7_0|RUNNING|None|a
        8_0|PENDING|JobHeldUser|a
        9|RUNNING|None|other
        nonsense
        """)
    let tasks = queue.tasks(of: Self.jobs([7: ["x", "y", "z"], 8: ["y"]]))
    #expect(tasks["x"]?.words == "running")
    #expect(tasks["y"]?.words == "held (JobHeldUser)")
    #expect(tasks["z"]?.words == "queued (Resources)")
    // A job of the same number that is another's.
    #expect(queue.tasks(of: Self.jobs([7: ["x"]], name: "b")).isEmpty)
    #expect(SlurmCounts(tasks.values.sorted { $0.index < $1.index })?.queued == 2)
    #expect(SlurmCounts([]) == nil)
  }

  @Test func `a run whose tasks are queued is queued; running ones make it running`() throws {
    let folder = try TemporaryFolder()
    let run = try RunFixture.make("\(folder.path)/a", RunFixture.spec(levels: [0, 50], seeds: [0]))
    let cells = run.spec.cells.map(\.id)
    try RunFolder.makeFolder("\(run.path)/slurm")
    try run.write(Self.jobs([5: cells]))
    // The first has begun, and its process is gone.
    try EventWriter(cell: cells[0], path: run.eventFile(of: cells[0]))
      .record(.started(.init(attempt: 1, pid: 1, host: "elsewhere")))
    #expect(RunSummary(run).state == .interrupted)
    let queued = RunSummary(run, queue: SlurmQueue(parsing: "5_[0-1]|PENDING|Priority|a"))
    #expect(queued.state == .queued)
    #expect(queued.cells.map(\.stateText) == ["queued (Priority)", "queued (Priority)"])
    #expect(RunOverview(queued).stateText == "queued (Priority)")
    let running = RunSummary(
      run, queue: SlurmQueue(parsing: "5_0|RUNNING|None|a\n5_1|PENDING|Priority|a"))
    #expect(running.state == .running)
    #expect(running.slurm?.text == "1 queued (Priority), 1 running")
    let over = RunSummary(run, queue: SlurmQueue(parsing: "5_0|TIMEOUT|TimeLimit|a"))
    #expect(over.state == .interrupted)
    #expect(over.cells[0].message == "Slurm: out of time (TimeLimit)")
    let ended = RunSummary(
      run, queue: SlurmQueue(parsing: "5_0|CANCELLED|None|a\n5_1|CANCELLED|None|a"))
    #expect(ended.cells.map(\.stateText) == ["cancelled", "cancelled"])
    var unknown = SlurmQueue()
    unknown.problem = "no answer"
    #expect(RunSummary(run, queue: unknown).problems == ["no answer"])
  }

  // MARK: Failures and claims

  @Test func `failures count, and so does time that was not enough to save anything`() throws {
    let folder = try TemporaryFolder()
    let run = try RunFixture.make("\(folder.path)/a")
    let cell = run.spec.cells[0].id
    let events = try EventWriter(cell: cell, path: run.eventFile(of: cell))
    func begin(_ attempt: Int) throws {
      try events.record(.started(.init(attempt: attempt, pid: 1, host: "x")))
    }
    try begin(1)
    try events.record(.saved(.init(checkpoint: "c", step: 1)))
    try events.record(.stopped(reason: StopSignals.timeIsUp))
    #expect(run.failures(of: cell) == 0)
    try begin(2)
    try events.record(.stopped(reason: StopSignals.timeIsUp))
    #expect(run.failures(of: cell) == 1)
    try begin(3)
    try events.record(.stopped(reason: "SIGTERM"))
    #expect(run.failures(of: cell) == 1)
    try begin(4)
    try events.record(.failed(message: "no"))
    #expect(run.failures(of: cell) == 2)
    try run.recordFailure(of: cell, "killed")
    #expect(run.failures(of: cell) == 3)
    #expect(!run.isClaimed(cell))
  }

  @Test func `a later start of the same task takes over, and no other`() throws {
    func task(_ index: String, _ restarts: String?) -> SlurmTaskIdentity? {
      var environment = [
        "SLURM_ARRAY_JOB_ID": "7", "SLURM_ARRAY_TASK_ID": index, "SLURM_CLUSTER_NAME": "c",
      ]
      environment["SLURM_RESTART_COUNT"] = restarts
      return SlurmTaskIdentity(environment: environment)
    }
    let first = try #require(task("2", nil))
    #expect(first.restart == 0)
    let second = try #require(task("2", "1"))
    #expect(second.succeeds(first))
    #expect(!first.succeeds(second))
    #expect(!first.succeeds(first))
    #expect(try !#require(task("3", "1")).succeeds(first))
    #expect(SlurmTaskIdentity(environment: ["SLURM_JOB_ID": "7"]) == nil)
    #expect(SlurmTaskIdentity(environment: [:]) == nil)
  }

  @Test func `a claim of another machine is free for the later start of its own task at once`()
    throws
  {
    let folder = try TemporaryFolder()
    let claim = "\(folder.path)/claim"
    try RunFolder.makeFolder(claim)
    let process = ProcessIdentity(host: "elsewhere", pid: 1, boot: "", began: 0)
    let earlier = SlurmTaskIdentity(cluster: "c", job: 7, index: 2, restart: 0)
    try AtomicFile.write(
      json: Claim.Holder(process: process, since: 0, slurm: earlier), to: "\(claim)/1")
    #expect(throws: RunError.self) { try Claim.take(claim, for: "it", as: nil) }
    let other = SlurmTaskIdentity(cluster: "c", job: 7, index: 3, restart: 1)
    #expect(throws: RunError.self) { try Claim.take(claim, for: "it", as: other) }
    let later = SlurmTaskIdentity(cluster: "c", job: 7, index: 2, restart: 1)
    let taken = try Claim.take(claim, for: "it", as: later)
    #expect(taken.renew())
    taken.release()
  }

  @Test func `Slurm's words are one sentence without the command's name in front`() {
    let text = """
      sbatch: error: invalid partition specified: nowhere
      sbatch: error: Batch job submission failed: Invalid partition name specified
      """
    #expect(
      SlurmCommand.reason(text)
        == "invalid partition specified: nowhere; Batch job submission failed: Invalid partition name "
        + "specified.")
    #expect(SlurmCommand.reason("") == "it has failed without a word.")
  }

  @Test(
    arguments: [
      ("7_0|CANCELLED by 0|a", "7_0|CANCELLED|None|a\n"),
      ("7_[1-2]|TIMEOUT|a|b", "7_[1-2]|TIMEOUT|None|a|b\n"),
      ("7_0|RUNNING|a", nil), ("nonsense", nil), ("", nil),
    ] as [(String, String?)])
  func `accounting tells of what has ended`(line: String, text: String?) {
    let converted = SlurmAccounting.converted(Substring(line))
    #expect(converted?.text == text)
    #expect(converted == nil || converted?.job == 7)
  }

  @Test(
    arguments: [
      (
        "Slurmctld(primary) at a is DOWN\n***\n** RESTORE SLURMCTLD DAEMON TO SERVICE **", "",
        SlurmError.down(words: "Slurmctld(primary) at a is DOWN")
      ),
      ("Slurmctld(primary) at a is DOWN\nSlurmctld(backup) at b is UP", "", nil),
      (
        "", "scontrol: error: no config",
        SlurmError.refused(command: "scontrol", reason: "no config.")
      ),
      ("", "", nil),
    ] as [(String, String, SlurmError?)])
  func `a controller that answers nobody is told from one that does`(
    text: String, errors: String, problem: SlurmError?
  ) {
    let ping = SlurmCommand.Output(status: 1, text: text, errors: errors)
    #expect(SlurmController.problem(of: ping) == problem)
  }

  @Test func `a command that does not answer is ended`() {
    let began = ContinuousClock.now
    #expect(throws: SlurmError.silent(command: "sleep", seconds: 1)) {
      try SlurmCommand.run("sleep", ["20"], seconds: 1)
    }
    #expect(ContinuousClock.now - began < .seconds(10))
    #expect(throws: SlurmError.missing(command: "no-such-command")) {
      try SlurmCommand.run("no-such-command", [])
    }
  }
}
