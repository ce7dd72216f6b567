import Checkpoints
import Glibc

// Each family's own names for its settings, with the values that transformers takes where a file
// leaves one out.
extension TransformerConfiguration {
  private init(
    family: ModelFamily, head: ModelHead, input: InputConfiguration, width: Int, blocks: Int,
    heads: Int, feedForwardWidth: Int, activation: Activation, normEpsilon: Double,
    normPlacement: NormPlacement
  ) throws(TransformerError) {
    guard width.isMultiple(of: heads) else {
      throw .badSetting(
        name: "hidden_size", reason: "is \(width), no multiple of \(heads) attention heads")
    }
    self.init(
      family: family, head: head, input: input, width: width, blocks: blocks, heads: heads,
      keyValueHeads: heads, headWidth: width / heads, feedForwardWidth: feedForwardWidth,
      activation: activation, normEpsilon: Float(normEpsilon), normPlacement: normPlacement)
  }

  init(
    encoder reader: ConfigurationReader, _ family: ModelFamily, _ head: ModelHead
  ) throws(TransformerError) {
    if let kind = reader.json["position_embedding_type"]?.string, kind != "absolute" {
      throw .badSetting(
        name: "position_embedding_type", reason: "is `\(kind)`; the program knows `absolute` only")
    }
    if try reader.flag("is_decoder", default: false) {
      throw .badSetting(name: "is_decoder", reason: "is true; the program runs encoders only")
    }
    let width = try reader.size("hidden_size", default: 768)
    // RoBERTa numbers positions from behind the padding's id.
    let offset = family == .roberta ? try reader.integer("pad_token_id", default: 1) + 1 : 0
    var text = TextInput(
      vocabulary: try reader.size(
        "vocab_size", default: family == .roberta ? 50265 : 30522),
      positions: .learned(
        count: try reader.size("max_position_embeddings", default: 512), offset: offset),
      embeddingWidth: width)
    text.padding = try reader.padding(default: family == .roberta ? 1 : 0)
    text.segments = try reader.size("type_vocab_size", default: 2)
    text.hasNorm = true
    text.isTied = try reader.flag("tie_word_embeddings", default: true)
    try self.init(
      family: family, head: head, input: .text(text), width: width,
      blocks: reader.size("num_hidden_layers", default: 12),
      heads: reader.size("num_attention_heads", default: 12),
      feedForwardWidth: reader.size("intermediate_size", default: 3072),
      activation: reader.activation("hidden_act", default: "gelu"),
      normEpsilon: reader.epsilon("layer_norm_eps", default: 1e-12), normPlacement: .afterBranch)
    let hidden = try reader.rate("hidden_dropout_prob", default: 0.1)
    dropout = DropoutRates(
      embeddings: hidden,
      attention: try reader.rate("attention_probs_dropout_prob", default: 0.1), hidden: hidden,
      head: try reader.rate("classifier_dropout", default: Double(hidden)))
  }

  init(distilBERT reader: ConfigurationReader, _ head: ModelHead) throws(TransformerError) {
    let width = try reader.size("dim", "hidden_size", default: 768)
    var text = TextInput(
      vocabulary: try reader.size("vocab_size", default: 30522),
      positions: .learned(
        count: try reader.size("max_position_embeddings", default: 512), offset: 0),
      embeddingWidth: width)
    text.padding = try reader.padding(default: 0)
    text.hasNorm = true
    text.isTied = try reader.flag("tie_word_embeddings", default: true)
    try self.init(
      family: .distilbert, head: head, input: .text(text), width: width,
      blocks: reader.size("n_layers", "num_hidden_layers", default: 6),
      heads: reader.size("n_heads", "num_attention_heads", default: 12),
      feedForwardWidth: reader.size("hidden_dim", default: 3072),
      activation: reader.activation("activation", default: "gelu"), normEpsilon: 1e-12,
      normPlacement: .afterBranch)
    let hidden = try reader.rate("dropout", default: 0.1)
    dropout = DropoutRates(
      embeddings: hidden, attention: try reader.rate("attention_dropout", default: 0.1),
      hidden: hidden,
      head: head == .questionAnswering
        ? try reader.rate("qa_dropout", default: 0.1)
        : try reader.rate("seq_classif_dropout", default: 0.2))
  }

