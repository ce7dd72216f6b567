import Experiments
import Tensors
import Testing

@testable import Pruning

struct PrunableMatricesTests {
  private func model(_ modelType: String?, _ tensors: [(String, [Int])]) throws -> PruningFixture {
    try PruningFixture(
      tensors.map { name, shape in
        .init(
          name: name, shape: shape, values: [Float](repeating: 1, count: shape.reduce(1, *)))
      }, configuration: modelType.map { #"{"model_type": "\#($0)"}"# })
  }

  private func summary(_ prunable: PrunableMatrices) -> [String] {
    prunable.descriptions.map { "\($0.block.map(String.init) ?? "-") \($0.kind) \($0.shape)" }
  }

  // MARK: Families

  @Test(arguments: ["", "bert.", "roberta."])
  func `BERT's encoder, in the order of its modules`(prefix: String) throws {
    let fixture = try model(
      prefix == "roberta." ? "roberta" : "bert",
      [
        (prefix + "embeddings.word_embeddings.weight", [9, 2]),
        (prefix + "encoder.layer.10.attention.self.query.weight", [2, 2]),
        (prefix + "encoder.layer.9.output.dense.weight", [2, 4]),
        (prefix + "encoder.layer.9.output.dense.bias", [2]),
        (prefix + "encoder.layer.9.intermediate.dense.weight", [4, 2]),
        (prefix + "encoder.layer.9.attention.output.dense.weight", [2, 2]),
        (prefix + "encoder.layer.9.attention.self.value.weight", [2, 2]),
        (prefix + "encoder.layer.9.attention.self.key.weight", [2, 2]),
        (prefix + "encoder.layer.9.attention.self.query.weight", [2, 2]),
        (prefix + "pooler.dense.weight", [2, 2]), ("classifier.weight", [2, 2]),
      ])
    let prunable = fixture.prunable
    #expect(
      summary(prunable) == [
        "9 attn q [2, 2]", "9 attn k [2, 2]", "9 attn v [2, 2]", "9 attn o [2, 2]",
        "9 mlp in [4, 2]", "9 mlp out [2, 4]", "10 attn q [2, 2]",
      ])
    #expect(prunable.weights == 36)
    #expect(prunable.parameters == 36 + 18 + 2 + 4 + 4)
    #expect(prunable.rule.hasSuffix("attention and feed-forward matrices of the blocks"))
    #expect(
      Set(prunable.others.map { "\($0.name.split(separator: ".").suffix(2)): \($0.reason)" }) == [
        #"["word_embeddings", "weight"]: embedding"#, #"["dense", "bias"]: not a matrix"#,
        #"["dense", "weight"]: outside of the blocks"#,
        #"["classifier", "weight"]: outside of the blocks"#,
      ])
  }

