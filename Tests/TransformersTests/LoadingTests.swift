import Foundation
import Tensors
import Testing

@testable import Checkpoints
@testable import Transformers

/// A model folder in the temporary directory, made of a fixture's parts.
private struct ModelFolder: ~Copyable {
  let path = FileManager.default.temporaryDirectory
    .appending(path: "model-\(UUID().uuidString)").path

  /// - Parameters:
  ///   - fixture: whose configuration and tensors to take.
  ///   - rename: gives each tensor's name in the new file; nil leaves it out.
  init(
    from fixture: String, configuration: (String) -> String = { $0 },
    shape: (String, [Int]) -> [Int] = { $1 }, rename: (String) -> String?
  ) throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    let source = try Fixtures.checkpoint(fixture)
    let json = try String(
      contentsOfFile: "\(Fixtures.folder)/\(fixture)/config.json", encoding: .utf8)
    try configuration(json).write(
      toFile: "\(path)/config.json", atomically: false, encoding: .utf8)
    let kept = source.tensors.compactMap { info in rename(info.name).map { (info, $0) } }
    var writer = try SafetensorsWriter(
      path: "\(path)/model.safetensors",
      tensors: kept.map { TensorLayout(name: $1, shape: shape($1, $0.shape)) })
    for (info, name) in kept { try writer.write(name, try source.floats(info.name)) }
    try writer.finish()
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func load() throws -> LoadedTransformer { try LoadedTransformer(Checkpoint.open(at: path)) }
}

struct LoadingTests {
  @Test func `a bare encoder loads without its prefix, and its head is fresh`() throws {
    let folder = try ModelFolder(
      from: "bert-classify",
      configuration: { $0.replacing("BertForSequenceClassification", with: "BertModel") },
      rename: { $0.hasPrefix("bert.") ? String($0.dropFirst(5)) : nil })
    let loaded = try folder.load()
    #expect(loaded.report.fresh == ["classifier.weight", "classifier.bias"])
    #expect(loaded.report.unused.isEmpty)
    let name = "bert.encoder.layer.1.output.dense.weight"
    #expect(loaded.report.renamed[name] == "encoder.layer.1.output.dense.weight")
    let expected = try Fixtures.checkpoint("bert-classify").floats(name)
    #expect(loaded.parameters[name]?.elements == expected)
  }

  @Test func `norms named gamma and beta load, and what has no use is listed`() throws {
    let folder = try ModelFolder(from: "bert-mlm") { name in
      switch name {
      case "cls.predictions.bias": "bert.pooler.dense.bias"
      default:
        name.replacing("LayerNorm.weight", with: "LayerNorm.gamma")
          .replacing("LayerNorm.bias", with: "LayerNorm.beta")
      }
    }
    let loaded = try folder.load()
    #expect(loaded.report.unused == ["bert.pooler.dense.bias"])
    #expect(loaded.report.fresh == ["cls.predictions.bias"])
  }

  @Test func `vision models load under the names that transformers 5 uses in memory`() throws {
    let names = ParameterNames.names(of: .vit)
    let folder = try ModelFolder(from: "vit-classify") { name in
      let spellings = names.spellings(of: name)
      return spellings.count > 1 ? spellings[1] : name
    }
    let (renamed, plain) = (try folder.load(), try Fixtures.load("vit-classify"))
    #expect(renamed.report.unused.isEmpty && renamed.report.fresh.isEmpty)
    for id in plain.model.table.ids {
      #expect(renamed.parameters[id].elements == plain.parameters[id].elements)
    }
  }

  @Test func `a body without one of its weights is refused by name`() throws {
    let gone = "model.layers.1.mlp.up_proj.weight"
    let folder = try ModelFolder(from: "llama") { $0 == gone ? nil : $0 }
    let error = #expect(throws: TransformerError.self) { try folder.load() }
    #expect(error == .missingParameters(path: folder.path, names: [gone]))
    #expect("\(error!)".contains(gone))
  }

  @Test func `a weight of the wrong shape is refused by name`() throws {
    let folder = try ModelFolder(
      from: "gpt2", shape: { $0 == "transformer.wpe.weight" ? [$1[1], $1[0]] : $1 },
      rename: { $0 })
    let error = #expect(throws: TransformerError.self) { try folder.load() }
    #expect("\(error!)".contains("transformer.wpe.weight has the shape [32, 64]"))
  }

  @Test func `weights of a file are used as they lie, and pruned sets share them`() throws {
    let loaded = try Fixtures.load("vit-classify")
    var pruned = loaded.parameters
    let first = try #require(loaded.model.table.id(of: "classifier.weight"))
    pruned.withMutableElements(of: first) { $0.update(repeating: 0) }
    let workspace = Workspace()
    for id in loaded.model.table.ids {
      let shared =
        pruned[id].matrix(in: workspace).base == loaded.parameters[id].matrix(in: workspace).base
      #expect(shared == (id != first))
    }
    #expect(loaded.parameters[first].elements.contains { $0 != 0 })
  }
}

