import CKernels

/// The non-linear functions of feed-forward parts and heads.
package enum Activation: Sendable, Hashable {
  /// x · Φ(x), the exact form.
  case gelu
  /// The tanh approximation, `gelu_new` in GPT-2.
  case geluTanh
  case relu
  case silu
  case tanh

  /// The function of a name in `config.json`; nil when the program has no such function.
  package init?(named name: String) {
    switch name {
    case "gelu": self = .gelu
    case "gelu_new", "gelu_pytorch_tanh", "gelu_fast": self = .geluTanh
    case "relu": self = .relu
    case "silu", "swish": self = .silu
    case "tanh": self = .tanh
    default: return nil
    }
  }

  /// Slots of the multiply-add ports that the AVX-512 loop takes for sixteen elements: one for each
  /// multiplication, with or without an addition, and each comparison, two for a division.
  var slots: Int {
    switch self {
    case .gelu: 28
    case .geluTanh: 27
    case .relu: 1
    case .silu: 14
    case .tanh: 21
    }
  }

  var kind: activation_kind {
    switch self {
    case .gelu: ACTIVATION_GELU
    case .geluTanh: ACTIVATION_GELU_TANH
    case .relu: ACTIVATION_RELU
    case .silu: ACTIVATION_SILU
    case .tanh: ACTIVATION_TANH
    }
  }
}

/// How a norm centres and scales a row.
package enum NormKind: Sendable, Hashable {
  /// Zero mean and unit variance, then weight and bias.
  case layer
  /// Unit mean square, then weight.
  case rootMeanSquare

  var kind: norm_kind {
    switch self {
    case .layer: NORM_LAYER
    case .rootMeanSquare: NORM_RMS
    }
  }
}
