import Foundation
import Testing

@testable import Checkpoints

@Suite struct `sensitivity` {
  /// The embedded model with two parts changed so that the answer is known.
  ///
  /// - In block 1 the values of each head are mixed by a random matrix A, and the output is mixed back
  ///   by its inverse: the function is the same, but the weights of both are random, large and cancel
  ///   each other, so that the small ones matter as much as the large.
  /// - In block 2 the attention's output is zero: what comes before it carries nothing.
  private func changedModel(in folder: TemporaryFolder) throws -> String {
    let model = folder.path("model")
    _ = try Program.run(["prune", "--sparsity", "0", "--output", model])
    let original = try Checkpoint.open(at: model)
    let names = original.tensors.map(\.name)
    var weights: [String: [Float]] = [:]
    for tensor in original.tensors {
      weights[tensor.name] = try original.withBytes(of: tensor) {
        Array($0.bindMemory(to: Float.self))
      }
    }

    func part(_ block: Int, _ name: String) -> String {
      "vit.encoder.layer.\(block).attention.\(name)"
    }
    let (width, head) = (64, 16)
    var state: UInt64 = 17
    func random() -> Float {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Float(state >> 40) / Float(1 << 24) * 3.2 - 1.6
    }
    var value = try #require(weights[part(1, "attention.value.weight")])
    var bias = try #require(weights[part(1, "attention.value.bias")])
    var output = try #require(weights[part(1, "output.dense.weight")])
    for start in stride(from: 0, to: width, by: head) {
      // Unit lower triangular, so that the inverse needs no division.
      let mixing = (0..<head).map { row in (0..<head).map { $0 < row ? random() : 0 } }
      for row in (0..<head).reversed() {
        for column in 0..<row {
          let factor = mixing[row][column]
          for input in 0..<width {
            value[(start + row) * width + input] += factor * value[(start + column) * width + input]
          }
          bias[start + row] += factor * bias[start + column]
        }
      }
      for out in 0..<width {
        let base = out * width + start
        for column in (0..<head).reversed() {
          for row in column + 1..<head {
            output[base + column] -= output[base + row] * mixing[row][column]
          }
        }
      }
    }
    weights[part(1, "attention.value.weight")] = value
    weights[part(1, "attention.value.bias")] = bias
    weights[part(1, "output.dense.weight")] = output
    for name in ["output.dense.weight", "output.dense.bias"] {
      weights[part(2, name)] = weights[part(2, name)].map { [Float](repeating: 0, count: $0.count) }
    }
    var writer = try SafetensorsWriter(
      path: "\(model)/model.safetensors",
      tensors: original.tensors.map { TensorLayout(name: $0.name, shape: $0.shape) })
    for name in names { try writer.write(name, weights[name] ?? []) }
    try writer.finish()
    return model
  }

  @Test func `ranks a layer of random weights first and a layer without use last`() throws {
    let folder = try TemporaryFolder()
    let report = try Program.json("sensitivity", try changedModel(in: folder), "--no-cache")
    let parts = try #require(report["parts"] as? [[String: Any]])
    #expect(parts.count == 24 + 4 + 6)
    let singles = parts.filter { ($0["matrices"] as? [String])?.count == 1 }
    let names = singles.compactMap { $0["part"] as? String }
    #expect(Set(names.prefix(2)) == ["1 attn v", "1 attn o"], "\(names)")

    func intervals(_ part: [String: Any]) -> [[Double]] {
      (part["levels"] as? [[String: Any]] ?? []).compactMap { $0["interval"] as? [Double] }
    }
    let useless = ["2 attn q", "2 attn k", "2 attn v", "2 attn o"]
    let first = try #require(names.firstIndex { useless.contains($0) })
    for part in singles[first...] {
      // Nothing after them is felt at all.
      for interval in intervals(part) { #expect(interval[0] <= 0 && interval[1] >= 0) }
    }
    for part in singles where useless.contains(part["part"] as? String ?? "") {
      for level in part["levels"] as? [[String: Any]] ?? [] {
        #expect(level["difference"] as? Double == 0)
      }
    }
  }

  @Test func `goes on where it was left`() throws {
    let folder = try TemporaryFolder()
    let places = ["XDG_DATA_HOME": folder.path("data")]
    let arguments = ["sensitivity", "--sparsity", "0.9", "--json"]
    let first = try Program.run(arguments, environment: places)
    #expect(first.status == 0)
    let second = try Program.run(arguments, environment: places)
    #expect(second.output == first.output)
    #expect(FileManager.default.fileExists(atPath: folder.path("data/sparsescope/index.sqlite")))
  }

  @Test func `prints the same with activations in memory and without`() throws {
    let arguments = ["sensitivity", "--sparsity", "0.9", "--limit", "100", "--no-cache", "--json"]
    let kept = try Program.run(arguments)
    let none = try Program.run(arguments + ["--activation-memory", "0"])
    #expect(kept.status == 0 && kept.output == none.output)
    #expect(kept.errors.contains("of 512 MB") && kept.errors.contains("of blocks from memory"))
    #expect(!none.errors.contains("from memory"))
    let negative = try Program.run(["sensitivity", "--activation-memory=-1"])
    #expect(negative.status == 2 && negative.errors.contains("--activation-memory"))
  }

  @Test func `refuses what it cannot measure`() throws {
    let dense = try Program.run(["sensitivity", "--sparsity", "0"])
    #expect(dense.status == 2 && dense.errors.contains("--sparsity"))
    let excluded = try Program.run(["sensitivity", "--exclude", "mlp"])
    #expect(excluded.status == 2 && excluded.errors.contains("--exclude"))
  }
}
