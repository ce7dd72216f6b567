import Checkpoints
import Foundation
import Testing

@testable import Engine
@testable import Transformers

/// Small models of every family, with what PyTorch computed of them; see Fixtures/README.md.
enum Fixtures {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "Fixtures").path

  static let names = [
    "vit-classify", "deit-classify", "bert-classify", "bert-qa", "bert-mlm", "roberta-classify",
    "distilbert-classify", "gpt2", "gpt2-classify", "opt", "opt-classify", "llama", "qwen2",
    "qwen2-classify",
  ]

  static func checkpoint(_ name: String) throws -> Checkpoint {
    try Checkpoint.open(at: "\(folder)/\(name)")
  }

  static func load(_ name: String) throws -> LoadedTransformer {
    try LoadedTransformer(checkpoint(name))
  }

  static func golden(_ name: String) throws -> GoldenFile {
    try GoldenFile(at: "\(folder)/\(name)/golden.safetensors")
  }
}

struct ParityTests {
  @Test(arguments: Fixtures.names)
  func `logits, loss, every gradient and the AdamW step are PyTorch's`(name: String) throws {
    let loaded = try Fixtures.load(name)
    let outputs = try Parity(loaded, Fixtures.golden(name)).differences()
    #expect(outputs.count { $0.name.hasPrefix("grad.") } == loaded.model.table.entries.count)
    #expect(outputs.count { $0.name.hasPrefix("step.") } == loaded.model.table.entries.count)
    #expect(outputs.contains { $0.name == "loss" })
    #expect(outputs.contains { $0.name.hasSuffix("logits") })
    for output in outputs { #expect(output.ok, "\(output)") }
  }

  @Test(arguments: Fixtures.names)
  func `threshold, pruned counts and the pruned model's logits are PyTorch's`(
    name: String
  ) throws {
    let checkpoint = try Fixtures.checkpoint(name)
    let parity = try Parity(LoadedTransformer(checkpoint), Fixtures.golden(name))
    let outputs = try parity.pruningDifferences(checkpoint)
    #expect(outputs.contains { $0.name == "threshold" })
    #expect(outputs.count { $0.name.hasPrefix("pruned.") } >= 8)
    #expect(outputs.contains { $0.name.hasPrefix("masked_") })
    for output in outputs { #expect(output.ok, "\(output)") }
  }

  @Test func `a model with one wrong weight is found out`() throws {
    let loaded = try Fixtures.load("llama")
    var parameters = loaded.parameters
    let id = try #require(loaded.model.table.id(of: "model.layers.1.mlp.up_proj.weight"))
    parameters.withMutableElements(of: id) { $0[5] += 0.01 }
    let wrong = LoadedTransformer(loaded.model, parameters, loaded.report)
    let outputs = try Parity(wrong, Fixtures.golden("llama")).differences()
    #expect(!ParityReport(outputs).ok)
    #expect(outputs.contains { $0.name == "logits" && !$0.ok })
  }
}
