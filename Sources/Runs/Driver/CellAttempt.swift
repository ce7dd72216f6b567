import Experiments
import Foundation

/// One attempt at a cell: from its claim to its result, its failure, or its interruption.
struct CellAttempt: Sendable {
  enum Outcome: Sendable, Hashable {
    case finished
    /// It was finished before, or by another process meanwhile.
    case wasFinished
    case failed(message: String)
    /// The disk is full; that fails every other cell, too.
    case withoutRoom(message: String)
    case interrupted
    /// Another process works on it.
    case elsewhere
  }

  let cell: ExperimentCell
  let folder: RunFolder
  let requests: RunRequests
  let execute: RunDriver.Execute
  let desk: CellDesk

  /// Never throws: what goes wrong is the cell's failure.
  func run() -> Outcome {
    let claim: Claim
    do {
      claim = try Claim.take(folder.claim(of: cell.id), for: "the cell \(cell.id)")
    } catch RunError.claimed {
      return .elsewhere
    } catch RunError.diskFull(let path) {
      return .withoutRoom(message: "\(path) cannot be written.")
    } catch {
      return .failed(message: "\(error)")
    }
    desk.hold(claim, of: cell.id)
    folder.removeLeftovers(of: cell.id)
    defer {
      desk.hold(nil, of: cell.id)
      claim.release()
    }
    // Asked again under the claim: another process may have finished it before giving it back.
    if folder.isFinished(cell.id) {
      claim.retire()
      return .wasFinished
    }
    do {
      let events = try EventWriter(cell: cell.id, path: folder.eventFile(of: cell.id))
      let outcome = carryOut(events)
      if outcome == .finished { claim.retire() }
      return outcome
    } catch RunError.diskFull(let path) {
      return .withoutRoom(message: "\(path) cannot be written.")
    } catch {
      return .failed(message: "\(error)")
    }
  }

  private func carryOut(_ events: EventWriter) -> Outcome {
    let history = AttemptHistory(path: events.path)
    let began = ContinuousClock.now
    do {
      let start = RunEvent.Start(
        attempt: history.attempts + 1, pid: ProcessIdentity.current.pid,
        host: ProcessIdentity.current.host)
      try events.record(.started(start))
      let context = CellContext(
        cell: cell, folder: folder, attempt: start.attempt, events: events, requests: requests)
      var result = try execute(cell, context)
      result.cell = cell.id
      result.seconds = history.seconds + (ContinuousClock.now - began) / .seconds(1)
      result.finishedAt = Date().timeIntervalSince1970
      // The result's file is what makes the cell finished; all else follows from it.
      try folder.write(result)
      try events.record(.finished(RunEvent.Finish(result)))
      return .finished
    } catch CellInterruption.stopped(let reason) {
      // What cannot be recorded now is known from the missing result.
      _ = try? events.record(.stopped(reason: reason))
      return .interrupted
    } catch CellInterruption.cancelled {
      _ = try? events.record(.cancelled)
      return .interrupted
    } catch {
      if folder.isFinished(cell.id) { return .finished }
      if WriteFailure.isFullDisk(error) { return .withoutRoom(message: "\(error)") }
      _ = try? events.record(.failed(message: "\(error)"))
      return .failed(message: "\(error)")
    }
  }
}

extension RunEvent.Finish {
  init(_ result: CellResult) {
    self.init(
      score: result.point?.mean, metrics: result.point?.metrics ?? [:], seconds: result.seconds)
  }
}

/// The attempts at a cell so far.
struct AttemptHistory {
  private(set) var attempts = 0
  /// Seconds that they took, as far as they have left a sign of life.
  private(set) var seconds = 0.0

  init(path: String) {
    var tail = EventTail(path: path)
    var began: Double?
    var last = 0.0
    for event in tail.read() {
      if case .started(let start) = event.kind {
        if let began { seconds += max(0, last - began) }
        attempts = max(attempts, start.attempt)
        began = event.time
      }
      last = event.time
    }
    if let began { seconds += max(0, last - began) }
  }
}
