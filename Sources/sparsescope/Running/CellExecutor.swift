import Checkpoints
import Engine
import Experiments
import Foundation
import Pruning
import Runs
import Synchronization

/// Carries out the cells of an experiment: prunes, fine-tunes, measures.
///
/// What a cell comes to depends on the specification and the cell alone, not on what ran before it
/// or how often it was interrupted.
final class CellExecutor: Sendable {
  /// Models and encoded data by task, kept from one cell to the next.
  private let tasks = Mutex<[String: CellTask]>([:])
  private let untrained = Mutex<[String: UntrainedTask]>([:])

  /// - Throws: what `CellContext.checkIn` throws, else a sentence for the person.
  func execute(_ cell: ExperimentCell, _ context: CellContext) throws -> CellResult {
    guard context.recipe.trains else { return try measure(cell, context) }
    let task = try task(cell.task, context.spec)
    let work = CellWork(cell: cell, context: context, task: task)
    switch cell.work {
    case .dense: return try work.train(under: nil)
    case .oneShot(_, let level): return try work.train(underMaskAt: level)
    case .gradual(_, let level): return try work.train(raisingTo: level)
    case .postFineTuning(_, let level, let source):
      return try work.prune(trained: source, to: level)
    case .drawTicket(_, let level, _, let previous):
      return try work.drawTicket(at: level, from: previous)
    case .fineTuneTicket(_, _, _, let ticket):
      return try work.train(underMaskOf: ticket)
    }
  }

  /// Prunes and measures, without any training.
  private func measure(_ cell: ExperimentCell, _ context: CellContext) throws -> CellResult {
    let task = try untrained.withLock { tasks in
      if let known = tasks[cell.task.name] { return known }
      let made = try UntrainedTask(cell.task, of: context.spec)
      tasks[cell.task.name] = made
      return made
    }
    return try task.measure(cell, context)
  }

  private func task(_ task: TaskSpec, _ spec: ExperimentSpec) throws -> CellTask {
    // Held while the data is read: two cells at once would read it twice.
    try tasks.withLock { tasks in
      if let known = tasks[task.name] { return known }
      let made = try CellTask(task, of: spec)
      tasks[task.name] = made
      return made
    }
  }
}
