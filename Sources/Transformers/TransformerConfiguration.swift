import Tensors

/// The families of models that the program can run, by the `model_type` of their `config.json`.
package enum ModelFamily: String, Sendable, Hashable, Codable, CaseIterable {
  case bert, roberta, distilbert, vit, deit, gpt2, opt, llama, qwen2, mistral
}

/// What a model computes from the last block's output.
package enum ModelHead: Sendable, Hashable {
  case sequenceClassification
  case questionAnswering
  case maskedLanguageModel
  case causalLanguageModel
  case imageClassification
}

/// Where the norms of a block stand.
package enum NormPlacement: Sendable, Hashable {
  /// x + f(norm(x)), with one more norm after the last block.
  case beforeBranch
  /// norm(x + f(x)): the original transformer, BERT.
  case afterBranch
}

/// How a text model knows the order of its tokens.
package enum PositionScheme: Sendable, Hashable {
  /// A table of `count` learned vectors; the first token takes row `offset`.
  case learned(count: Int, offset: Int)
  /// Queries and keys are turned by angles that grow with the position.
  case rotary(RotaryEmbedding)
}

/// What comes in: text.
package struct TextInput: Sendable, Hashable {
  package var vocabulary: Int
  /// The id of padding, whose embedding is never trained; nil where the family trains it.
  package var padding: Int?
  package var positions: PositionScheme
  /// Kinds of segments (`token_type_ids`); 0 where the family has none.
  package var segments = 0
  /// Whether a norm stands behind the sum of the embeddings.
  package var hasNorm = false
  /// The width of the word embeddings; OPT-350M's differs from the model's.
  package var embeddingWidth: Int
  /// Whether the output layer of a language model is the word embeddings.
  package var isTied = true
}

/// What comes in: images.
package struct ImageInput: Sendable, Hashable {
  package var height: Int
  package var width: Int
  package var channels: Int
  package var patchHeight: Int
  package var patchWidth: Int
  /// Learned tokens in front of the patches: ViT's one, DeiT's two.
  package var specialTokens = 1

  package var patches: Int { (height / patchHeight) * (width / patchWidth) }
  package var patchSize: Int { channels * patchHeight * patchWidth }
  package var tokens: Int { patches + specialTokens }
  package var pixels: Int { channels * height * width }

  package init(
    height: Int, width: Int, channels: Int, patchHeight: Int, patchWidth: Int,
    specialTokens: Int = 1
  ) {
    self.height = height
    self.width = width
    self.channels = channels
    self.patchHeight = patchHeight
    self.patchWidth = patchWidth
    self.specialTokens = specialTokens
  }
}

/// What a model reads.
package enum InputConfiguration: Sendable, Hashable {
  case text(TextInput)
  case image(ImageInput)
}

/// Shares of activations that are dropped in training, each in `0..<1`.
package struct DropoutRates: Sendable, Hashable {
  package var embeddings: Float = 0
  package var attention: Float = 0
  package var hidden: Float = 0
  package var head: Float = 0

  package init(
    embeddings: Float = 0, attention: Float = 0, hidden: Float = 0, head: Float = 0
  ) {
    self.embeddings = embeddings
    self.attention = attention
    self.hidden = hidden
    self.head = head
  }
}

/// Everything that decides a model's structure, read from `config.json` and put in one vocabulary
/// for all families.
package struct TransformerConfiguration: Sendable, Hashable {
  package var family: ModelFamily
  package var head: ModelHead
  package var input: InputConfiguration

  package var width: Int
  package var blocks: Int
  package var heads: Int
  /// Heads of keys and values; fewer than `heads` under grouped-query attention.
  package var keyValueHeads: Int
  package var headWidth: Int
  package var feedForwardWidth: Int

  package var activation: Activation
  /// Whether the feed-forward part is `down(f(gate(x)) · up(x))` rather than `down(f(up(x)))`.
  package var isGated = false
  package var norm = NormKind.layer
  package var normEpsilon: Float
  package var normPlacement: NormPlacement
  package var isCausal = false
  /// Keys that a causal query sees at most, itself included; nil means all.
  package var slidingWindow: Int?
  /// The blocks whose attention the window limits; all unless the file says so.
  package var windowedBlocks: Set<Int> = []

  package var hasQueryKeyValueBias = true
  package var hasAttentionOutputBias = true
  package var hasFeedForwardBias = true

  package var dropout = DropoutRates()
  /// Standard deviation of fresh weights.
  package var initializerRange: Float = 0.02
  /// The classes, in the order of the logits; empty for language models.
  package var labels: [String] = []

  package init(
    family: ModelFamily, head: ModelHead, input: InputConfiguration, width: Int, blocks: Int,
    heads: Int, keyValueHeads: Int, headWidth: Int, feedForwardWidth: Int, activation: Activation,
    normEpsilon: Float, normPlacement: NormPlacement
  ) {
    self.family = family
    self.head = head
    self.input = input
    self.width = width
    self.blocks = blocks
    self.heads = heads
    self.keyValueHeads = keyValueHeads
    self.headWidth = headWidth
    self.feedForwardWidth = feedForwardWidth
    self.activation = activation
    self.normEpsilon = normEpsilon
    self.normPlacement = normPlacement
  }

  /// The longest sequence that the model can be given; nil where there is no limit.
  package var maximumTokens: Int? {
    switch input {
    case .image(let image): image.tokens
    case .text(let text):
      switch text.positions {
      case .learned(let count, let offset):
        // RoBERTa's count includes the rows in front of the first position, OPT's does not.
        family == .opt ? count : count - offset
      case .rotary(let rotary): rotary.maximumTokens
      }
    }
  }

  /// The longest sequence that the model was made for, `max_position_embeddings`; nil where there is
  /// no such length.
  package var usualTokens: Int? {
    guard case .text(let text) = input, case .rotary(let rotary) = text.positions else {
      return maximumTokens
    }
    return rotary.maximumTokens ?? rotary.usualTokens
  }

  /// The width of the logits: classes, start and end, or the vocabulary.
  package var outputs: Int {
    switch head {
    case .sequenceClassification, .imageClassification: labels.count
    case .questionAnswering: 2
    case .maskedLanguageModel, .causalLanguageModel:
      if case .text(let text) = input { text.vocabulary } else { 0 }
    }
  }
}
