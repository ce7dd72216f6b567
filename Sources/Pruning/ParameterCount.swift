import Checkpoints

/// How many parameters a model has.
struct ParameterCount {
  let total: Int

  /// Counts the floating-point tensors of a model.
  ///
  /// Causal masks that old GPT-2 files hold as tensors are buffers and do not count. An output
  /// embedding that is tied to the input embedding, yet stored beside it, counts once.
  init(_ checkpoint: Checkpoint) {
    var total = 0
    for tensor in checkpoint.tensors
    where tensor.elementType.isFloatingPoint && !Self.isMask(tensor) {
      if TensorNaming.isOutputEmbedding(tensor.name), Self.isTied(tensor, in: checkpoint) {
        continue
      }
      total += tensor.count
    }
    self.total = total
  }

  private static func isMask(_ tensor: TensorInfo) -> Bool {
    tensor.name.hasSuffix(".attn.bias") && tensor.shape.count == 4
      || tensor.name.hasSuffix(".attn.masked_bias")
  }

  /// Whether an embedding of the same shape holds the same weights.
  ///
  /// The configuration's word is taken where it gives one; otherwise the first 64 KB are compared,
  /// which no two matrices have in common by chance.
  private static func isTied(_ head: TensorInfo, in checkpoint: Checkpoint) -> Bool {
    let candidates = checkpoint.tensors.filter {
      $0.name != head.name && $0.shape == head.shape && $0.elementType == head.elementType
        && TensorNaming.isEmbedding($0.name)
    }
    if let tied = checkpoint.configuration?["tie_word_embeddings"]?.bool {
      return tied && !candidates.isEmpty
    }
    return candidates.contains { candidate in
      let equal = try? checkpoint.withBytes(of: head) { head in
        try checkpoint.withBytes(of: candidate) { embedding in
          head.prefix(1 << 16).elementsEqual(embedding.prefix(1 << 16))
        }
      }
      return equal ?? false
    }
  }
}
