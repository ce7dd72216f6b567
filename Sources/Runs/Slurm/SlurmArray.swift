import Experiments

/// One job array: the cells that are submitted together, one for each index from 0.
package struct SlurmArray: Sendable, Hashable {
  /// Counted from 1 over all submissions of a run; part of the names of its files.
  package var number: Int
  /// How many cells stand one behind the other before these.
  package var depth: Int
  package var cells: [ExperimentCell.ID]
}

extension SlurmArray {
  /// Groups cells into arrays: those that need others come in later ones.
  ///
  /// - Parameters:
  ///   - cells: what is to be run. Dependencies that are not among them are met or never will be.
  ///   - longest: tasks that an array can have.
  ///   - first: the number of the first array.
  package static func arrays(
    of cells: [ExperimentCell], longest: Int, first: Int = 1
  ) -> [SlurmArray] {
    var depths: [ExperimentCell.ID: Int] = [:]
    var groups: [[ExperimentCell.ID]] = []
    // Each cell stands behind those it needs.
    for cell in cells {
      let depth = cell.dependencies.compactMap { depths[$0] }.max().map { $0 + 1 } ?? 0
      depths[cell.id] = depth
      if depth == groups.count { groups.append([]) }
      groups[depth].append(cell.id)
    }
    var arrays: [SlurmArray] = []
    for (depth, group) in groups.enumerated() {
      for start in stride(from: 0, to: group.count, by: max(1, longest)) {
        arrays.append(
          SlurmArray(
            number: first + arrays.count, depth: depth,
            cells: Array(group[start..<min(start + max(1, longest), group.count)])))
      }
    }
    return arrays
  }
}
