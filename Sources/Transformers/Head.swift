import Tensors

/// Which token of a sequence a classifier looks at.
enum DecidingToken: Sendable {
  case first
  /// A causal model's last token alone has seen the whole text.
  case last

  /// The row of the token among a sequence's.
  func row(of sequence: Range<Int>) -> Int {
    switch self {
    case .first: sequence.lowerBound
    case .last: sequence.upperBound - 1
    }
  }
}

/// What makes logits of the last block's output: affine maps with functions, norms and dropout
/// between them.
struct Head: Sendable {
  enum Part: Sendable {
    case linear(Linear)
    case activation(Activation)
    case norm(Norm)
    case dropout(Float)
  }

  let parts: [Part]
  /// The one token of each sequence that decides; nil where all of them count.
  let decidingToken: DecidingToken?

  init(
    _ configuration: TransformerConfiguration, _ names: ParameterNames,
    in table: inout ParameterTable
  ) {
    let width = configuration.width
    let outputs = configuration.outputs
    let rate = configuration.dropout.head

    func linear(_ name: String, _ inputs: Int, _ outputs: Int, hasBias: Bool = true) -> Part {
      .linear(Linear(name, from: inputs, to: outputs, hasBias: hasBias, in: &table))
    }
    /// A tied output layer: the word embeddings, with a bias of its own or none.
    func words(_ text: TextInput, untied: String, bias: String?) -> Part {
      let shape = [text.vocabulary, text.embeddingWidth]
      let name = text.isTied ? names.body + names.words : untied
      return .linear(
        Linear(
          weight: table.add(name, shape), bias: bias.map { table.add($0, [outputs], .zeros) },
          outputs: outputs))
    }

    /// OPT's map to the width of its embeddings, where that is another one.
    func projection(_ text: TextInput) -> [Part] {
      text.embeddingWidth == width
        ? [] : [linear("\(names.body)project_out", width, text.embeddingWidth, hasBias: false)]
    }

    switch (configuration.head, configuration.family, configuration.input) {
    case (.imageClassification, _, _):
      parts = [linear("classifier", width, outputs)]
    case (.sequenceClassification, .roberta, _):
      parts = [
        .dropout(rate), linear("classifier.dense", width, width), .activation(.tanh),
        .dropout(rate), linear("classifier.out_proj", width, outputs),
      ]
    case (.sequenceClassification, .distilbert, _):
      parts = [
        linear("pre_classifier", width, width), .activation(.relu), .dropout(rate),
        linear("classifier", width, outputs),
      ]
    case (.sequenceClassification, _, .text(let text)) where configuration.isCausal:
      parts = projection(text) + [linear("score", text.embeddingWidth, outputs, hasBias: false)]
    case (.sequenceClassification, _, _):
      parts = [
        linear("\(names.body)pooler.dense", width, width), .activation(.tanh), .dropout(rate),
        linear("classifier", width, outputs),
      ]
    case (.questionAnswering, let family, _):
      parts =
        (family == .distilbert ? [.dropout(rate)] : []) + [linear("qa_outputs", width, outputs)]
    case (.maskedLanguageModel, let family, .text(let text)):
      let name = MaskedHeadNames(family)
      parts = [
        linear(name.dense, width, width), .activation(configuration.activation(of: family)),
        .norm(Norm(name.norm, width: width, configuration, in: &table)),
        words(
          text, untied: "\(name.decoder).weight",
          bias: text.isTied ? name.bias : "\(name.decoder).bias"),
      ]
    case (.causalLanguageModel, _, .text(let text)):
      parts = projection(text) + [words(text, untied: "lm_head.weight", bias: nil)]
    default: preconditionFailure("a language model of images")
    }
    switch configuration.head {
    case .sequenceClassification, .imageClassification:
      decidingToken = configuration.isCausal ? .last : .first
    default: decidingToken = nil
    }
  }

  func callAsFunction(_ x: Variable, on tape: Tape) -> Variable {
    parts.reduce(x) { x, part in
      switch part {
      case .linear(let layer): tape.linear(x, layer)
      case .activation(let activation): tape.activation(x, activation)
      case .norm(let norm): tape.norm(x, norm, consuming: true)
      case .dropout(let rate): tape.dropout(x, rate: rate)
      }
    }
  }
}

/// How the families name the parts of a masked language model's head.
private struct MaskedHeadNames {
  let dense: String
  let norm: String
  let decoder: String
  let bias: String

  init(_ family: ModelFamily) {
    switch family {
    case .roberta:
      (dense, norm) = ("lm_head.dense", "lm_head.layer_norm")
      (decoder, bias) = ("lm_head.decoder", "lm_head.bias")
    case .distilbert:
      (dense, norm) = ("vocab_transform", "vocab_layer_norm")
      (decoder, bias) = ("vocab_projector", "vocab_projector.bias")
    default:
      let name = "cls.predictions"
      (dense, norm) = ("\(name).transform.dense", "\(name).transform.LayerNorm")
      (decoder, bias) = ("\(name).decoder", "\(name).bias")
    }
  }
}

extension TransformerConfiguration {
  /// The function in the masked language model's head; RoBERTa's is always gelu.
  fileprivate func activation(of family: ModelFamily) -> Activation {
    family == .roberta ? .gelu : activation
  }
}
