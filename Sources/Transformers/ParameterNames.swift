/// How a family's files name the parts of a model.
struct ParameterNames {
  /// In front of everything but the head, such as `bert.`; a checkpoint of the bare model may do
  /// without.
  let body: String
  /// Block n's part, between `body` and the names below.
  let blocks: String
  /// Query, key and value; one name where they are one matrix.
  let projections: [String]
  let attentionOutput: String
  let attentionNorm: String
  var gate: String?
  let up: String
  let down: String
  let feedForwardNorm: String

  var words = ""
  var positions = ""
  var segments = ""
  var embeddingNorm = ""
  /// The norm after the last block, where norms stand before their branches.
  var finalNorm = ""

  /// Other spellings of the same parts: what to replace by what, all of a list together.
  var otherSpellings: [[(String, String)]] = []

  func block(_ index: Int) -> String { "\(body)\(blocks).\(index)." }

  init(
    body: String, blocks: String, projections: [String], attentionOutput: String,
    attentionNorm: String, gate: String? = nil, up: String, down: String, feedForwardNorm: String
  ) {
    self.body = body
    self.blocks = blocks
    self.projections = projections
    self.attentionOutput = attentionOutput
    self.attentionNorm = attentionNorm
    self.gate = gate
    self.up = up
    self.down = down
    self.feedForwardNorm = feedForwardNorm
  }

  static func names(of family: ModelFamily) -> ParameterNames {
    switch family {
    case .bert, .roberta: encoder(body: "\(family.rawValue).")
    case .distilbert: distilBERT
    case .vit, .deit: vision(body: "\(family.rawValue).")
    case .gpt2: gpt2
    case .opt: opt
    case .llama, .qwen2, .mistral: llama
    }
  }

  private static func encoder(body: String) -> ParameterNames {
    var names = ParameterNames(
      body: body, blocks: "encoder.layer",
      projections: ["query", "key", "value"].map { "attention.self.\($0)" },
      attentionOutput: "attention.output.dense", attentionNorm: "attention.output.LayerNorm",
      up: "intermediate.dense", down: "output.dense", feedForwardNorm: "output.LayerNorm")
    names.words = "embeddings.word_embeddings.weight"
    names.positions = "embeddings.position_embeddings.weight"
    names.segments = "embeddings.token_type_embeddings.weight"
    names.embeddingNorm = "embeddings.LayerNorm"
    // As TensorFlow's BERT, and the first checkpoints converted from it, name a norm's parts.
    names.otherSpellings = [
      [("LayerNorm.weight", "LayerNorm.gamma"), ("LayerNorm.bias", "LayerNorm.beta")],
      [("cls.predictions.decoder.bias", "cls.predictions.bias")],
      [("lm_head.decoder.bias", "lm_head.bias")],
    ]
    return names
  }

  private static var distilBERT: ParameterNames {
    var names = ParameterNames(
      body: "distilbert.", blocks: "transformer.layer",
      projections: ["q_lin", "k_lin", "v_lin"].map { "attention.\($0)" },
      attentionOutput: "attention.out_lin", attentionNorm: "sa_layer_norm", up: "ffn.lin1",
      down: "ffn.lin2", feedForwardNorm: "output_layer_norm")
    names.words = "embeddings.word_embeddings.weight"
    names.positions = "embeddings.position_embeddings.weight"
    names.embeddingNorm = "embeddings.LayerNorm"
    return names
  }

  private static func vision(body: String) -> ParameterNames {
    var names = ParameterNames(
      body: body, blocks: "encoder.layer",
      projections: ["query", "key", "value"].map { "attention.attention.\($0)" },
      attentionOutput: "attention.output.dense", attentionNorm: "layernorm_before",
      up: "intermediate.dense", down: "output.dense", feedForwardNorm: "layernorm_after")
    names.positions = "embeddings.position_embeddings"
    names.finalNorm = "layernorm"
    // As transformers 5 names the modules in memory, though not in files.
    names.otherSpellings = [
      [
        ("encoder.layer.", "layers."), ("attention.attention.query", "attention.q_proj"),
        ("attention.attention.key", "attention.k_proj"),
        ("attention.attention.value", "attention.v_proj"),
        ("attention.output.dense", "attention.o_proj"), ("intermediate.dense", "mlp.fc1"),
        ("output.dense", "mlp.fc2"),
      ]
    ]
    return names
  }

  private static var gpt2: ParameterNames {
    var names = ParameterNames(
      body: "transformer.", blocks: "h", projections: ["attn.c_attn"],
      attentionOutput: "attn.c_proj", attentionNorm: "ln_1", up: "mlp.c_fc", down: "mlp.c_proj",
      feedForwardNorm: "ln_2")
    names.words = "wte.weight"
    names.positions = "wpe.weight"
    names.finalNorm = "ln_f"
    return names
  }

  private static var opt: ParameterNames {
    var names = ParameterNames(
      body: "model.decoder.", blocks: "layers",
      projections: ["q_proj", "k_proj", "v_proj"].map { "self_attn.\($0)" },
      attentionOutput: "self_attn.out_proj", attentionNorm: "self_attn_layer_norm", up: "fc1",
      down: "fc2", feedForwardNorm: "final_layer_norm")
    names.words = "embed_tokens.weight"
    names.positions = "embed_positions.weight"
    names.finalNorm = "final_layer_norm"
    names.otherSpellings = [[("model.decoder.", "decoder.")]]
    return names
  }

  private static var llama: ParameterNames {
    var names = ParameterNames(
      body: "model.", blocks: "layers",
      projections: ["q_proj", "k_proj", "v_proj"].map { "self_attn.\($0)" },
      attentionOutput: "self_attn.o_proj", attentionNorm: "input_layernorm",
      gate: "mlp.gate_proj", up: "mlp.up_proj", down: "mlp.down_proj",
      feedForwardNorm: "post_attention_layernorm")
    names.words = "embed_tokens.weight"
    names.finalNorm = "norm"
    return names
  }
}

extension ParameterNames {
  /// Every name under which a parameter may stand in a file, the family's own spelling first.
  func spellings(of name: String) -> [String] {
    var result = [name]
    for replacements in otherSpellings {
      var other = name
      for (from, to) in replacements { other = other.replacing(from, with: to) }
      if other != name { result.append(other) }
    }
    return result
      + result.compactMap { $0.hasPrefix(body) ? String($0.dropFirst(body.count)) : nil }
  }
}
