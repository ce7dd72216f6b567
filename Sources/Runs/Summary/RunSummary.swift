import Experiments
import Foundation

/// How a run stands, as its folder says, or the machine that it is on.
package struct RunSummary: Sendable, Hashable {
  package enum State: String, Sendable, Hashable, Codable, CaseIterable {
    /// Nothing has begun, or Slurm is to go on with it.
    case queued
    case running
    case paused
    /// Begun and not finished, and no process works on it.
    case interrupted
    /// Ended, with cells that have failed.
    case failed
    case finished
    case cancelled
  }

  package let name: String
  package let path: String
  package let spec: ExperimentSpec
  package let environment: RunEnvironment?
  package let standing: RunFacts.Standing
  /// The files that cells keep for others.
  package let masks: Set<String>
  package let state: State
  /// In the order of the specification.
  package let cells: [CellSummary]
  /// Results of finished cells.
  package let results: [ExperimentCell.ID: CellResult]
  /// Files that cannot be read; the rest counts all the same.
  package let problems: [String]
  /// When the run was made, and when something last happened in it: seconds since 1970, UTC.
  package let created: Double
  package let updated: Double

  package var total: Int { cells.count }
  package var done: Int { cells.count { $0.state == .finished } }
  package var failed: Int { cells.count { $0.state == .failed } }
  package var running: [CellSummary] { cells.filter { $0.state == .running } }
  /// What Slurm has of it; nil where it has nothing.
  package var slurm: SlurmCounts? { SlurmCounts(cells.compactMap(\.slurm)) }

  /// The share of the work that is done, `0...1`, each cell counting the same.
  package var progress: Double {
    guard total > 0 else { return 1 }
    let partial = running.reduce(0) { $0 + ($1.progress ?? 0) }
    return (Double(done) + partial) / Double(total)
  }

  /// Seconds that a finished cell has taken on average; nil before the first.
  package var secondsPerCell: Double? {
    results.isEmpty ? nil : results.values.reduce(0) { $0 + $1.seconds } / Double(results.count)
  }

  /// Cells in an hour at the present pace; nil while nothing runs, or nothing is known.
  package var cellsPerHour: Double? {
    guard state == .running, let seconds = pace, seconds > 0 else { return nil }
    return 3600 / seconds * Double(max(1, running.count))
  }

  /// Seconds until the end at the present pace; nil while nothing runs, or nothing is known.
  package var secondsLeft: Double? {
    guard state == .running, let pace else { return nil }
    let open = cells.count { $0.state != .finished && $0.state != .failed && $0.state != .blocked }
    let partial = running.reduce(0) { $0 + ($1.progress ?? 0) }
    return (Double(open) - partial) * pace / Double(max(1, running.count))
  }

  /// Seconds for a cell, from those that are finished or else from how far the running have come.
  private var pace: Double? {
    if let secondsPerCell { return secondsPerCell }
    let estimates = running.compactMap { cell -> Double? in
      guard let progress = cell.progress, progress > 0, let elapsed = cell.elapsed else {
        return nil
      }
      return elapsed / progress
    }
    return estimates.isEmpty ? nil : estimates.reduce(0, +) / Double(estimates.count)
  }

  /// The measured curves, one for each task and method, over all seeds.
  package var curves: [SeedCurves] {
    SeedCurves.collect(results.values, of: cells.map(\.cell))
  }

  /// The essential sparsity of each curve, on the examples of all its seeds.
  package func essentialSparsities() -> [Finding<ToleranceTurningPoint>] {
    curves.map { TurningPoints(of: $0.pooled, epsilon: spec.tolerance).tolerance }
  }

  /// Reads a run.
  ///
  /// - Parameters:
  ///   - previous: an earlier summary of the same run, whose results are not read again.
  ///   - queue: what Slurm says; nil where it was not asked.
  package init(
    _ folder: RunFolder, previous: RunSummary? = nil, queue: SlurmQueue? = nil
  ) {
    self.init(RunFacts(folder, known: previous?.results ?? [:], queue: queue))
  }

  /// Judges what is known of a run.
  package init(_ facts: RunFacts) {
    let claimed = Set(facts.standing.claimed)
    let tasks = facts.standing.slurm ?? [:]
    var summaries: [CellSummary] = []
    var problems = [facts.standing.slurmProblem].compactMap(\.self)
    var updated = 0.0
    var unfinished: Set<ExperimentCell.ID> = []
    for cell in facts.spec.cells {
      var summary: CellSummary
      if let result = facts.results[cell.id] {
        summary = CellSummary(cell, result: result)
      } else if let damage = facts.damaged[cell.id] {
        // As the next resumption sees it: it will be run again.
        problems.append(damage)
        summary = CellSummary(
          cell, progress: facts.progress[cell.id] ?? CellProgress(), isClaimed: false)
        summary.state = .interrupted
        summary.message = "its result is damaged"
      } else if let progress = facts.progress[cell.id] {
        summary = CellSummary(cell, progress: progress, isClaimed: claimed.contains(cell.id))
      } else {
        summary = CellSummary(cell)
      }
      if let task = tasks[cell.id] { summary.take(task) }
      let missing = cell.dependencies.filter(unfinished.contains)
      if summary.state == .waiting, !missing.isEmpty { summary.state = .blocked }
      if summary.state == .failed || summary.state == .blocked { unfinished.insert(cell.id) }
      updated = max(updated, summary.updated ?? 0)
      summaries.append(summary)
    }

    name = facts.name
    path = facts.path
    spec = facts.spec
    environment = facts.environment
    standing = facts.standing
    masks = facts.masks
    cells = summaries
    results = facts.results
    self.problems = problems
    created = facts.environment?.created ?? 0
    self.updated = max(updated, facts.standing.heartbeat ?? 0, created)
    let slurm = SlurmCounts(summaries.compactMap(\.slurm))
    state = Self.state(
      summaries,
      isAlive: facts.standing.hasWorker || !claimed.isEmpty || slurm?.running ?? 0 > 0,
      isQueued: slurm != nil, isCancelled: facts.standing.isCancelled,
      isPaused: facts.standing.isPaused)
  }

  private static func state(
    _ cells: [CellSummary], isAlive: Bool, isQueued: Bool, isCancelled: Bool, isPaused: Bool
  ) -> State {
    if cells.allSatisfy({ $0.state == .finished }) { return .finished }
    if isAlive { return isPaused ? .paused : .running }
    if isQueued { return .queued }
    if isCancelled { return .cancelled }
    if cells.allSatisfy({ [.finished, .failed, .blocked].contains($0.state) }) { return .failed }
    if cells.allSatisfy({ $0.state == .waiting }) { return .queued }
    return .interrupted
  }
}
