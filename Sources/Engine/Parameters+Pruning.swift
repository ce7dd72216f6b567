import Checkpoints
import Experiments
import Pruning
import Tensors
import Transformers

/// A model's weights at one level, and how many of its matrices are packed.
package struct PrunedParameters: Sendable {
  package var parameters: Parameters
  package var sparseMatrices = 0
  /// Those that could be packed.
  package var matrices = 0
  /// How many of the first blocks have all their weights.
  package var unchangedBlocks = 0
}

extension LoadedTransformer {
  /// The parameters with the weights that a plan removes set to zero, or, where that is faster, left
  /// out of packed matrices; all others are shared. So are zeros that the files hold, where nothing
  /// else is removed.
  ///
  /// - Parameter tokens: of a usual batch.
  func pruned(
    _ plan: PruningPlan, of matrices: PrunableMatrices, kernels: KernelChoice, tokens: Int
  ) throws -> PrunedParameters {
    let layers = model.packableLayers
    var result = PrunedParameters(parameters: parameters)
    let crossings = kernels.crossings(
      of: layers.values.map(\.shape), tokens: tokens, forTraining: false)
    var packed: [ParameterID: PackedWeights] = [:]
    var changed: [ParameterID] = []
    let workspace = Workspace()
    for (index, id) in report.ids(of: matrices, in: model.table) {
      let removed = plan.pruned[index]
      if removed > 0 { changed.append(id) }
      if let layer = layers[id] {
        result.matrices += 1
        let kept = plan.kept(of: index, weights: model.table[id].count)
        if crossings.isSparse(layer.shape, kept: kept) {
          workspace.reset()
          packed[id] = PackedWeights(
            parameters[id].matrix(in: workspace), of: layer,
            kept: removed > 0 ? try matrices.mask(plan, matrix: index).words : nil,
            pattern: crossings.packsGroups(layer.shape)
              ? plan.pattern(of: index, weights: model.table[id].count) : nil)
          continue
        }
      }
      guard removed > 0 else { continue }
      let rule = MaskRule(plan, matrix: index, of: matrices)
      result.parameters.withMutableElements(of: id) { rule.apply(to: $0) }
    }
    result.parameters = result.parameters.packing(packed)
    result.sparseMatrices = packed.count
    result.unchangedBlocks = model.unchangedBlocks(changing: changed)
    return result
  }
}

extension Parameters {
  /// The parameters with the weights that a plan removes set to zero; all others are shared.
  ///
  /// - Parameter report: how the names of the files and the model's fit each other.
  package func pruned(
    _ plan: PruningPlan, of matrices: PrunableMatrices, _ report: LoadReport
  ) -> Parameters {
    var parameters = self
    for (index, id) in report.ids(of: matrices, in: table) where plan.pruned[index] > 0 {
      let rule = MaskRule(plan, matrix: index, of: matrices)
      parameters.withMutableElements(of: id) { rule.apply(to: $0) }
    }
    return parameters
  }
}

extension LoadReport {
  /// The prunable matrices that are parameters of the model, in matrix order.
  func ids(
    of matrices: PrunableMatrices, in table: ParameterTable
  ) -> [(index: Int, id: ParameterID)] {
    let names = Dictionary(renamed.map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    return matrices.matrices.enumerated().compactMap { index, matrix in
      let name = matrix.description.name
      return table.id(of: names[name] ?? name).map { (index, $0) }
    }
  }
}

extension PruningPlan {
  /// What each group of a matrix's inputs keeps, under N:M; nil where nothing is removed by groups.
  fileprivate func pattern(of matrix: Int, weights: Int) -> (kept: Int, group: Int)? {
    guard case .nm(let group) = request.method, pruned[matrix] > 0 else { return nil }
    return (group - pruned[matrix] * group / weights, group)
  }
}

extension PackableLayer {
  package var shape: KernelShape { KernelShape(outputs: outputs, inputs: inputs) }
}

extension LevelSpeed {
  /// The choice of a level's kernels, before anything has been timed.
  init(_ weights: PrunedParameters) {
    self.init(sparseMatrices: weights.sparseMatrices, matrices: weights.matrices)
  }
}
