import Foundation
import Tensors
import Testing

@testable import Transformers

struct TransformerTests {
  init() throws { try BLAS.load() }

  private func rows(_ matrix: Matrix) -> [[Float]] {
    (0..<matrix.rows).map { Array(matrix.row($0)) }
  }

  private func expectClose(_ a: [[Float]], _ b: [[Float]], _ tolerance: Float = 2e-5) {
    #expect(a.count == b.count)
    for (left, right) in zip(a.joined(), b.joined()) {
      #expect(abs(left - right) <= tolerance * max(1, abs(right)))
    }
  }

  /// Sequences of different lengths over a vocabulary of 120.
  private static let sequences = [3, 11, 1, 20].map { length in
    (0..<length).map { 5 + ($0 * 37 + length * 11) % 110 }
  }

  @Test(arguments: ["bert-classify", "roberta-classify", "distilbert-classify"])
  func `a packed batch of classifications is what each sequence is alone`(name: String) throws {
    let loaded = try Fixtures.load(name)
    let tape = Tape()
    func logits(_ batch: [[Int]]) -> [[Float]] {
      rows(loaded.model.logits(.tokens(TokenBatch(batch)), loaded.parameters, on: tape))
    }
    expectClose(logits(Self.sequences), Self.sequences.flatMap { logits([$0]) })
  }

  @Test(arguments: ["gpt2", "opt", "llama", "qwen2", "bert-mlm", "bert-qa"])
  func `a packed batch of tokens is what each sequence is alone`(name: String) throws {
    let loaded = try Fixtures.load(name)
    let tape = Tape()
    func logits(_ batch: [[Int]]) -> [[Float]] {
      rows(loaded.model.logits(.tokens(TokenBatch(batch)), loaded.parameters, on: tape))
    }
    expectClose(logits(Self.sequences), Self.sequences.flatMap { logits([$0]) })
  }

  @Test(arguments: ["gpt2", "opt", "llama", "qwen2"])
  func `a causal model's output does not know what follows`(name: String) throws {
    let loaded = try Fixtures.load(name)
    let tape = Tape()
    let whole = Self.sequences[3]
    func logits(_ tokens: [Int]) -> [[Float]] {
      rows(loaded.model.logits(.tokens(TokenBatch([tokens])), loaded.parameters, on: tape))
    }
    expectClose(logits(Array(whole.prefix(9))), Array(logits(whole).prefix(9)))
  }

  @Test(arguments: Fixtures.names)
  func `inference gives what the recorded pass gives`(name: String) throws {
    let loaded = try Fixtures.load(name)
    let golden = try Fixtures.golden(name)
    let input = try golden.input(for: loaded.model)
    let tape = Tape()
    withExtendedLifetime(golden) {
      let inference = rows(loaded.model.logits(input, loaded.parameters, on: tape))
      let recorded = rows(
        loaded.model.forward(input, loaded.parameters, on: tape, mode: .gradients).value)
      #expect(inference == recorded)
    }
  }

  @Test func `a second batch allocates nothing, forward and backward`() throws {
    let loaded = try Fixtures.load("vit-classify")
    let golden = try Fixtures.golden("vit-classify")
    let input = try golden.input(for: loaded.model)
    let targets = try golden.targets(for: loaded.model)
    let tape = Tape()
    let gradients = Gradients(table: loaded.model.table)
    func step() {
      _ = loaded.model.differentiate(
        input, targets, loaded.parameters, on: tape, mode: .training(dropoutKey: 1),
        into: gradients)
    }
    withExtendedLifetime(golden) {
      step()
      step()
      let capacity = tape.workspace.capacity
      for _ in 0..<3 { step() }
      #expect(tape.workspace.capacity == capacity)
    }
  }

