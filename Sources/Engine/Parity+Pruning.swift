import Checkpoints
import Experiments
import Pruning
import Transformers

extension Parity {
  /// The share of weights that the reference prunes.
  private static let sparsity = 0.6

  /// Threshold, pruned weights of each matrix, and the logits of the pruned model.
  ///
  /// - Parameter checkpoint: the one that the model was loaded from.
  package func pruningDifferences(_ checkpoint: Checkpoint) throws -> [ParityOutput] {
    let matrices = PrunableMatrices(checkpoint)
    let index = try MagnitudeIndex.build(matrices)
    let plan = index.plan(PruningRequest(method: .magnitude(.global), sparsity: Self.sparsity))

    var places: [String: Int] = [:]
    for (place, matrix) in index.matrices.enumerated() { places[matrix.name] = place }
    // The largest magnitude that was removed is the same in all matrices.
    var outputs = [
      try compareExactly("threshold", plan.thresholds.compactMap(\.self).first.map(Double.init))
    ]
    for (name, id) in names(after: "pruned.") {
      let place = id.flatMap { places[loaded.fileName(of: $0)] }
      outputs.append(
        try compareExactly("pruned.\(name)", place.map { Double(plan.pruned[$0]) }))
      if let id { places[loaded.fileName(of: id)] = nil }
    }
    for name in places.keys.sorted() {
      outputs.append(.incomparable("pruned.\(name)"))
    }
    return try outputs
      + maskedDifferences(loaded.parameters.pruned(plan, of: matrices, loaded.report))
  }
}
