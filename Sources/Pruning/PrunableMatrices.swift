import Checkpoints
import Experiments
import Tensors

/// Which tensors of a model are pruned, by the paper's rule where the family is known.
///
/// The paper prunes the attention projections and the feed-forward matrices inside the blocks, never
/// embeddings, norms, biases or heads. For a model of an unknown family, or whose names do not fit
/// its family, every two-dimensional floating-point tensor is taken that is no embedding by its
/// name; a matrix from states to token scores (`lm_head`) counts as an embedding whether it is tied
/// or not, as it does in the known families.
package struct PrunableMatrices: Sendable {
  /// A matrix to prune.
  package struct Matrix: Sendable, Hashable {
    package let description: MatrixDescription
    package let tensor: TensorInfo
    /// Whether the file holds it as [in, out], other than `description.shape`.
    package let isTransposed: Bool

    /// Weights that feed one output.
    package var inputs: Int { description.shape[1] }
    package var outputs: Int { description.shape[0] }
  }

  /// A tensor that is left as it is.
  package struct Unprunable: Sendable, Hashable {
    package let name: String
    package let shape: [Int]
    package let dtype: String
    /// Why it is not pruned, in a few words.
    package let reason: String
  }

  package let checkpoint: Checkpoint
  /// In matrix order: by block, then as PyTorch's `named_modules` has them; by name, numbers counted
  /// as numbers, where the family is not known.
  package let matrices: [Matrix]
  /// All other tensors, in the order of their names.
  package let others: [Unprunable]
  /// The model's `model_type`; `"unknown"` where there is none.
  package let family: String
  /// The rule that chose the matrices, as one phrase.
  package let rule: String
  /// Parameters of the whole model. Tied tensors count once, buffers and integers do not count.
  package let parameters: Int

  package init(_ checkpoint: Checkpoint) {
    self.checkpoint = checkpoint
    let modelType = checkpoint.configuration?["model_type"]?.string
    let known = modelType.flatMap(ModelFamily.named)
    let ofFamily = known.map { Self.matrices(of: $0, in: checkpoint) } ?? []
    let name = modelType ?? "unknown family"
    if ofFamily.isEmpty {
      matrices = Self.matricesByGeneralRule(in: checkpoint)
      rule = "\(name): every 2-D float matrix but embeddings"
    } else {
      matrices = ofFamily
      rule = "\(name): attention and feed-forward matrices of the blocks"
    }
    family = modelType ?? "unknown"
    let family = ofFamily.isEmpty ? nil : known
    let pruned = Set(matrices.map(\.description.name))
    others = checkpoint.tensors.filter { !pruned.contains($0.name) }
      .sorted { TensorNaming.isOrdered($0.name, $1.name) }
      .map { tensor in
        Unprunable(
          name: tensor.name, shape: tensor.shape, dtype: tensor.elementType.rawValue,
          reason: Self.reason(against: tensor, family: family))
      }
    parameters = ParameterCount(checkpoint).total
  }

  package var descriptions: [MatrixDescription] { matrices.map(\.description) }

  /// Prunable weights in all.
  package var weights: Int { matrices.reduce(0) { $0 + $1.description.weights } }

  // MARK: The rules

  private static func matrices(of family: ModelFamily, in checkpoint: Checkpoint) -> [Matrix] {
    var placed: [(block: Int, role: Int, matrix: Matrix)] = []
    for tensor in checkpoint.tensors where isFloatMatrix(tensor) {
      guard let (block, role, kind) = family.place(of: tensor.name) else { continue }
      let matrix = Matrix(
        description: describe(
          tensor, kind: kind, block: block, isTransposed: family.isTransposed),
        tensor: tensor, isTransposed: family.isTransposed)
      placed.append((block, role, matrix))
    }
    return placed.sorted { ($0.block, $0.role) < ($1.block, $1.role) }.map(\.matrix)
  }

  private static func matricesByGeneralRule(in checkpoint: Checkpoint) -> [Matrix] {
    let tensors = checkpoint.tensors.filter { tensor in
      isFloatMatrix(tensor) && !TensorNaming.isEmbedding(tensor.name)
        && !TensorNaming.isOutputEmbedding(tensor.name)
    }.sorted { TensorNaming.isOrdered($0.name, $1.name) }
    // Encoder and decoder number their blocks alike; their kinds are told apart by the stack.
    let stacks = Set(tensors.compactMap { TensorNaming.block(in: $0.name)?.stack })
    return tensors.map { tensor in
      let place = TensorNaming.block(in: tensor.name)
      var kind = place?.rest ?? tensor.name
      if let stack = place?.stack, stacks.count > 1 { kind = "\(stack) \(kind)" }
      if kind.hasSuffix(".weight") { kind.removeLast(".weight".count) }
      return Matrix(
        description: describe(tensor, kind: kind, block: place?.number), tensor: tensor,
        isTransposed: false)
    }
  }

  private static func isFloatMatrix(_ tensor: TensorInfo) -> Bool {
    tensor.shape.count == 2 && tensor.count > 0 && tensor.elementType.isFloatingPoint
  }

  private static func describe(
    _ tensor: TensorInfo, kind: String, block: Int?, isTransposed: Bool = false
  ) -> MatrixDescription {
    MatrixDescription(
      name: tensor.name, kind: kind, block: block,
      shape: isTransposed ? tensor.shape.reversed() : tensor.shape,
      dtype: tensor.elementType.rawValue, isTransposed: isTransposed)
  }

  private static func reason(against tensor: TensorInfo, family: ModelFamily?) -> String {
    if !tensor.elementType.isFloatingPoint { return "not floating point" }
    if tensor.count == 0 { return "empty" }
    if tensor.shape.count != 2 { return "not a matrix" }
    if TensorNaming.isOutputEmbedding(tensor.name) { return "output embedding" }
    if TensorNaming.isEmbedding(tensor.name) { return "embedding" }
    guard let family, family.isInBlock(tensor.name) else { return "outside of the blocks" }
    return "neither attention nor feed-forward"
  }
}