  @Test func `gradients of shards add up to those of the batch`() throws {
    let loaded = try Fixtures.load("vit-classify")
    let golden = try Fixtures.golden("vit-classify")
    guard case .images(let images) = try golden.input(for: loaded.model),
      case .classes(let classes) = try golden.targets(for: loaded.model)
    else { return }
    let tape = Tape()
    let (whole, parts) = (
      Gradients(table: loaded.model.table), Gradients(table: loaded.model.table)
    )
    let (loss, _) = loaded.model.differentiate(
      .images(images), .classes(classes), loaded.parameters, on: tape, into: whole)
    let size = images.pixels.count / images.count
    var sum = 0.0
    for (index, target) in classes.enumerated() {
      let pixels = UnsafeBufferPointer(
        rebasing: images.pixels[index * size..<(index + 1) * size])
      sum +=
        loaded.model.differentiate(
          .images(ImageBatch(pixels: pixels, count: 1)), .classes([target]), loaded.parameters,
          on: tape, divisor: classes.count, into: parts
        ).loss
    }
    withExtendedLifetime(golden) {}
    #expect(abs(sum - loss) < 1e-6)
    for (part, all) in zip(parts.elements, whole.elements) {
      #expect(abs(part - all) < 1e-6 * max(1, abs(all)))
    }
  }

  @Test func `dropout follows from its key`() throws {
    let loaded = try Fixtures.load("bert-classify")
    let input = ModelInput.tokens(TokenBatch(Self.sequences))
    let tape = Tape()
    func logits(_ mode: Tape.Mode) -> [[Float]] {
      rows(loaded.model.forward(input, loaded.parameters, on: tape, mode: mode).value)
    }
    #expect(logits(.training(dropoutKey: 1)) == logits(.training(dropoutKey: 1)))
    #expect(logits(.training(dropoutKey: 1)) != logits(.training(dropoutKey: 2)))
    #expect(logits(.training(dropoutKey: 1)) != logits(.inference))
  }

  @Test func `the gradient with dropout is that of the dropped model`() throws {
    let loaded = try Fixtures.load("bert-classify")
    let input = ModelInput.tokens(TokenBatch(Self.sequences))
    let targets = Targets.classes([0, 1, 1, 0])
    let mode = Tape.Mode.training(dropoutKey: 5)
    let tape = Tape()
    let gradients = Gradients(table: loaded.model.table)
    _ = loaded.model.differentiate(
      input, targets, loaded.parameters, on: tape, mode: mode, into: gradients)
    let ignored = Gradients(table: loaded.model.table)
    for name in [
      "bert.encoder.layer.0.attention.self.query.weight", "bert.encoder.layer.1.output.dense.bias",
      "bert.embeddings.word_embeddings.weight",
    ] {
      let id = try #require(loaded.model.table.id(of: name))
      let gradient = Array(gradients[id].elements)
      let place = gradient.indices.max { abs(gradient[$0]) < abs(gradient[$1]) }!
      func loss(_ shift: Float) -> Double {
        var parameters = loaded.parameters
        parameters.withMutableElements(of: id) { $0[place] += shift }
        return loaded.model.differentiate(
          input, targets, parameters, on: tape, mode: mode, into: ignored
        ).loss
      }
      let slope = (loss(0.01) - loss(-0.01)) / 0.02
      #expect(abs(slope - Double(gradient[place])) < 0.02 * abs(slope), "\(name)")
    }
  }

  @Test(arguments: [
    RotaryEmbedding.Scaling.linear(factor: 4),
    .llama3(factor: 8, low: 1, high: 4, originalPositions: 8192),
    .yarn(.init(factor: 4, originalPositions: 4096, attentionFactor: 1.1)),
  ])
  func `scaled rotary frequencies keep the fast pairs or divide all`(
    scaling: RotaryEmbedding.Scaling
  ) {
    var embedding = RotaryEmbedding()
    embedding.base = 500_000
    let plain = embedding.inverseFrequencies(headWidth: 128)
    embedding.scaling = scaling
    let scaled = embedding.inverseFrequencies(headWidth: 128)
    let (factor, keepsFast): (Float, Bool) =
      switch scaling {
      case .linear(let factor): (Float(factor), false)
      case .llama3(let factor, _, _, _): (Float(factor), true)
      case .yarn(let yarn): (Float(yarn.factor), true)
      case .none: (1, true)
      }
    #expect(scaled[0] == (keepsFast ? plain[0] : plain[0] / factor))
    #expect(abs(scaled[63] / plain[63] - 1 / factor) < 1e-6)
    for (fast, slow) in zip(scaled, scaled.dropFirst()) { #expect(slow <= fast) }
  }
}
