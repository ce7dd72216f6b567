import Dispatch
import Experiments
import Foundation

/// One call of `RunDriver.run`; used on its thread alone.
final class RunSession {
  private let folder: RunFolder
  private let claim: Claim?
  private let concurrency: Int
  private let workers: Int?
  private let execute: RunDriver.Execute
  private let onEnd: (ExperimentCell, RunDriver.Outcome) -> Void

  private var waiting: [ExperimentCell]
  /// Cells that wait or run: what may still be finished by this call.
  private var pending: Set<ExperimentCell.ID>
  private var running: Set<ExperimentCell.ID> = []
  private var finished: Set<ExperimentCell.ID>
  private var outcome = RunDriver.Outcome()

  private let requests = RunRequests()
  private let desk = CellDesk()
  private let started = Date().timeIntervalSince1970
  private var lastBeat: ContinuousClock.Instant?
  private var niceness = 0

  private static let pollInterval = DispatchTimeInterval.milliseconds(500)
  private static let beatInterval = Duration.seconds(10)

  init(
    folder: RunFolder, cells: [ExperimentCell], claim: Claim?, concurrency: Int,
    workers: Int?, execute: @escaping RunDriver.Execute,
    onEnd: @escaping (ExperimentCell, RunDriver.Outcome) -> Void
  ) {
    self.folder = folder
    self.claim = claim
    self.concurrency = concurrency
    self.workers = workers
    self.execute = execute
    self.onEnd = onEnd
    let finished = folder.finishedCells
    waiting = cells.filter { !finished.contains($0.id) }
    pending = Set(waiting.map(\.id))
    self.finished = finished
  }

  func run() -> RunDriver.Outcome {
    while true {
      collect()
      readRequests()
      if requests.stop == nil, !requests.isPaused { launch() }
      beat()
      if running.isEmpty {
        // A folder that has gone is told of once, whatever its cells failed of.
        if let stop = requests.stop {
          outcome.end = stop.end
          break
        }
        // A paused run waits with its process, ready to go on.
        if waiting.isEmpty || !requests.isPaused { break }
      }
      desk.wait(Self.pollInterval)
    }
    if folder.exists { beat(isLast: true) }
    return outcome
  }

  // MARK: Cells

  /// Starts cells whose dependencies are finished, and gives up those that cannot be any more.
  private func launch() {
    var index = 0
    while index < waiting.count, running.count < concurrency {
      let cell = waiting[index]
      let missing = cell.dependencies.filter { !finished.contains($0) && !folder.isFinished($0) }
      if missing.isEmpty {
        waiting.remove(at: index)
        start(cell)
      } else if missing.contains(where: { !pending.contains($0) }) {
        waiting.remove(at: index)
        pending.remove(cell.id)
        outcome.blocked.append(cell.id)
      } else {
        index += 1
      }
    }
  }

  private func start(_ cell: ExperimentCell) {
    running.insert(cell.id)
    let attempt = CellAttempt(
      cell: cell, folder: folder, requests: requests, execute: execute, desk: desk)
    let thread = Thread { [desk] in desk.finish(cell, attempt.run()) }
    thread.stackSize = 16 << 20
    thread.start()
  }

  private func collect() {
    for (cell, end) in desk.takeEnded() {
      running.remove(cell.id)
      pending.remove(cell.id)
      switch end {
      case .finished:
        finished.insert(cell.id)
        outcome.finished.append(cell.id)
      case .wasFinished: finished.insert(cell.id)
      case .failed(let message): outcome.failed[cell.id] = message
      case .withoutRoom(let message):
        let reason =
          "\(cell.id): no room is left (\(message)) Make room, then "
          + "`sparsescope run \(folder.name) --resume` goes on."
        requests.request(.halted(reason: reason))
      case .elsewhere: outcome.elsewhere.append(cell.id)
      case .interrupted: break
      }
      onEnd(cell, outcome)
    }
  }

  // MARK: Requests and signs of life

  private func readRequests() {
    guard folder.exists else {
      // Asked first: whoever saves now would make a part of the folder anew.
      return requests.request(.halted(reason: "\(RunError.vanished(path: folder.path))"))
    }
    if let reason = StopSignals.reason { requests.request(.ended(reason: reason)) }
    let control = folder.control
    if control.isCancelled { requests.request(.cancelled) }
    requests.isPaused = control.isPaused
    requests.workers = control.workers ?? workers
    if let asked = control.niceness, asked != niceness {
      niceness = asked
      ProcessPriority.set(niceness: asked)
    }
  }

  private func beat(isLast: Bool = false) {
    let now = ContinuousClock.now
    let isDue = lastBeat.map { now - $0 >= Self.beatInterval } ?? true
    guard isDue || isLast else { return }
    lastBeat = now
    if claim?.renew() == false || !desk.renewClaims() {
      requests.request(.ended(reason: "\(RunError.lostClaim(path: folder.path))"))
    }
    guard claim != nil else { return }
    // A heartbeat that cannot be written is no reason to stop: the claim counts, not this file.
    try? folder.write(
      WorkerStatus(
        process: .current, started: started, heartbeat: Date().timeIntervalSince1970,
        cells: running.sorted(), isPaused: requests.isPaused))
  }
}

extension RunRequests.Stop {
  fileprivate var end: RunDriver.Outcome.End {
    switch self {
    case .ended(let reason): .stopped(reason: reason)
    case .cancelled: .cancelled
    case .halted(let reason): .halted(reason: reason)
    }
  }
}

/// How willing the process is to let others go first.
private enum ProcessPriority {
  /// Sets the niceness of every thread; that of later ones follows the thread that makes them.
  ///
  /// Who may not lower it again keeps what is.
  static func set(niceness: Int) {
    let threads = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/task")) ?? []
    for thread in threads.compactMap(id_t.init) {
      setpriority(__priority_which_t(PRIO_PROCESS.rawValue), thread, Int32(niceness))
    }
  }
}