  init(
    vision reader: ConfigurationReader, _ family: ModelFamily, _ head: ModelHead
  ) throws(TransformerError) {
    let (height, imageWidth) = try reader.extent("image_size", default: 224)
    let (patchHeight, patchWidth) = try reader.extent("patch_size", default: 16)
    guard height.isMultiple(of: patchHeight), imageWidth.isMultiple(of: patchWidth) else {
      throw .badSetting(name: "patch_size", reason: "does not divide `image_size`")
    }
    let image = ImageInput(
      height: height, width: imageWidth, channels: try reader.size("num_channels", default: 3),
      patchHeight: patchHeight, patchWidth: patchWidth, specialTokens: family == .deit ? 2 : 1)
    try self.init(
      family: family, head: head, input: .image(image),
      width: reader.size("hidden_size", default: 768),
      blocks: reader.size("num_hidden_layers", default: 12),
      heads: reader.size("num_attention_heads", default: 12),
      feedForwardWidth: reader.size("intermediate_size", default: 3072),
      activation: reader.activation("hidden_act", default: "gelu"),
      normEpsilon: reader.epsilon("layer_norm_eps", default: 1e-12), normPlacement: .beforeBranch)
    hasQueryKeyValueBias = try reader.flag("qkv_bias", default: true)
    let hidden = try reader.rate("hidden_dropout_prob", default: 0)
    dropout = DropoutRates(
      embeddings: hidden, attention: try reader.rate("attention_probs_dropout_prob", default: 0),
      hidden: hidden)
  }

  init(gpt2 reader: ConfigurationReader, _ head: ModelHead) throws(TransformerError) {
    for name in ["scale_attn_by_inverse_layer_idx", "add_cross_attention"]
    where try reader.flag(name, default: false) {
      throw .badSetting(name: name, reason: "is true, which the program does not support")
    }
    guard try reader.flag("scale_attn_weights", default: true) else {
      throw .badSetting(name: "scale_attn_weights", reason: "is false, which is not supported")
    }
    let width = try reader.size("n_embd", "hidden_size", default: 768)
    var text = TextInput(
      vocabulary: try reader.size("vocab_size", default: 50257),
      positions: .learned(
        count: try reader.size("n_positions", "max_position_embeddings", default: 1024), offset: 0),
      embeddingWidth: width)
    text.isTied = try reader.flag("tie_word_embeddings", default: true)
    try self.init(
      family: .gpt2, head: head, input: .text(text), width: width,
      blocks: reader.size("n_layer", "num_hidden_layers", default: 12),
      heads: reader.size("n_head", "num_attention_heads", default: 12),
      feedForwardWidth: reader.size("n_inner", default: 4 * width),
      activation: reader.activation("activation_function", default: "gelu_new"),
      normEpsilon: reader.epsilon("layer_norm_epsilon", default: 1e-5),
      normPlacement: .beforeBranch)
    isCausal = true
    dropout = DropoutRates(
      embeddings: try reader.rate("embd_pdrop", default: 0.1),
      attention: try reader.rate("attn_pdrop", default: 0.1),
      hidden: try reader.rate("resid_pdrop", default: 0.1))
  }

  init(opt reader: ConfigurationReader, _ head: ModelHead) throws(TransformerError) {
    guard try reader.flag("layer_norm_elementwise_affine", default: true) else {
      throw .badSetting(
        name: "layer_norm_elementwise_affine", reason: "is false, which is not supported")
    }
    if try reader.flag("_remove_final_layer_norm", default: false) {
      throw .badSetting(name: "_remove_final_layer_norm", reason: "is true, which is not supported")
    }
    let width = try reader.size("hidden_size", default: 768)
    var text = TextInput(
      vocabulary: try reader.size("vocab_size", default: 50272),
      positions: .learned(
        count: try reader.size("max_position_embeddings", default: 2048), offset: 2),
      embeddingWidth: try reader.size("word_embed_proj_dim", default: width))
    text.isTied = try reader.flag("tie_word_embeddings", default: true)
    text.padding = try reader.padding(default: 1)
    let isPreNorm = try reader.flag("do_layer_norm_before", default: true)
    try self.init(
      family: .opt, head: head, input: .text(text), width: width,
      blocks: reader.size("num_hidden_layers", default: 12),
      heads: reader.size("num_attention_heads", default: 12),
      feedForwardWidth: reader.size("ffn_dim", default: 3072),
      activation: reader.activation("activation_function", default: "relu"), normEpsilon: 1e-5,
      normPlacement: isPreNorm ? .beforeBranch : .afterBranch)
    isCausal = true
    hasQueryKeyValueBias = try reader.flag("enable_bias", default: true)
    hasAttentionOutputBias = hasQueryKeyValueBias
    hasFeedForwardBias = hasQueryKeyValueBias
    dropout = DropoutRates(
      attention: try reader.rate("attention_dropout", default: 0),
      hidden: try reader.rate("dropout", default: 0.1))
  }

