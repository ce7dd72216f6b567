import Checkpoints
import Experiments

extension PrunableMatrices {
  /// Writes the pruned model as a new folder that loads like the one it came from.
  ///
  /// Removed weights are +0 in the file's own type and everything else is bit-identical. The folder
  /// appears only when it is complete.
  /// - Parameters:
  ///   - onMatrix: told after each matrix that is changed, how many are done and how many there are.
  ///   - isCancelled: asked before each matrix.
  /// - Throws: `CheckpointError` where reading or writing fails, `PruningError.cancelled`.
  package func write(
    _ plan: PruningPlan, to folder: String,
    onMatrix: (_ done: Int, _ all: Int) -> Void = { _, _ in }, isCancelled: () -> Bool = { false }
  ) throws {
    var rules: [String: MaskRule] = [:]
    for (index, removed) in plan.pruned.enumerated() where removed > 0 {
      rules[matrices[index].tensor.name] = MaskRule(plan, matrix: index, of: self)
    }
    var done = 0
    var writer = try ModelFolderWriter(to: folder)
    try writer.addCopy(of: checkpoint, rewriting: Set(rules.keys)) { tensor, bytes in
      if isCancelled() { throw PruningError.cancelled }
      rules[tensor.name]?.apply(toStored: bytes)
      done += 1
      onMatrix(done, rules.count)
    }
    try writer.finish()
  }
}
