/// How a family of models names the matrices that the paper prunes: the attention projections and
/// the feed-forward matrices inside the blocks.
///
/// Names are matched with any prefix, so `bert.encoder.layer.0.…` and `encoder.layer.0.…` alike.
struct ModelFamily {
  /// The values of `model_type` in `config.json`.
  let modelTypes: [String]
  /// Ways to name the matrices; files of one family differ with the library that wrote them.
  let namings: [Naming]
  /// Whether files hold the matrices as [in, out], as GPT-2's `Conv1D` does.
  var isTransposed = false

  struct Naming {
    /// The components before a block's number.
    let stack: String
    /// What follows the number, without `.weight`, in the order of PyTorch's `named_modules`.
    let roles: [(suffix: String, kind: String)]
  }

  /// Where a tensor's name puts it; nil when it is none of the family's matrices.
  func place(of name: String) -> (block: Int, role: Int, kind: String)? {
    for naming in namings {
      guard let (block, rest) = Self.block(in: name, under: naming.stack) else { continue }
      if let role = naming.roles.firstIndex(where: { rest == $0.suffix + ".weight" }) {
        return (block, role, naming.roles[role].kind)
      }
    }
    return nil
  }

  /// Whether a tensor lies inside a block.
  func isInBlock(_ name: String) -> Bool {
    namings.contains { Self.block(in: name, under: $0.stack) != nil }
  }

  private static func block(in name: String, under stack: String) -> (Int, Substring)? {
    let components = name.split(separator: ".")
    guard let position = components.firstIndex(where: { Int($0) != nil }), position > 0,
      let block = Int(components[position]), position + 1 < components.count
    else { return nil }
    let before = name[..<components[position - 1].endIndex]
    guard before == stack || before.hasSuffix(".\(stack)") else { return nil }
    return (block, name[components[position + 1].startIndex...])
  }

  static func named(_ modelType: String) -> ModelFamily? {
    all.first { $0.modelTypes.contains(modelType) }
  }

  // MARK: The families

  private static let bertRoles = [
    ("attention.self.query", "attn q"), ("attention.self.key", "attn k"),
    ("attention.self.value", "attn v"), ("attention.output.dense", "attn o"),
    ("intermediate.dense", "mlp in"), ("output.dense", "mlp out"),
  ]

  private static let vitRoles = [
    ("attention.attention.query", "attn q"), ("attention.attention.key", "attn k"),
    ("attention.attention.value", "attn v"), ("attention.output.dense", "attn o"),
  ]

  private static let all = [
    ModelFamily(
      modelTypes: ["bert", "roberta", "xlm-roberta", "camembert", "electra"],
      namings: [Naming(stack: "encoder.layer", roles: bertRoles)]),
    ModelFamily(
      modelTypes: ["distilbert"],
      namings: [
        Naming(
          stack: "transformer.layer",
          roles: [
            ("attention.q_lin", "attn q"), ("attention.k_lin", "attn k"),
            ("attention.v_lin", "attn v"), ("attention.out_lin", "attn o"),
            ("ffn.lin1", "mlp in"), ("ffn.lin2", "mlp out"),
          ])
      ]),
    ModelFamily(
      modelTypes: ["vit", "deit", "vit_mae"],
      namings: [
        Naming(
          stack: "encoder.layer",
          roles: vitRoles + [("intermediate.dense", "mlp in"), ("output.dense", "mlp out")]),
        Naming(
          stack: "layers",
          roles: [
            ("attention.q_proj", "attn q"), ("attention.k_proj", "attn k"),
            ("attention.v_proj", "attn v"), ("attention.o_proj", "attn o"),
            ("mlp.fc1", "mlp in"), ("mlp.fc2", "mlp out"),
          ]),
      ]),
    ModelFamily(
      modelTypes: ["dinov2"],
      namings: [
        Naming(
          stack: "encoder.layer",
          roles: vitRoles + [
            ("mlp.fc1", "mlp in"), ("mlp.fc2", "mlp out"),
            ("mlp.weights_in", "mlp in"), ("mlp.weights_out", "mlp out"),
          ])
      ]),
    ModelFamily(
      modelTypes: ["gpt2"],
      namings: [
        Naming(
          stack: "h",
          roles: [
            ("attn.c_attn", "attn qkv"), ("attn.c_proj", "attn o"),
            ("mlp.c_fc", "mlp in"), ("mlp.c_proj", "mlp out"),
          ])
      ],
      isTransposed: true),
    ModelFamily(
      modelTypes: ["opt"],
      namings: [
        Naming(
          stack: "decoder.layers",
          roles: [
            ("self_attn.k_proj", "attn k"), ("self_attn.v_proj", "attn v"),
            ("self_attn.q_proj", "attn q"), ("self_attn.out_proj", "attn o"),
            ("fc1", "mlp in"), ("fc2", "mlp out"),
          ])
      ]),
    ModelFamily(
      modelTypes: ["llama", "mistral", "qwen2", "qwen3", "gemma", "gemma2"],
      namings: [
        Naming(
          stack: "layers",
          roles: [
            ("self_attn.q_proj", "attn q"), ("self_attn.k_proj", "attn k"),
            ("self_attn.v_proj", "attn v"), ("self_attn.o_proj", "attn o"),
            ("mlp.gate_proj", "mlp gate"), ("mlp.up_proj", "mlp up"),
            ("mlp.down_proj", "mlp down"),
          ])
      ]),
  ]
}
