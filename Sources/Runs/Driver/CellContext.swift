import Experiments
import Foundation

/// Why a cell leaves before its end; what `execute` throws on as it is.
package enum CellInterruption: Error, Sendable, Hashable {
  /// Saved; another process may go on from the last checkpoint.
  case stopped(reason: String)
  case cancelled
}

/// What the code that carries out a cell has of its run.
///
/// The shape of a training:
///
///     let start = context.latestCheckpoint          // nil: from the beginning
///     while step < steps {
///       …one optimiser step…
///       try context.record(.step(…))
///       if step % recipe.saveEvery == 0 { try context.saveCheckpoint(step: step, write: save) }
///       try context.checkIn { try context.saveCheckpoint(step: step, write: save) }
///     }
///     return CellResult(cell: cell.id, point: point)
///
/// May be used from any thread.
package final class CellContext: Sendable {
  package let cell: ExperimentCell
  package let folder: RunFolder
  /// From 1; more than one after an interruption or a failure.
  package let attempt: Int
  private let events: EventWriter
  private let requests: RunRequests

  init(
    cell: ExperimentCell, folder: RunFolder, attempt: Int, events: EventWriter,
    requests: RunRequests
  ) {
    self.cell = cell
    self.folder = folder
    self.attempt = attempt
    self.events = events
    self.requests = requests
  }

  package var spec: ExperimentSpec { folder.spec }

  /// The cell's recipe: what the specification says, else the task's.
  package var recipe: TrainingRecipe { spec.training.recipe(for: cell.task.name) }

  /// Threads to compute on, as asked of the running process or of the specification; nil for as
  /// many as there are processors. It may change between two steps.
  package var workers: Int? { requests.workers ?? spec.workers }

  // MARK: Telling

  /// Appends an event. Starting, saving, pausing and ending are recorded by the driver.
  package func record(_ kind: RunEvent.Kind) throws(RunError) { try events.record(kind) }

  // MARK: Keeping

  /// The checkpoint to go on from; nil where the cell begins anew.
  package var latestCheckpoint: Checkpoints.Saved? { folder.checkpoints.latest(of: cell.id) }

  /// Saves a checkpoint of this cell and records it.
  ///
  /// - Parameter write: fills the folder whose path it is given.
  package func saveCheckpoint(step: Int, write: (_ folder: String) throws -> Void) throws {
    let saved = try folder.checkpoints.save(cell.id, step: step, write: write)
    let relative = String(saved.path.dropFirst(folder.path.count + 1))
    try events.record(.saved(.init(checkpoint: relative, step: step)))
  }

  /// Writes a mask that other cells need, under a hidden name first.
  ///
  /// - Parameters:
  ///   - name: by which the others find it through `folder.maskFile`; the cell's id where it keeps
  ///     one.
  ///   - write: writes the file, or fills the folder, whose path it is given.
  package func saveMask(_ name: String, write: (_ path: String) throws -> Void) throws {
    let path = folder.maskFile(name)
    let temporary = AtomicFile.sibling(of: path)
    do {
      try write(temporary)
      AtomicFile.synchronizeContents(of: temporary)
      AtomicFile.remove(path)
      guard rename(temporary, path) == 0 else { throw AtomicFile.failure(at: path) }
    } catch {
      try? FileManager.default.removeItem(atPath: temporary)
      throw error
    }
    AtomicFile.synchronizeFolder("\(folder.path)/masks")
  }

  // MARK: Being asked

  /// Leaves at once where nothing can be written any more; to be called before what may save.
  ///
  /// - Throws: `CellInterruption.stopped`.
  package func checkHalt() throws(CellInterruption) {
    if case .halted(let reason) = requests.stop { throw .stopped(reason: reason) }
  }

  /// Whether the cell is to save and leave, or only leave.
  package var shouldStop: Bool { requests.stop != nil }

  /// Whether `checkIn` would save now.
  package var checkpointRequested: Bool {
    if case .ended = requests.stop { return true }
    return requests.isPaused && !shouldStop
  }

  /// Does what others have asked for: to be called after every step or batch, and nearly free while
  /// nobody asks.
  ///
  /// To pause, it saves and returns when the run is resumed. To end, it saves and throws.
  /// - Parameter save: saves a checkpoint where there is something to save.
  /// - Throws: `CellInterruption`, and what `save` throws.
  package func checkIn(save: () throws -> Void = {}) throws {
    if requests.isPaused, !shouldStop {
      try save()
      try events.record(.paused)
      while requests.isPaused, !shouldStop { usleep(50_000) }
      if !shouldStop {
        try events.record(.resumed)
        return
      }
      try leave(save: {})
    }
    try leave(save: save)
  }

  private func leave(save: () throws -> Void) throws {
    switch requests.stop {
    case nil: return
    case .cancelled: throw CellInterruption.cancelled
    case .halted(let reason): throw CellInterruption.stopped(reason: reason)
    case .ended(let reason):
      try save()
      throw CellInterruption.stopped(reason: reason)
    }
  }
}
