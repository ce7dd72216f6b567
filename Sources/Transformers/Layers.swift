/// An affine map of rows: y = x · Wᵀ + b.
struct Linear: Sendable {
  /// How the weight lies in the file.
  enum Layout: Sendable {
    /// [outputs, inputs], as PyTorch's `Linear`.
    case outputsFirst
    /// [inputs, outputs], as GPT-2's `Conv1D`.
    case inputsFirst
  }

  let weight: ParameterID
  let bias: ParameterID?
  let outputs: Int
  let layout: Layout

  /// Adds `name.weight` and `name.bias` to a table.
  init(
    _ name: String, from inputs: Int, to outputs: Int, hasBias: Bool = true,
    layout: Layout = .outputsFirst, in table: inout ParameterTable
  ) {
    let shape = layout == .outputsFirst ? [outputs, inputs] : [inputs, outputs]
    weight = table.add("\(name).weight", shape)
    bias = hasBias ? table.add("\(name).bias", [outputs], .zeros) : nil
    self.outputs = outputs
    self.layout = layout
  }

  /// A map whose parameters are in the table already: patches, tied output layers.
  init(weight: ParameterID, bias: ParameterID?, outputs: Int) {
    self.weight = weight
    self.bias = bias
    self.outputs = outputs
    layout = .outputsFirst
  }
}

/// A norm of rows with learned weight and, unless it is the root-mean-square form, bias.
struct Norm: Sendable {
  let kind: NormKind
  let weight: ParameterID
  let bias: ParameterID?
  let epsilon: Float

  init(
    _ name: String, width: Int, _ configuration: TransformerConfiguration,
    in table: inout ParameterTable
  ) {
    kind = configuration.norm
    weight = table.add("\(name).weight", [width], .ones)
    bias = kind == .layer ? table.add("\(name).bias", [width], .zeros) : nil
    epsilon = configuration.normEpsilon
  }
}
