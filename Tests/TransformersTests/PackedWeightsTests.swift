import Tensors
import Testing

@testable import Transformers

/// Models whose matrices are packed, against the same models with zeros in their matrices.
struct PackedWeightsTests {
  init() throws { try BLAS.load() }

  private struct Pruned {
    let dense: Parameters
    let inference: Parameters
    let training: Parameters
    let kept: [ParameterID: [UInt64]]
  }

  /// Prunes every matrix of the blocks by lot.
  private static func prune(_ loaded: LoadedTransformer, percent: Int) -> Pruned {
    var dense = loaded.parameters
    var kept: [ParameterID: [UInt64]] = [:]
    let layers = loaded.model.packableLayers
    for id in layers.keys {
      var random = RandomStream(seed: UInt64(percent), stream: UInt64(id.index))
      var words = [UInt64](repeating: 0, count: (loaded.model.table[id].count + 63) / 64)
      dense.withMutableElements(of: id) { elements in
        for index in elements.indices {
          if random.uniform() * 100 < Float(percent) {
            elements[index] = 0
          } else {
            words[index / 64] |= 1 << UInt64(index % 64)
          }
        }
      }
      kept[id] = words
    }
    func packed(forTraining: Bool) -> Parameters {
      let workspace = Workspace()
      let forms = kept.map { id, words in
        let matrix = dense[id].matrix(in: workspace)
        return (
          id,
          forTraining
            ? PackedWeights(training: matrix, of: layers[id]!, kept: words)
            : PackedWeights(matrix, of: layers[id]!, kept: words)
        )
      }
      return dense.packing(Dictionary(uniqueKeysWithValues: forms))
    }
    return Pruned(
      dense: dense, inference: packed(forTraining: false), training: packed(forTraining: true),
      kept: kept)
  }

  private static let families = [
    "vit-classify", "bert-classify", "bert-qa", "distilbert-classify", "gpt2", "opt", "llama",
    "qwen2-classify",
  ]

  @Test(arguments: families, [50, 90, 95])
  func `logits are those of the matrices with zeros`(name: String, percent: Int) throws {
    let loaded = try Fixtures.load(name)
    let golden = try Fixtures.golden(name)
    let input = try golden.input(for: loaded.model)
    let pruned = Self.prune(loaded, percent: percent)
    #expect(pruned.inference.packedCount == loaded.model.packableLayers.count)
    func logits(_ parameters: Parameters, _ mode: Tape.Mode) -> [Float] {
      let tape = Tape()
      return withExtendedLifetime((golden, tape)) {
        let logits = loaded.model.forward(input, parameters, on: tape, mode: mode).value
        return (0..<logits.rows).flatMap { Array(logits.row($0)) }
      }
    }
    let expected = logits(pruned.dense, .inference)
    let inference = logits(pruned.inference, .inference)
    #expect(inference.count == expected.count)
    for (value, other) in zip(inference, expected) {
      #expect(abs(value - other) < 1e-5 * max(1, abs(other)))
    }
    #expect(logits(pruned.training, .gradients) == inference)
  }

  @Test(arguments: families)
  func `gradients are the same where weights are kept, and none elsewhere`(name: String) throws {
    let loaded = try Fixtures.load(name)
    let golden = try Fixtures.golden(name)
    let input = try golden.input(for: loaded.model)
    let targets = try golden.targets(for: loaded.model)
    let pruned = Self.prune(loaded, percent: 80)
    func gradients(_ parameters: Parameters) -> Gradients {
      let gradients = Gradients(table: loaded.model.table)
      withExtendedLifetime(golden) {
        _ = loaded.model.differentiate(
          input, targets, parameters, on: Tape(), into: gradients)
      }
      return gradients
    }
    let (packed, dense) = (gradients(pruned.training), gradients(pruned.dense))
    for id in loaded.model.table.ids {
      let (found, expected) = (packed[id].elements, dense[id].elements)
      // Some gradients cancel to nothing but rounding, such as those of the biases of keys.
      let scale = expected.reduce(1e-2) { max($0, abs($1)) }
      for index in found.indices {
        if let words = pruned.kept[id], words[index / 64] >> UInt64(index % 64) & 1 == 0 {
          #expect(found[index] == 0)
        } else {
          #expect(abs(found[index] - expected[index]) < 2e-5 * scale)
        }
      }
    }
  }

  @Test func `new values reach both packed forms`() throws {
    let loaded = try Fixtures.load("gpt2")
    let pruned = Self.prune(loaded, percent: 80)
    var changed = pruned.dense
    for (id, words) in pruned.kept {
      changed.withMutableElements(of: id) { elements in
        for index in elements.indices where words[index / 64] >> UInt64(index % 64) & 1 == 1 {
          elements[index] = Float(index % 13) / 100 - 0.05
        }
      }
    }
    let workspace = Workspace()
    for id in pruned.kept.keys {
      pruned.training.packed(id)?.updateValues(from: changed[id].matrix(in: workspace))
    }
    let golden = try Fixtures.golden("gpt2")
    let input = try golden.input(for: loaded.model)
    let targets = try golden.targets(for: loaded.model)
    func differentiate(_ parameters: Parameters) -> (loss: Double, words: [Float]) {
      let gradients = Gradients(table: loaded.model.table)
      let loss = withExtendedLifetime(golden) {
        loaded.model.differentiate(input, targets, parameters, on: Tape(), into: gradients).loss
      }
      let words = loaded.model.table.id(of: "transformer.wte.weight")!
      return (loss, Array(gradients[words].elements))
    }
    let (packed, dense) = (differentiate(pruned.training), differentiate(changed))
    #expect(abs(packed.loss - dense.loss) < 1e-5)
    for (value, other) in zip(packed.words, dense.words) { #expect(abs(value - other) < 1e-5) }
  }

  @Test func `writing to a matrix drops its packed form`() throws {
    let loaded = try Fixtures.load("bert-classify")
    var parameters = Self.prune(loaded, percent: 50).training
    let id = try #require(loaded.model.packableLayers.keys.first)
    parameters.withMutableElements(of: id) { $0[0] = 1 }
    #expect(parameters.packed(id) == nil)
    #expect(parameters.packedCount == loaded.model.packableLayers.count - 1)
  }
}
