import Engine
import Experiments
import Explorer
import Foundation
import Runs

/// Reads runs' folders again and again, each time only what is new in them.
struct RunsScanner {
  private struct Known {
    let folder: RunFolder
    var summary: RunSummary
    var row: RunRow
    /// Made of so many results.
    var curves: [RunCurve] = []
    var curveResults = -1
  }

  private struct Tail {
    var tail: EventTail
    var history = TrainingHistory()
  }

  private let store: RunStore
  private let slurm = SlurmMonitor()
  private var queue: SlurmQueue?
  private var known: [RunRow.ID: Known] = [:]
  private var tails: [String: Tail] = [:]
  private var pass = 0
  private var sentRows: [RunRow]?
  private var sentProblems: [String] = []
  private var sentDetails: [RunRow.ID: RunDetail] = [:]

  /// Runs that nothing works on change seldom: they are looked at in each so many passes.
  private static let restInterval = 5
  /// More losses than that are too many for one plot.
  private static let trainingLimit = 4

  init(store: RunStore) { self.store = store }

  /// Looks once, and tells what has changed.
  mutating func scan(_ watch: RunsWatch, _ post: (RunsMessage) -> Void) {
    let problems = readSummaries(watch, post)
    postRows(problems, post)
    for id in watch.runs { postDetail(of: id, watch, post) }
    sentDetails = sentDetails.filter { watch.runs.contains($0.key) }
    // Turning points take their time: after what is looked at.
    for id in known.keys { refreshCurves(of: id) }
    postRows(problems, post)
    pass += 1
  }

  // MARK: Rows

  /// Reads all runs; while that takes its time, those that are read are told of already.
  ///
  /// - Returns: what cannot be read.
  private mutating func readSummaries(
    _ watch: RunsWatch, _ post: (RunsMessage) -> Void
  ) -> [String] {
    let paths = store.paths
    queue = slurm.queue(of: slurmJobs)
    known = known.filter { paths.contains($0.key) }
    var problems: [String] = []
    var lastPost = ContinuousClock.now
    for path in paths {
      do {
        try readSummary(path, isWatched: watch.runs.contains(path))
        problems += known[path]?.summary.problems ?? []
      } catch {
        problems.append("\(error)")
      }
      if ContinuousClock.now - lastPost > .milliseconds(200) {
        postRows(problems, post)
        lastPost = .now
      }
    }
    return problems
  }

  /// The jobs of runs that are not over.
  private var slurmJobs: Set<Int> {
    Set(
      known.values.filter { $0.row.state != .finished && $0.folder.isOnSlurm }
        .flatMap { (try? $0.folder.slurmJobs())??.jobs ?? [] })
  }

  private mutating func readSummary(_ path: String, isWatched: Bool) throws {
    if var run = known[path] {
      let rests =
        !run.row.state.isAlive && !run.folder.isOnSlurm && !isWatched
        && pass % Self.restInterval != 0
      let isOver = run.row.state == .finished && run.summary.problems.isEmpty
      guard !rests, !isOver else { return }
      run.summary = RunSummary(run.folder, previous: run.summary, queue: queue)
      run.row = RunRow(run.summary, path: path, control: run.folder.control, curves: run.curves)
      known[path] = run
    } else {
      let folder = try RunFolder.open(path)
      let summary = RunSummary(folder, queue: queue)
      known[path] = Known(
        folder: folder, summary: summary,
        row: RunRow(summary, path: path, control: folder.control, curves: []))
    }
  }

  private mutating func postRows(_ problems: [String], _ post: (RunsMessage) -> Void) {
    let rows = known.values.map(\.row).sorted { ($0.created, $0.id) > ($1.created, $1.id) }
    guard rows != sentRows || problems != sentProblems else { return }
    (sentRows, sentProblems) = (rows, problems)
    post(.runs(rows, problems: problems))
  }

  private mutating func refreshCurves(of id: RunRow.ID) {
    guard var run = known[id], run.summary.results.count != run.curveResults else { return }
    let spec = run.summary.spec
    run.curves = run.summary.curves.map {
      RunCurve($0, protocol: spec.protocol, tolerance: spec.tolerance)
    }
    run.curveResults = run.summary.results.count
    run.row.turn = RunRow.turn(of: run.curves)
    known[id] = run
  }

  // MARK: Details

  private mutating func postDetail(
    of id: RunRow.ID, _ watch: RunsWatch, _ post: (RunsMessage) -> Void
  ) {
    refreshCurves(of: id)
    guard let run = known[id] else { return }
    let masks = Set(
      (try? FileManager.default.contentsOfDirectory(atPath: run.folder.maskFile(""))) ?? [])
    let isSelected = id == watch.runs.first
    let detail = RunDetail(
      run: id,
      cells: run.summary.cells.map {
        CellRow($0, result: run.summary.results[$0.cell.id], masks: masks)
      },
      curves: run.curves,
      trainings: isSelected ? trainings(of: run, asked: watch.cell) : [],
      record: record(of: run.folder), command: "sparsescope run \(run.folder.path)/spec.yaml")
    guard detail != sentDetails[id] else { return }
    sentDetails[id] = detail
    post(.detail(detail))
  }

