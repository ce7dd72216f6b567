import Experiments
import Foundation

/// What processes that were killed while they wrote have left: hidden files and folders.
extension RunFolder {
  /// Removes what no cell's claim guards; for the holder of the run's claim.
  ///
  /// Nothing is touched while another process works on a cell: it may be writing just now.
  func removeLeftovers() {
    guard !claimedCells.contains(where: isClaimed) else { return }
    for folder in ["", "results", "masks", "control"] {
      removeHidden(in: folder) { $0.hasSuffix(".tmp") }
    }
  }

  /// Removes what an earlier attempt at a cell has left; for the holder of the cell's claim.
  func removeLeftovers(of cell: ExperimentCell.ID) {
    removeHidden(in: "checkpoints/\(cell)") { _ in true }
    removeHidden(in: "masks") { $0.hasPrefix(".\(cell).") && $0.hasSuffix(".tmp") }
    removeHidden(in: "results") { $0.hasPrefix(".\(cell).json.") && $0.hasSuffix(".tmp") }
    for saved in checkpoints.all(of: cell) {
      removeHidden(in: "checkpoints/\(cell)/checkpoint-\(saved.step)") { $0.hasSuffix(".tmp") }
    }
  }

  private func removeHidden(in folder: String, where isLeftover: (String) -> Bool) {
    let folder = folder.isEmpty ? path : "\(path)/\(folder)"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    for name in names where name.hasPrefix(".") && isLeftover(name) {
      try? FileManager.default.removeItem(atPath: "\(folder)/\(name)")
    }
  }
}