  @Test(arguments: [
    (
      "distilbert", "distilbert.transformer.layer.0.",
      [
        "attention.q_lin", "attention.k_lin", "attention.v_lin", "attention.out_lin", "ffn.lin1",
        "ffn.lin2",
      ],
      ["attn q", "attn k", "attn v", "attn o", "mlp in", "mlp out"]
    ),
    (
      "vit", "vit.encoder.layer.0.",
      [
        "attention.attention.query", "attention.attention.key", "attention.attention.value",
        "attention.output.dense", "intermediate.dense", "output.dense",
      ],
      ["attn q", "attn k", "attn v", "attn o", "mlp in", "mlp out"]
    ),
    (
      "deit", "deit.layers.0.",
      [
        "attention.q_proj", "attention.k_proj", "attention.v_proj", "attention.o_proj", "mlp.fc1",
        "mlp.fc2",
      ],
      ["attn q", "attn k", "attn v", "attn o", "mlp in", "mlp out"]
    ),
    (
      "dinov2", "dinov2.encoder.layer.0.",
      [
        "attention.attention.query", "attention.attention.key", "attention.attention.value",
        "attention.output.dense", "mlp.fc1", "mlp.fc2",
      ],
      ["attn q", "attn k", "attn v", "attn o", "mlp in", "mlp out"]
    ),
    (
      "gpt2", "transformer.h.0.", ["attn.c_attn", "attn.c_proj", "mlp.c_fc", "mlp.c_proj"],
      ["attn qkv", "attn o", "mlp in", "mlp out"]
    ),
    (
      "opt", "model.decoder.layers.0.",
      [
        "self_attn.k_proj", "self_attn.v_proj", "self_attn.q_proj", "self_attn.out_proj", "fc1",
        "fc2",
      ],
      ["attn k", "attn v", "attn q", "attn o", "mlp in", "mlp out"]
    ),
    (
      "llama", "model.layers.0.",
      [
        "self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj",
        "mlp.gate_proj", "mlp.up_proj", "mlp.down_proj",
      ],
      ["attn q", "attn k", "attn v", "attn o", "mlp gate", "mlp up", "mlp down"]
    ),
  ])
  func `every family, with and without its prefix`(
    modelType: String, prefix: String, suffixes: [String], kinds: [String]
  ) throws {
    let bare = prefix.split(separator: ".").dropFirst().joined(separator: ".") + "."
    for prefix in [prefix, bare] {
      let fixture = try model(
        modelType,
        suffixes.map { (prefix + $0 + ".weight", [2, 2]) } + [
          ("lm_head.weight", [5, 2]), (prefix + "adapter.weight", [2, 2]),
        ])
      #expect(fixture.prunable.descriptions.map(\.kind) == kinds)
      #expect(
        fixture.prunable.others.map(\.reason).sorted() == [
          "neither attention nor feed-forward", "output embedding",
        ])
    }
  }

  @Test func `GPT-2's stored [in, out] is shown as [out, in]`() throws {
    let fixture = try model("gpt2", [("h.0.attn.c_attn.weight", [4, 12])])
    #expect(summary(fixture.prunable) == ["0 attn qkv [12, 4]"])
    #expect(fixture.prunable.matrices[0].isTransposed)
  }

  @Test func `a known family with strange names falls back on the general rule`() throws {
    let fixture = try model("bert", [("tower.0.w", [2, 2])])
    #expect(fixture.prunable.rule == "bert: every 2-D float matrix but embeddings")
    #expect(summary(fixture.prunable) == ["0 w [2, 2]"])
  }

  // MARK: The general rule

  @Test func `an unknown model's matrices are taken but for embeddings`() throws {
    let fixture = try model(
      nil,
      [
        ("blocks.10.ff.weight", [3, 2]), ("blocks.2.ff.weight", [3, 2]), ("head.weight", [4, 2]),
        ("tok_embeddings.weight", [9, 2]), ("wpe.weight", [9, 2]), ("pos_embed", [9, 2]),
        ("lm_head.weight", [9, 2]), ("blocks.2.norm.weight", [2]), ("stem.weight", [2, 3, 4, 4]),
        ("blocks.2.decomposition.weight", [2, 2]),
      ])
    let prunable = fixture.prunable
    #expect(prunable.rule == "unknown family: every 2-D float matrix but embeddings")
    #expect(prunable.family == "unknown")
    #expect(
      summary(prunable) == [
        "2 decomposition [2, 2]", "2 ff [3, 2]", "10 ff [3, 2]", "- head [4, 2]",
      ])
    #expect(
      Dictionary(uniqueKeysWithValues: prunable.others.map { ($0.name, $0.reason) }) == [
        "tok_embeddings.weight": "embedding", "wpe.weight": "embedding",
        "pos_embed": "embedding", "lm_head.weight": "output embedding",
        "blocks.2.norm.weight": "not a matrix", "stem.weight": "not a matrix",
      ])
  }

  @Test func `blocks of encoder and decoder are told apart by their kinds`() throws {
    let fixture = try model(
      "t5", [("encoder.block.0.q.weight", [2, 2]), ("decoder.block.0.q.weight", [2, 2])])
    #expect(summary(fixture.prunable) == ["0 decoder.block q [2, 2]", "0 encoder.block q [2, 2]"])
  }

  @Test func `integers are listed, not pruned`() throws {
    let fixture = try PruningFixture([
      .init(name: "q.weight", shape: [2, 2], type: .int8, values: [1, 1, 1, 1]),
      .init(name: "w", shape: [2, 2], values: [1, 1, 1, 1]),
    ])
    #expect(fixture.prunable.others.map(\.reason) == ["not floating point"])
    #expect(fixture.prunable.parameters == 4)
  }

  @Test func `an output embedding that repeats the input embedding counts once`() throws {
    let tensors: [PruningFixture.Tensor] = [
      .init(name: "model.embed_tokens.weight", shape: [3, 2], values: [1, 2, 3, 4, 5, 6]),
      .init(name: "lm_head.weight", shape: [3, 2], values: [1, 2, 3, 4, 5, 6]),
    ]
    #expect(try PruningFixture(tensors).prunable.parameters == 6)
    let untied = try PruningFixture(
      tensors, configuration: #"{"model_type": "llama", "tie_word_embeddings": false}"#)
    #expect(untied.prunable.parameters == 12)
    var other = tensors
    other[1].values[5] = 7
    #expect(try PruningFixture(other).prunable.parameters == 12)
  }

  @Test func `numbers in names are compared as numbers`() {
    let names = ["a.10.b", "a.2.b", "a.2.b.c", "a.b", "A.1", "a.02.a"]
    #expect(
      names.sorted(by: TensorNaming.isOrdered) == [
        "A.1", "a.02.a", "a.2.b", "a.2.b.c", "a.10.b", "a.b",
      ])
  }
}
