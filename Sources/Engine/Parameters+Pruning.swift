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
  /// - Parameters:
  ///   - workers: each makes some of the matrices.
  ///   - tokens: of a usual batch.
  func pruned(
    _ plan: PruningPlan, of matrices: PrunableMatrices, kernels: KernelChoice,
    on workers: ParallelWorkers, tokens: Int
  ) throws -> PrunedParameters {
    let layers = model.packableLayers
    let crossings = kernels.crossings(
      of: layers.values.map(\.shape), tokens: tokens, forTraining: false)
    let ids = report.ids(of: matrices, in: model.table)
    let forms = try workers.map(ids) { [self] matrix, _ in
      try form(of: matrix.id, layers[matrix.id], plan, matrix.index, of: matrices, crossings)
    }
    var result = PrunedParameters(parameters: parameters)
    result.matrices = ids.count { layers[$0.id] != nil }
    var (masked, packed) = ([ParameterID: Tensor](), [ParameterID: PackedWeights]())
    for (matrix, form) in zip(ids, forms) {
      switch form {
      case .shared: break
      case .masked(let tensor): masked[matrix.id] = tensor
      case .packed(let weights): packed[matrix.id] = weights
      }
    }
    result.parameters = parameters.replacing(masked).packing(packed)
    result.sparseMatrices = packed.count
    result.unchangedBlocks = model.unchangedBlocks(
      changing: ids.filter { plan.pruned[$0.index] > 0 }.map(\.id))
    return result
  }

  /// What a plan makes of a matrix.
  private enum Form: Sendable {
    case shared
    case masked(Tensor)
    case packed(PackedWeights)
  }

  private func form(
    of id: ParameterID, _ layer: PackableLayer?, _ plan: PruningPlan, _ index: Int,
    of matrices: PrunableMatrices, _ crossings: KernelCrossings
  ) throws -> Form {
    let removed = plan.pruned[index]
    if let layer {
      let count = model.table[id].count
      if crossings.isSparse(layer.shape, kept: plan.kept(of: index, weights: count)) {
        let mask = removed > 0 ? try matrices.mask(plan, matrix: index) : nil
        let workspace = Workspace()
        return withExtendedLifetime(workspace) {
          .packed(
            PackedWeights(
              parameters[id].matrix(in: workspace), of: layer, kept: mask?.words,
              pattern: crossings.packsGroups(layer.shape)
                ? plan.pattern(of: index, weights: count) : nil))
        }
      }
    }
    guard removed > 0 else { return .shared }
    var tensor = parameters[id]
    tensor.withMutableElements { MaskRule(plan, matrix: index, of: matrices).apply(to: $0) }
    return .masked(tensor)
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