struct ConfigurationTests {
  private func read(_ members: String) throws -> TransformerConfiguration {
    try TransformerConfiguration(Array("{\(members)}".utf8).withUnsafeBytes(JSONValue.init))
  }

  @Test func `a family that the program lacks is told in one sentence`() {
    let error = #expect(throws: TransformerError.self) { try read(#""model_type": "t5""#) }
    #expect("\(error!)" == "the program cannot run `t5` models yet")
    let head = #expect(throws: TransformerError.self) {
      try read(#""model_type": "bert", "architectures": ["BertForTokenClassification"]"#)
    }
    #expect("\(head!)" == "the program cannot run `BertForTokenClassification` models yet")
  }

  @Test func `settings that are wrong or not supported are named`() {
    let cases = [
      (#""hidden_size": "x""#, "hidden_size"),
      (#""hidden_size": 0"#, "hidden_size"),
      (#""hidden_size": 768.5"#, "hidden_size"),
      (#""hidden_size": 50"#, "hidden_size"),
      (#""hidden_act": "mish""#, "hidden_act"),
      (#""hidden_act": 1"#, "hidden_act"),
      (#""layer_norm_eps": -1e-5"#, "layer_norm_eps"),
      (#""hidden_dropout_prob": 1"#, "hidden_dropout_prob"),
      (#""position_embedding_type": "relative_key""#, "position_embedding_type"),
      (#""is_decoder": true"#, "is_decoder"),
      (#""id2label": {"1": "a"}"#, "id2label"),
    ]
    for (member, name) in cases {
      let error = #expect(throws: TransformerError.self) {
        try read(#""model_type": "bert", "# + member)
      }
      guard case .badSetting(let found, _) = error else {
        Issue.record("\(member): \(String(describing: error))")
        continue
      }
      #expect(found == name)
    }
  }

  @Test func `a configuration of one family with nothing but its type is the usual model`() throws {
    let bert = try read(#""model_type": "bert""#)
    #expect((bert.width, bert.blocks, bert.heads, bert.feedForwardWidth) == (768, 12, 12, 3072))
    #expect(bert.labels == ["LABEL_0", "LABEL_1"])
    #expect(bert.maximumTokens == 512)
    let roberta = try read(#""model_type": "roberta", "max_position_embeddings": 514"#)
    #expect(roberta.maximumTokens == 512)
    let opt = try read(#""model_type": "opt""#)
    #expect(opt.maximumTokens == 2048)
    #expect(opt.usualTokens == 2048)
    let llama = try read(#""model_type": "llama", "max_position_embeddings": 512"#)
    #expect(llama.maximumTokens == nil)
    #expect(llama.usualTokens == 512)
  }

  @Test func `Mistral's window and groups are read`() throws {
    let mistral = try read(
      #""model_type": "mistral", "sliding_window": 4096, "num_key_value_heads": 8, "#
        + #""num_hidden_layers": 3"#)
    #expect(mistral.slidingWindow == 4096)
    #expect(mistral.windowedBlocks == [0, 1, 2])
    #expect(mistral.keyValueHeads == 8)
    let open = try read(#""model_type": "mistral", "sliding_window": null"#)
    #expect(open.slidingWindow == nil)
    let wrong = #expect(throws: TransformerError.self) {
      try read(#""model_type": "mistral", "num_key_value_heads": 5"#)
    }
    #expect("\(wrong!)".contains("num_key_value_heads"))
  }

  @Test func `rotary settings are read in both spellings`() throws {
    let old = try read(
      #""model_type": "llama", "rope_theta": 5e5, "max_position_embeddings": 64, "#
        + #""rope_scaling": {"type": "linear", "factor": 2}"#)
    let new = try read(
      #""model_type": "llama", "max_position_embeddings": 64, "#
        + #""rope_parameters": {"rope_theta": 5e5, "rope_type": "linear", "factor": 2}"#)
    #expect(old == new)
    let error = #expect(throws: TransformerError.self) {
      try read(#""model_type": "llama", "rope_scaling": {"rope_type": "longrope"}"#)
    }
    #expect("\(error!)".contains("longrope"))
  }

  @Test func `whether images can be classified is known without weights`() throws {
    let text = JSONValue.object(["model_type": .string("bert")])
    let error = #expect(throws: TransformerError.self) {
      try ImageClassifier.check(text, path: "m")
    }
    #expect("\(error!)" == "a `bert` model does not take images")
    #expect(throws: TransformerError.noConfiguration(path: "m")) {
      try ImageClassifier.check(nil, path: "m")
    }
    #expect(throws: Never.self) {
      try ImageClassifier.check(.object(["model_type": .string("vit")]), path: "m")
    }
  }
}
