import Experiments
import Explorer
import Runs

/// The runs of a folder on this machine; each time only what is new in them is read.
struct LocalRuns: RunsSource {
  private struct Known {
    let folder: RunFolder
    var summary: RunSummary
  }

  private struct Tail {
    var tail: EventTail
    var history = TrainingHistory()
  }

  private let store: RunStore
  private let slurm = SlurmMonitor()
  private var known: [RunRow.ID: Known] = [:]
  private var tails: [String: Tail] = [:]
  private var pass = 0

  /// Runs that nothing works on change seldom: they are looked at in each so many passes.
  private static let restInterval = 5

  init(_ store: RunStore) { self.store = store }

  var host: RunHost? { nil }

  func place(of run: RunSummary) -> RunRow.Place? { nil }

  mutating func read(
    watched: [RunRow.ID], _ found: (RunRow.ID, RunSummary) -> Void
  ) -> (runs: Set<RunRow.ID>, problems: [String]) {
    let paths = store.paths
    let queue = slurm.queue(of: slurmJobs)
    known = known.filter { paths.contains($0.key) }
    var problems: [String] = []
    for path in paths {
      do {
        if try readRun(path, isWatched: watched.contains(path), queue), let run = known[path] {
          found(path, run.summary)
        }
        problems += known[path]?.summary.problems ?? []
      } catch {
        problems.append("\(error)")
      }
    }
    pass += 1
    return (Set(known.keys), problems)
  }

  /// The jobs of runs that are not over.
  private var slurmJobs: Set<Int> {
    Set(
      known.values.filter { $0.summary.state != .finished && $0.folder.isOnSlurm }
        .flatMap { (try? $0.folder.slurmJobs())??.jobs ?? [] })
  }

  /// - Returns: whether it was looked at.
  private mutating func readRun(
    _ path: String, isWatched: Bool, _ queue: SlurmQueue?
  ) throws -> Bool {
    guard let run = known[path] else {
      let folder = try RunFolder.open(path)
      known[path] = Known(folder: folder, summary: RunSummary(folder, queue: queue))
      return true
    }
    let isAlive = run.summary.state == .running || run.summary.state == .paused
    let rests =
      !isAlive && !isWatched && !run.folder.isOnSlurm && pass % Self.restInterval != 0
    let isOver = run.summary.state == .finished && run.summary.problems.isEmpty
    guard !rests, !isOver else { return false }
    known[path]?.summary = RunSummary(run.folder, previous: run.summary, queue: queue)
    return true
  }

  mutating func trainings(
    of run: RunRow.ID, cells: [ExperimentCell.ID], running: Set<ExperimentCell.ID>
  ) -> [TrainingSeries] {
    guard let folder = known[run]?.folder else { return [] }
    let files = cells.map { folder.eventFile(of: $0) }
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
}
