import Tensors

/// A linear layer's pruned weights, packed: what is pruned is neither stored nor multiplied by.
///
/// The forms are shared by all that hold them. In training their values follow the weights after
/// each step (`updateValues`), when no pass is under way.
package struct PackedWeights: Sendable {
  /// What training takes: the places of the weights' gradient, and the product for the inputs'.
  package struct Trained: Sendable {
    /// W as [outputs, inputs].
    package let forward: SparseMatrix
    /// The transposed matrix, [inputs, outputs].
    package let backward: SparseMatrix
  }

  /// W as [outputs, inputs], for the product itself.
  package let operand: any SparseOperand
  /// Nil for inference, where the dense weights are not kept either.
  package let trained: Trained?

  /// Packs the weights that a mask keeps, for inference.
  ///
  /// - Parameters:
  ///   - dense: as the parameter lies in memory.
  ///   - kept: one bit an element of `dense`; nil keeps what is not zero.
  ///   - pattern: what each group of inputs keeps at most, where that is known. Groups that the
  ///     kernels do not know are packed like any other weights.
  package init(
    _ dense: Matrix, of layer: PackableLayer, kept: [UInt64]?,
    pattern: (kept: Int, group: Int)? = nil
  ) {
    operand =
      pattern.flatMap {
        SparseGroups(dense, layer.operand, kept: $0.kept, of: $0.group, mask: kept)
      }
      ?? SparseMatrix(dense, layer.operand, kept: kept)
    trained = nil
  }

  /// Packs the weights that a mask keeps, for training; kept zeros are stored too.
  package init(training dense: Matrix, of layer: PackableLayer, kept: [UInt64]) {
    let trained = Trained(
      forward: SparseMatrix(dense, layer.operand, kept: kept),
      backward: SparseMatrix(dense, layer.operand.opposite, kept: kept))
    operand = trained.forward
    self.trained = trained
  }

  /// The forms of weights that were packed for training.
  var forTraining: Trained {
    guard let trained else {
      preconditionFailure("weights that are packed for inference are not trained")
    }
    return trained
  }

  /// Takes new values of the same pattern from the dense weights, in training.
  package func updateValues(from dense: Matrix) {
    trained?.forward.updateValues(from: dense)
    trained?.backward.updateValues(from: dense)
  }

  /// Bytes of memory.
  package var bytes: Int { operand.bytes + (trained?.backward.bytes ?? 0) }
}

/// How a matrix of a block is used, which is all that packing it takes.
package struct PackableLayer: Sendable, Hashable {
  package let outputs: Int
  package let inputs: Int
  /// How the stored matrix becomes [outputs, inputs].
  package let operand: BLAS.Operand

  package init(outputs: Int, inputs: Int, operand: BLAS.Operand = .plain) {
    self.outputs = outputs
    self.inputs = inputs
    self.operand = operand
  }

  init(_ layer: Linear, _ table: ParameterTable) {
    outputs = layer.outputs
    inputs = table[layer.weight].count / max(layer.outputs, 1)
    operand = layer.layout == .outputsFirst ? .plain : .transposed
  }
}

extension Transformer {
  /// The matrices that may be packed: those of the blocks. Nothing but a linear layer reads them.
  package var packableLayers: [ParameterID: PackableLayer] {
    let layers = blocks.flatMap { $0.attention.linears + $0.feedForward.linears }
    return Dictionary(
      layers.map { ($0.weight, PackableLayer($0, table)) }, uniquingKeysWith: { first, _ in first })
  }
}

extension Attention {
  fileprivate var linears: [Linear] {
    switch projections {
    case .separate(let query, let key, let value): [query, key, value, output]
    case .joined(let all): [all, output]
    }
  }
}

extension FeedForward {
  fileprivate var linears: [Linear] { [up, down] + (gate.map { [$0] } ?? []) }
}

extension BLAS.Operand {
  fileprivate var opposite: BLAS.Operand { self == .plain ? .transposed : .plain }
}
