import Tensors

/// A linear layer's pruned weights, packed: what is pruned is neither stored nor multiplied by.
///
/// The forms are shared by all that hold them. In training their values follow the weights after
/// each step (`updateValues`), when no pass is under way.
package struct PackedWeights: Sendable {
  /// W as [outputs, inputs]: for the product itself, and the places of the weights' gradient.
  package let forward: SparseMatrix
  /// The transposed matrix, [inputs, outputs], for the gradient of the inputs; nil for inference,
  /// where the dense weights are not kept either.
  package let backward: SparseMatrix?

  /// Packs the weights that a mask keeps.
  ///
  /// - Parameters:
  ///   - dense: as the parameter lies in memory.
  ///   - kept: one bit an element of `dense`; kept zeros are stored too. Nil keeps what is not zero.
  package init(
    _ dense: Matrix, of layer: PackableLayer, kept: [UInt64]?, forTraining: Bool
  ) {
    forward = SparseMatrix(dense, layer.operand, kept: kept)
    backward =
      forTraining ? SparseMatrix(dense, layer.operand.opposite, kept: kept) : nil
  }

  /// Takes new values of the same pattern from the dense weights.
  package func updateValues(from dense: Matrix) {
    forward.updateValues(from: dense)
    backward?.updateValues(from: dense)
  }

  /// Bytes of memory.
  package var bytes: Int { forward.bytes + (backward?.bytes ?? 0) }
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
