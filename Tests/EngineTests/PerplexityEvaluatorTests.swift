import Experiments
import Foundation
import Tasks
import Testing

@testable import Engine

struct PerplexityEvaluatorTests {
  private static let text = (0..<30).map { "Line \($0) of a text, naïve\tand long.\n" }.joined()

  /// The log-likelihood of each token, given those before it, from the logits of a pass over all.
  private static func logLikelihoods(_ ids: [Int], _ model: TinyModel) -> [Double] {
    let logits = model.logits(ids)
    return (1..<ids.count).map { index in
      let row = logits[index - 1].map(Double.init)
      return row[ids[index]] - log(row.reduce(0) { $0 + exp($1) })
    }
  }

  @Test(arguments: PerplexityWindows.Kind.allCases)
  func `a model without a preference has the vocabulary's size as its perplexity`(
    kind: PerplexityWindows.Kind
  ) throws {
    let model = try TinyModel.gpt2(deviation: 0)
    let evaluator = try PerplexityEvaluator(
      model.matrices, tokenizer: model.tokenizer, text: Self.text, windows: kind, length: 64)
    let point = try measure(evaluator, model)[0]
    #expect(abs((point.metrics["perplexity"] ?? 0) - 257) < 1e-3)
    let mean = try #require(point.mean)
    #expect(abs(mean - (evaluator.chance ?? 0)) < 1e-5)
  }

  @Test func `fixed windows are scored but for their first tokens`() throws {
    let model = try TinyModel.gpt2()
    let evaluator = try PerplexityEvaluator(
      model.matrices, tokenizer: model.tokenizer, text: Self.text, length: 50)
    let point = try measure(evaluator, model)[0]
    let ids = model.tokenizer.encode(Self.text).ids
    let windows = stride(from: 0, through: ids.count - 50, by: 50).map {
      Self.logLikelihoods(Array(ids[$0..<$0 + 50]), model).reduce(0, +)
    }
    #expect(point.scores.count == windows.count)
    for (score, window) in zip(point.scores, windows) {
      #expect(abs(Double(score) - window / 49) < 1e-4)
    }
    let perplexity = exp(-windows.reduce(0, +) / Double(49 * windows.count))
    #expect(abs((point.metrics["perplexity"] ?? 0) / perplexity - 1) < 1e-4)
    #expect(Set(point.metrics.keys) == ["perplexity"])
  }

  @Test func `the first of unequal windows stand for their own perplexity`() throws {
    let model = try TinyModel.gpt2()
    let evaluator = try PerplexityEvaluator(
      model.matrices, tokenizer: model.tokenizer, text: Self.text, windows: .strided, length: 64)
    let point = try measure(evaluator, model)[0]
    let whole = try #require(evaluator.ofRatios(SparsityCurve(points: [point])).dense?.mean)
    #expect(abs(exp(-whole) / (point.metrics["perplexity"] ?? 0) - 1) < 1e-4)
    // The first window scores all its tokens but one, the others half of theirs.
    var first = point
    first.scores = Array(point.scores.prefix(1))
    let mean = try #require(evaluator.ofRatios(SparsityCurve(points: [first])).dense?.mean)
    let ids = Array(model.tokenizer.encode(Self.text).ids.prefix(64))
    #expect(abs(mean - Self.logLikelihoods(ids, model).reduce(0, +) / 63) < 1e-4)
  }

  @Test func `rolling windows score the whole text, by token, word and byte`() throws {
    let model = try TinyModel.gpt2()
    let text = "A naïve text\nof  nine words, and\ta tail "
    // One window: the token that ends texts, then all of this one.
    let evaluator = try PerplexityEvaluator(
      model.matrices, tokenizer: model.tokenizer, text: text, windows: .rolling)
    let point = try measure(evaluator, model)[0]
    let ids = model.tokenizer.encode(text).ids
    let sum = Self.logLikelihoods([0] + ids, model).reduce(0, +)
    // The end of the text counts as an empty word, as lm-evaluation-harness has it.
    let words = 10
    let expected = [
      "perplexity": exp(-sum / Double(ids.count)), "word_perplexity": exp(-sum / Double(words)),
      "byte_perplexity": exp(-sum / Double(text.utf8.count)),
      "bits_per_byte": -sum / Double(text.utf8.count) / log(2),
    ]
    #expect(Set(point.metrics.keys) == Set(expected.keys))
    for (name, value) in expected {
      #expect(abs((point.metrics[name] ?? 0) / value - 1) < 2e-4, "\(name)")
    }
  }

  @Test func `workers do not change a bit`() throws {
    let model = try TinyModel.gpt2()
    func points(_ workers: Int) throws -> [CurvePoint] {
      let evaluator = try PerplexityEvaluator(
        model.matrices, tokenizer: model.tokenizer, text: Self.text, windows: .strided,
        length: 64, stride: 24)
      return try measure(evaluator, model, at: [0, 0.6], workers: workers)
    }
    let points = (try points(1), try points(3))
    #expect(points.0 == points.1)
    #expect(points.0[0].scores != points.0[1].scores, "pruning matters")
  }

  @Test func `what cannot be divided is refused`() throws {
    let model = try TinyModel.gpt2()
    #expect(throws: TextTaskError.tooShort(tokens: 5)) {
      try PerplexityEvaluator(
        model.matrices, tokenizer: model.tokenizer, text: "short", length: 50)
    }
    #expect(throws: TextTaskError.windowTooLong(tokens: 513, limit: 512)) {
      try PerplexityEvaluator(
        model.matrices, tokenizer: model.tokenizer, text: Self.text, length: 513)
    }
    #expect(throws: TextTaskError.badStride(80, length: 64)) {
      try PerplexityEvaluator(
        model.matrices, tokenizer: model.tokenizer, text: Self.text, windows: .strided,
        length: 64, stride: 80)
    }
  }
}
