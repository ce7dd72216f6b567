import Checkpoints
import Experiments

extension PrunableMatrices {
  /// Writes the pruned model as a new folder that loads like the one it came from.
  ///
  /// Removed weights are +0 in the file's own type and everything else is bit-identical; a matrix
  /// that is stored without its zeros loses the sign of those. The folder appears only when it is
  /// complete.
  /// - Parameters:
  ///   - format: how the prunable matrices are stored that it makes smaller.
  ///   - onMatrix: told after each step how many are done and how many there are: one for each matrix
  ///     that is changed, and another where its zeros must be counted first.
  ///   - isCancelled: asked before each step.
  /// - Returns: the names of the matrices that are stored without their zeros.
  /// - Throws: `CheckpointError` where reading or writing fails, `PruningError.cancelled`.
  @discardableResult
  package func write(
    _ plan: PruningPlan, to folder: String, storing format: StorageFormat = .dense,
    onMatrix: (_ done: Int, _ all: Int) -> Void = { _, _ in }, isCancelled: () -> Bool = { false }
  ) throws -> [String] {
    var rules: [String: MaskRule] = [:]
    for (index, removed) in plan.pruned.enumerated() where removed > 0 {
      rules[matrices[index].tensor.name] = MaskRule(plan, matrix: index, of: self)
    }
    let steps = rules.count * (format == .dense ? 1 : 2)
    var done = 0
    var writer = try ModelFolderWriter(to: folder)
    let compressed = try writer.addCopy(
      of: checkpoint, rewriting: Set(rules.keys), storing: format,
      among: Set(matrices.map(\.tensor.name))
    ) { tensor, bytes in
      if isCancelled() { throw PruningError.cancelled }
      rules[tensor.name]?.apply(toStored: bytes)
      done += 1
      onMatrix(done, steps)
    }
    try writer.finish()
    return compressed
  }
}
