import Experiments
import Foundation

/// Gives the cells of a run to Slurm, and steers what it has of them.
package struct SlurmSubmitter {
  private let run: RunFolder
  /// The program that the tasks start, as an absolute path.
  private let program: String

  package init(_ run: RunFolder, program: String) {
    self.run = run
    self.program = program
  }

  /// What was submitted.
  package struct Report: Sendable, Hashable {
    package var jobs: [Int] = []
    package var cells = 0
    /// Cells that Slurm has already.
    package var active = 0
    package var finished = 0
    /// Why not all cells were submitted: Slurm's answer, in a sentence.
    package var refusal: String?
    /// Where a list of earlier submissions is kept that could not be read.
    package var aside: String?
  }

  /// What would be submitted, and what that rests on that Slurm was not asked or did not say: a
  /// sentence each.
  package struct Preview: Sendable, Hashable {
    package var scripts: [SlurmScript] = []
    package var assumptions: [String] = []
  }

  /// Tasks that an array of this cluster can have.
  private static func longestArray() throws(SlurmError) -> Int {
    let text = try SlurmController.ask { () throws(SlurmError) in
      try SlurmCommand.answer("scontrol", ["show", "config"], seconds: 10)
    }
    let longest = text.firstMatch(of: /MaxArraySize\s*=\s*(\d+)/).flatMap { Int($0.1) }
    guard let longest else { return usualLongestArray }
    guard longest >= 2 else { throw .noArrays }
    return longest
  }

  /// The default of Slurm.
  private static let usualLongestArray = 1001

  /// The same for who only looks, and may do so where there is no Slurm.
  private static func longestArray(
    assuming assumptions: inout [String]
  ) throws(SlurmError) -> Int {
    do {
      return try longestArray()
    } catch .noArrays {
      throw .noArrays
    } catch {
      assumptions.append("Arrays of up to \(usualLongestArray) tasks are assumed. \(error)")
      return usualLongestArray
    }
  }

  /// The scripts of a run that is not there yet, with the first array's number 1.
  package static func preview(
    _ spec: ExperimentSpec, at path: String, program: String, settings: SlurmSettings
  ) throws(SlurmError) -> Preview {
    let name = FileNameText.safe(URL(fileURLWithPath: path).lastPathComponent)
    var preview = Preview()
    let longest = try longestArray(assuming: &preview.assumptions)
    for array in SlurmArray.arrays(of: spec.cells, longest: longest) {
      preview.scripts.append(
        try SlurmScript(array, run: path, name: name, program: program, settings: settings))
    }
    return preview
  }

  /// The scripts that `submit` would give to Slurm now.
  package func preview(settings: SlurmSettings) throws -> Preview {
    var preview = Preview()
    let longest = try Self.longestArray(assuming: &preview.assumptions)
    var jobs = SlurmJobs(name: run.slurmName)
    do {
      jobs = try run.slurmJobs() ?? jobs
    } catch {
      preview.assumptions.append("What was submitted before is not known. \(error)")
    }
    var active: [ExperimentCell.ID: SlurmTask] = [:]
    do {
      active = try activeTasks(of: jobs)
    } catch {
      preview.assumptions.append(
        "What is queued is not known, so no cell is taken to be. \(error)")
    }
    preview.scripts = try scripts(
      settings: settings, jobs: jobs, active: active, longest: longest
    ).scripts
    return preview
  }

  /// Submits the cells that are not finished and that Slurm does not have yet.
  ///
  /// - Throws: `RunError.claimed` where another process submits the same run, `SlurmError`, and what
  ///   the disk says. A refusal after the first array is in the report, because some cells run.
  package func submit(settings: SlurmSettings) throws -> Report {
    guard SlurmCommand.path(of: "sbatch") != nil else {
      throw SlurmError.missing(command: "sbatch")
    }
    let claim = try Claim.take("\(run.path)/claims/_slurm", for: "\(run.path)/slurm")
    defer { claim.release() }
    let aside = run.hasDamagedSlurmJobs ? try setJobsAside() : nil
    var jobs = try run.slurmJobs() ?? SlurmJobs(name: run.slurmName)
    let active = try activeTasks(of: jobs)
    let (scripts, finished) = try scripts(
      settings: settings, jobs: jobs, active: active, longest: try Self.longestArray())
    var report = Report(active: active.count, finished: finished, aside: aside)
    try RunFolder.makeFolder("\(run.path)/slurm/logs")
    // The jobs that have the cells which others need.
    var places = active.mapValues(\.job)
    let needs = Dictionary(
      run.spec.cells.map { ($0.id, $0.dependencies) }, uniquingKeysWith: { $1 })
    for script in scripts {
      let needed = Set(script.array.cells.flatMap { needs[$0] ?? [] }.compactMap { places[$0] })
      do throws(SlurmError) {
        try write(script)
        let job = try Self.submit(script, after: needed.sorted(), settings: settings)
        jobs.submissions.append(
          SlurmJobs.Submission(
            job: job, array: script.array.number, depth: script.array.depth,
            cells: script.array.cells, submitted: Date().timeIntervalSince1970,
            settings: settings))
        for cell in script.array.cells { places[cell] = job }
        report.jobs.append(job)
        report.cells += script.array.cells.count
      } catch {
        guard !report.jobs.isEmpty else { throw error }
        report.refusal = "\(error)"
        break
      }
      try run.write(jobs)
    }
    return report
  }

  // MARK: What Slurm has

  /// The tasks that are queued or run, by cell; cells that are finished have none.
  ///
  /// - Throws: `SlurmError` where Slurm does not say.
  package func activeTasks() throws -> [ExperimentCell.ID: SlurmTask] {
    guard let jobs = try run.slurmJobs() else { return [:] }
    return try activeTasks(of: jobs)
  }

  private func activeTasks(of jobs: SlurmJobs) throws -> [ExperimentCell.ID: SlurmTask] {
    try SlurmQueue.ask(jobs.jobs).tasks(of: jobs).filter { cell, task in
      task.isActive && !run.isFinished(cell)
    }
  }

  /// Makes sure that Slurm answers, before anything of the run is changed.
  ///
  /// Where the list of submissions cannot be read, nothing keeps a cell that is queued from being
  /// submitted once more, so Slurm must have nothing of the run's name.
  /// - Throws: `SlurmError`, of which `lostJobs` says how to end what may be queued.
  package func requireAnswer() throws(SlurmError) {
    guard run.hasDamagedSlurmJobs else { return try SlurmController.require() }
    func lost(_ reason: String) -> SlurmError {
      .lostJobs(file: run.slurmJobsFile, name: run.slurmName, reason: reason)
    }
    let jobs: [Int]
    do {
      jobs = try SlurmQueue.activeJobs(named: run.slurmName)
    } catch {
      throw lost("whether cells are still queued is not known: \(error)")
    }
    guard jobs.isEmpty else {
      let numbers = jobs.map(String.init).joined(separator: ", ")
      throw lost("Slurm still has jobs of this name (\(numbers))")
    }
  }

  /// Sets a list of submissions aside that cannot be read.
  ///
  /// - Returns: the path that it is kept at.
  private func setJobsAside() throws -> String {
    try requireAnswer()
    return try RunFolder.setAside(run.slurmJobsFile)
  }

  /// Ends what is queued and what runs.
  ///
  /// - Returns: how many tasks.
  package func cancel() throws -> Int {
    let active = try activeTasks()
    guard !active.isEmpty else { return 0 }
    _ = try SlurmCommand.answer("scancel", Set(active.values.map(\.job)).sorted().map(String.init))
    return active.count
  }

  /// Keeps queued tasks from starting, or lets them start again.
  ///
  /// - Returns: how many tasks.
  package func hold(_ isHeld: Bool) throws -> Int {
    let queued = try activeTasks().values.filter { $0.isQueued && $0.isHeld != isHeld }
    guard !queued.isEmpty else { return 0 }
    let jobs = Dictionary(grouping: queued, by: \.job).map { job, tasks in
      "\(job)_[\(SlurmQueue.ranges(tasks.map(\.index)))]"
    }
    // `uhold` and not `hold`: what an operator holds by that his user could not release.
    for job in jobs.sorted() {
      _ = try SlurmCommand.answer("scontrol", [isHeld ? "uhold" : "release", job])
    }
    return queued.count
  }

  // MARK: Submitting

  private func scripts(
    settings: SlurmSettings, jobs: SlurmJobs, active: [ExperimentCell.ID: SlurmTask], longest: Int
  ) throws -> (scripts: [SlurmScript], finished: Int) {
    // Not by counting files: a damaged result has to be made again.
    let cells = RunSummary(run).cells
    let missing = cells.filter { $0.state != .finished && active[$0.cell.id] == nil }.map(\.cell)
    let failures = Dictionary(
      missing.map { ($0.id, run.failures(of: $0.id)) }, uniquingKeysWith: { $1 })
    let arrays = SlurmArray.arrays(
      of: missing, longest: longest,
      first: (jobs.submissions.map(\.array).max() ?? 0) + 1)
    let scripts = try arrays.map {
      try SlurmScript(
        $0, run: run.path, name: run.slurmName, program: program, settings: settings,
        failures: failures)
    }
    return (scripts, cells.count { $0.state == .finished })
  }

  private func write(_ script: SlurmScript) throws(SlurmError) {
    do {
      try AtomicFile.write(Data(script.table.utf8), to: script.tableFile)
      try AtomicFile.write(Data(script.text.utf8), to: script.scriptFile)
    } catch {
      throw .refused(command: "sbatch", reason: "its script is missing. \(error)")
    }
  }

  private static func submit(
    _ script: SlurmScript, after jobs: [Int], settings: SlurmSettings
  ) throws(SlurmError) -> Int {
    let answer = try SlurmCommand.answer(
      "sbatch", ["--parsable"] + script.dependency(on: jobs) + [script.scriptFile],
      environment: script.withoutVariables)
    // `123`, or `123;cluster`.
    guard let job = Int(answer.prefix { $0.isNumber }) else {
      throw .refused(
        command: "sbatch",
        reason: "its answer \"\(SlurmCommand.reason(answer))\" has no job number.")
    }
    return job
  }
}

extension SlurmScript {
  /// A task waits until all it may need has ended, and then looks itself whether it was finished:
  /// a cell that can no longer be run says so and ends.
  func dependency(on jobs: [Int]) -> [String] {
    jobs.isEmpty ? [] : ["--dependency=afterany:\(jobs.map(String.init).joined(separator: ":"))"]
  }

  /// Variables that would win over what stands in the script.
  var withoutVariables: [String: String?] {
    var names = [
      "ARRAY_INX", "JOB_NAME", "OUTPUT", "ERROR", "OPEN_MODE", "REQUEUE", "NO_REQUEUE", "SIGNAL",
      "WAIT", "TEST_ONLY",
    ]
    if settings.partition != nil { names.append("PARTITION") }
    if settings.time != nil { names.append("TIMELIMIT") }
    if settings.account != nil { names.append("ACCOUNT") }
    if settings.qos != nil { names.append("QOS") }
    if settings.cpus != nil { names.append("CPUS_PER_TASK") }
    if settings.memory != nil { names += ["MEM_PER_NODE", "MEM_PER_CPU"] }
    return Dictionary(uniqueKeysWithValues: names.map { ("SBATCH_\($0)", nil) })
  }
}
