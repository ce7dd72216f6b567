import Checkpoints
import Foundation
import Testing

@testable import Transformers

/// Small models of every family, with what PyTorch computed; see Fixtures/README.md.
enum Fixtures {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "Fixtures").path

  static let names = [
    "vit-classify", "deit-classify", "bert-classify", "bert-qa", "bert-mlm", "roberta-classify",
    "distilbert-classify", "gpt2", "opt", "llama", "qwen2",
  ]

  static func load(_ name: String) throws -> LoadedTransformer {
    try LoadedTransformer(Checkpoint.open(at: "\(folder)/\(name)"))
  }

  static func golden(_ name: String) throws -> GoldenFile {
    try GoldenFile(at: "\(folder)/\(name)/golden.safetensors")
  }
}

struct ParityTests {
  @Test(arguments: Fixtures.names)
  func `logits, loss, every gradient and the AdamW step are PyTorch's`(name: String) throws {
    let parity = try Parity(Fixtures.load(name), Fixtures.golden(name))
    let outputs = try parity.differences()
    #expect(outputs.count > 20)
    for kind in ["logits", "loss", "grad", "step"] {
      let worst = outputs.filter { $0.name.contains(kind) }.max { $0.maxRel < $1.maxRel }!
      let worstA = outputs.filter { $0.name.contains(kind) }.max { $0.maxAbs < $1.maxAbs }!
      print(name, kind, worst.name, worst.maxAbs, worst.maxRel, "| abs", worstA.name, worstA.maxAbs)
    }
    for output in outputs { #expect(output.ok, "\(output)") }
  }

  @Test(arguments: Fixtures.names)
  func `logits after pruning are PyTorch's`(name: String) throws {
    let parity = try Parity(Fixtures.load(name), Fixtures.golden(name))
    let outputs = try parity.maskedDifferences(parity.maskedByThreshold())
    for output in outputs { #expect(output.ok, "\(output)") }
  }
}
