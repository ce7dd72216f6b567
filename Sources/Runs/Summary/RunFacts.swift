import Experiments
import Foundation

/// Everything that is known of a run, read from its folder or received from another machine; how
/// the run stands follows from it alone.
package struct RunFacts: Sendable, Hashable {
  /// What changes while others work on a run and ask things of it.
  package struct Standing: Sendable, Hashable, Codable {
    /// Whether a process runs the whole, and when it last said so: seconds since 1970.
    package var hasWorker = false
    package var heartbeat: Double?
    /// The cells that processes work on, by name.
    package var claimed: [ExperimentCell.ID] = []
    package var isPaused = false
    package var isCancelled = false
    /// Threads and niceness; nil where nobody has asked.
    package var workers: Int?
    package var niceness: Int?
    /// What Slurm says of the cells' tasks; nil where it has nothing to do with the run.
    package var slurm: [ExperimentCell.ID: SlurmTask]?
    /// Why Slurm's answer is not known, in one sentence.
    package var slurmProblem: String?

    package init() {}

    private enum CodingKeys: String, CodingKey {
      case heartbeat, claimed, workers, niceness, slurm
      case hasWorker = "has_worker"
      case isPaused = "is_paused"
      case isCancelled = "is_cancelled"
      case slurmProblem = "slurm_problem"
    }
  }

  package var name: String
  /// Of the folder, on its own machine.
  package var path: String
  package var spec: ExperimentSpec
  package var environment: RunEnvironment?
  package var standing = Standing()
  /// The files that cells keep for others.
  package var masks: Set<String> = []
  /// Of the cells that have begun; of finished ones it need not be there.
  package var progress: [ExperimentCell.ID: CellProgress] = [:]
  package var results: [ExperimentCell.ID: CellResult] = [:]
  /// Results that are there and cannot be read, with the reason in a sentence.
  package var damaged: [ExperimentCell.ID: String] = [:]

  package init(name: String, path: String, spec: ExperimentSpec, environment: RunEnvironment?) {
    self.name = name
    self.path = path
    self.spec = spec
    self.environment = environment
  }

  /// Reads a run's folder.
  ///
  /// - Parameters:
  ///   - known: results that are not read again.
  ///   - queue: what Slurm says; nil where it was not asked.
  package init(
    _ folder: RunFolder, known: [ExperimentCell.ID: CellResult] = [:], queue: SlurmQueue? = nil
  ) {
    self.init(
      name: folder.name, path: folder.path, spec: folder.spec,
      environment: try? folder.environment())
    let finished = folder.finishedCells
    let begun = folder.begunCells
    standing = folder.standing(finished: finished, queue: queue)
    masks = folder.keptMasks
    for cell in spec.cells.map(\.id) {
      if finished.contains(cell) {
        do {
          results[cell] = try known[cell] ?? folder.result(of: cell)
          continue
        } catch {
          damaged[cell] = "\(error)"
        }
      } else if !begun.contains(cell) {
        continue
      }
      progress[cell] = CellProgress(reading: folder.eventFile(of: cell))
    }
  }
}

extension RunFolder {
  /// - Parameters:
  ///   - finished: the finished cells, whose claims and tasks mean nothing.
  ///   - queue: what Slurm says; nil where it was not asked.
  func standing(finished: Set<ExperimentCell.ID>, queue: SlurmQueue?) -> RunFacts.Standing {
    var standing = RunFacts.Standing()
    standing.hasWorker = worker != nil
    standing.heartbeat = standing.hasWorker ? workerStatus?.heartbeat : nil
    standing.claimed = claimedCells.filter { !finished.contains($0) && isClaimed($0) }.sorted()
    standing.isPaused = control.isPaused
    standing.isCancelled = control.isCancelled
    standing.workers = control.workers
    standing.niceness = control.niceness
    do {
      if let queue, let jobs = try slurmJobs() {
        standing.slurm = queue.tasks(of: jobs).filter { !finished.contains($0.key) }
        standing.slurmProblem = queue.problem
      }
    } catch {
      standing.slurmProblem = "\(error)"
    }
    return standing
  }

  /// The names of the files that cells keep for others.
  var keptMasks: Set<String> {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: maskFile(""))) ?? []
    return Set(names.filter { !$0.hasPrefix(".") })
  }
}

extension CellProgress {
  /// Reads how a cell stands from the end of its event file.
  init(reading path: String) {
    self.init()
    var tail = EventTail(path: path, last: 1 << 15)
    for event in tail.read() { take(event) }
    // The attempt's beginning may lie too far back.
    if began == nil { began = Self.firstTime(path) }
  }

  /// The time of a file's first event.
  private static func firstTime(_ path: String) -> Double? {
    guard let file = FileHandle(forReadingAtPath: path),
      let data = try? file.read(upToCount: 4096),
      let line = data.split(separator: UInt8(ascii: "\n")).first
    else { return nil }
    return try? JSONText.makeDecoder().decode(RunEvent.self, from: Data(line)).time
  }
}