  /// The trainings of the cells that run and of the one that is asked for.
  private mutating func trainings(of run: Known, asked: String?) -> [TrainingSeries] {
    let running = run.summary.running.map(\.cell.id)
    var cells = Array(running.prefix(Self.trainingLimit))
    if let asked, !cells.contains(asked) { cells.append(asked) }
    let files = cells.map { run.folder.eventFile(of: $0) }
    // What is no longer looked at takes no memory.
    tails = tails.filter { files.contains($0.key) }
    return zip(cells, files).compactMap { cell, file in
      var tail = tails[file] ?? Tail(tail: EventTail(path: file))
      for event in tail.tail.read() { tail.history.take(event) }
      tails[file] = tail
      let history = tail.history
      guard !history.steps.isEmpty || !history.evaluations.isEmpty else { return nil }
      return TrainingSeries(cell: cell, isRunning: running.contains(cell), history)
    }
  }

  private func record(of folder: RunFolder) -> [RecordLine] {
    var lines = [RecordLine("folder", folder.path)]
    if let made = try? folder.environment() {
      let date = Date(timeIntervalSince1970: made.created)
      lines += [
        RecordLine("made", date.formatted(.iso8601)), RecordLine("version", made.version),
        RecordLine("model", folder.spec.model),
        RecordLine("sha256", made.modelHash ?? "not known yet"),
      ]
      for (task, hash) in made.dataHashes.sorted(by: { $0.key < $1.key }) {
        lines.append(RecordLine("data", "\(task) \(hash)"))
      }
      lines += [
        RecordLine("host", made.host), RecordLine("processor", made.processor ?? "unknown"),
        RecordLine("kernel", made.kernel ?? "unknown"),
        RecordLine("seeds", made.seeds.map(String.init).joined(separator: " ")),
        RecordLine("command", made.commandLine.joined(separator: " ")),
        RecordLine("in", made.workingFolder),
      ]
    }
    let spec = SpecFile.text(of: folder.spec).split(separator: "\n").map(String.init)
    return lines
      + spec.enumerated().map { RecordLine($0 == 0 ? "spec" : "", $1) }
  }
}

extension RunRow {
  init(_ summary: RunSummary, path: String, control: RunControl, curves: [RunCurve]) {
    self.init(
      id: path, name: summary.name, protocol: summary.spec.protocol, model: summary.spec.model,
      tasks: summary.spec.tasks.map(\.name), state: RunState(summary.state), done: summary.done,
      failed: summary.failed, total: summary.total, progress: summary.progress,
      cellsPerHour: summary.cellsPerHour, secondsLeft: summary.secondsLeft,
      turn: Self.turn(of: curves), created: summary.created,
      workers: control.workers ?? summary.spec.workers ?? ProcessorCount.available,
      niceness: control.niceness ?? 0, slurm: summary.slurm?.text)
  }

  static func turn(of curves: [RunCurve]) -> Double? {
    curves.lazy.compactMap { $0.turn.value?.sparsity }.first
  }
}

extension RunState {
  init(_ state: RunSummary.State) {
    self =
      switch state {
      case .queued: .queued
      case .running: .running
      case .paused: .paused
      case .interrupted: .interrupted
      case .failed: .failed
      case .finished: .finished
      case .cancelled: .cancelled
      }
  }
}

extension CellRow {
  /// - Parameter masks: the names of the files in the run's folder of masks.
  init(_ summary: CellSummary, result: CellResult?, masks: Set<String>) {
    let state: State =
      switch summary.state {
      case .waiting: .waiting
      case .blocked: .blocked
      case .running: .running
      case .paused: .paused
      case .interrupted: .interrupted
      case .failed: .failed
      case .finished: .finished
      }
    self.init(
      id: summary.cell.id, state: state, step: result?.steps ?? summary.step?.step,
      steps: summary.step?.steps, loss: result?.loss ?? summary.step?.loss,
      score: summary.score, interval: result?.point?.interval(),
      // Whole seconds: more would make a new frame each time.
      seconds: (summary.seconds ?? summary.elapsed).map { $0.rounded(.down) },
      message: summary.message,
      hasMask: state == .finished && masks.contains("\(summary.cell.id).safetensors"),
      slurm: summary.state == .waiting && summary.slurm?.isActive == true ? summary.stateText : nil)
  }
}