  init(
    llama reader: ConfigurationReader, _ family: ModelFamily, _ head: ModelHead
  ) throws(TransformerError) {
    let width = try reader.size("hidden_size", default: 4096)
    let positions = try reader.size("max_position_embeddings", default: 2048)
    var text = TextInput(
      vocabulary: try reader.size("vocab_size", default: 32000),
      positions: .rotary(try RotaryEmbedding(reader, positions: positions)), embeddingWidth: width)
    text.isTied = try reader.flag("tie_word_embeddings", default: false)
    text.padding = try reader.padding(default: nil)
    let heads = try reader.size("num_attention_heads", default: 32)
    try self.init(
      family: family, head: head, input: .text(text), width: width,
      blocks: reader.size("num_hidden_layers", default: 32), heads: heads,
      feedForwardWidth: reader.size("intermediate_size", default: 11008),
      activation: reader.activation("hidden_act", default: "silu"),
      normEpsilon: reader.epsilon("rms_norm_eps", default: 1e-6), normPlacement: .beforeBranch)
    keyValueHeads = try reader.size(
      "num_key_value_heads", default: family == .mistral ? 8 : heads)
    headWidth = try reader.size("head_dim", default: width / heads)
    isGated = true
    isCausal = true
    norm = .rootMeanSquare
    let hasAttentionBias = try reader.flag("attention_bias", default: false)
    hasQueryKeyValueBias = family == .qwen2 || hasAttentionBias
    hasAttentionOutputBias = hasAttentionBias && family == .llama
    hasFeedForwardBias = try reader.flag("mlp_bias", default: false)
    let usesWindow =
      family == .qwen2 ? try reader.flag("use_sliding_window", default: false) : family == .mistral
    if usesWindow {
      let window = try reader.integer("sliding_window", default: 0)
      slidingWindow = window > 0 ? window : nil
      windowedBlocks = try reader.windowedBlocks(
        blocks, from: family == .qwen2 ? reader.integer("max_window_layers", default: 28) : 0)
    }
    dropout = DropoutRates(attention: try reader.rate("attention_dropout", default: 0))
  }
}

extension RotaryEmbedding {
  /// Reads `rope_theta` and `rope_scaling`, or `rope_parameters` of newer files.
  init(_ reader: ConfigurationReader, positions: Int) throws(TransformerError) {
    let newer = reader.json["rope_parameters"]
    let member = newer?.object != nil ? "rope_parameters" : "rope_scaling"
    let settings = ConfigurationReader(json: reader.json[member] ?? .null)
    usualTokens = positions
    base = try settings.number("rope_theta", default: reader.number("rope_theta", default: 10_000))
    guard base > 0 else { throw .badSetting(name: "rope_theta", reason: "is \(base), not above 0") }
    let kind =
      settings.json["rope_type"]?.string ?? settings.json["type"]?.string ?? "default"
    let factor = try settings.number("factor", default: 1)
    guard factor > 0 else {
      throw .badSetting(name: "\(member).factor", reason: "is \(factor), not above 0")
    }
    let original = try settings.number(
      "original_max_position_embeddings", default: Double(positions))
    switch kind {
    case "default": scaling = .none
    case "dynamic":
      scaling = .none
      guard (1...1e9).contains(original) else {
        throw .badSetting(
          name: "\(member).original_max_position_embeddings",
          reason: "is \(original), which is no length")
      }
      maximumTokens = Int(original)
    case "linear": scaling = .linear(factor: factor)
    case "llama3":
      scaling = .llama3(
        factor: factor, low: try settings.number("low_freq_factor", default: 1),
        high: try settings.number("high_freq_factor", default: 4), originalPositions: original)
    case "yarn":
      var yarn = YaRN(
        factor: factor, originalPositions: original,
        attentionFactor: try settings.number(
          "attention_factor", default: factor <= 1 ? 1 : 0.1 * log(factor) + 1))
      yarn.betaFast = try settings.number("beta_fast", default: 32)
      yarn.betaSlow = try settings.number("beta_slow", default: 1)
      yarn.truncates = try settings.flag("truncate", default: true)
      scaling = .yarn(yarn)
    default:
      throw .badSetting(
        name: "\(member).rope_type",
        reason: "is `\(kind)`; the program knows default, linear, dynamic, llama3 and yarn")
    }
  }
}
