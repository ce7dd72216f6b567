import Experiments
import Foundation

/// The checkpoints of a run: `checkpoints/CELL/checkpoint-N`, N being the optimiser step.
///
/// A folder of that name is complete: it was filled under a hidden name.
package struct Checkpoints: Sendable, Hashable {
  package struct Saved: Sendable, Hashable {
    package var step: Int
    package var path: String
  }

  /// How many of a cell's checkpoints stay.
  package static let kept = 2

  let run: String

  /// A cell's checkpoints by rising step.
  package func all(of cell: ExperimentCell.ID) -> [Saved] {
    let folder = folder(of: cell)
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.compactMap { name in
      guard name.hasPrefix("checkpoint-"), let step = Int(name.dropFirst(11)) else { return nil }
      return Saved(step: step, path: "\(folder)/\(name)")
    }.sorted { $0.step < $1.step }
  }

  /// The checkpoint to go on from; nil where there is none.
  package func latest(of cell: ExperimentCell.ID) -> Saved? { all(of: cell).last }

  /// Saves a checkpoint, safely on the disk, and removes all but the last two.
  ///
  /// - Parameter write: fills the folder whose path it is given.
  package func save(
    _ cell: ExperimentCell.ID, step: Int, write: (_ folder: String) throws -> Void
  ) throws -> Saved {
    let folder = folder(of: cell)
    try RunFolder.makeFolder(folder)
    removeUnfinished(in: folder)
    let saved = Saved(step: step, path: "\(folder)/checkpoint-\(step)")
    let temporary = AtomicFile.sibling(of: saved.path)
    do {
      try RunFolder.makeFolder(temporary)
      try write(temporary)
      AtomicFile.synchronizeContents(of: temporary)
      // The same step was saved before: after a resumption it is the same bits.
      AtomicFile.remove(saved.path)
      guard rename(temporary, saved.path) == 0 else { throw AtomicFile.failure(at: saved.path) }
    } catch {
      try? FileManager.default.removeItem(atPath: temporary)
      throw error
    }
    AtomicFile.synchronizeFolder(folder)
    prune(cell, keeping: Self.kept)
    return saved
  }

  /// Removes all but a cell's last checkpoints.
  package func prune(_ cell: ExperimentCell.ID, keeping count: Int) {
    for old in all(of: cell).dropLast(count) { AtomicFile.remove(old.path) }
  }

  /// What a killed process has left; the cell's claim keeps others from saving here meanwhile.
  private func removeUnfinished(in folder: String) {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    for name in names where name.hasPrefix(".checkpoint-") {
      try? FileManager.default.removeItem(atPath: "\(folder)/\(name)")
    }
  }

  /// Where a cell's checkpoints lie; it may not be there yet.
  package func folder(of cell: ExperimentCell.ID) -> String { "\(run)/checkpoints/\(cell)" }
}
