import Experiments
import Foundation
import Tasks
import Tensors
import Testing
import Transformers

@testable import Engine

struct MultipleChoiceEvaluatorTests {
  private static let data = MMLUDataset(
    questions: (0..<40).map { index in
      MultipleChoiceQuestion(
        subject: index < 15 ? "law" : "high_school_physics",
        question: "What is \(index) and \(String(repeating: "more ", count: index % 4))?",
        choices: (0..<4).map { "\(index * $0)" }, answer: index % 4)
    })

  /// Merges that make one token of a space and a letter.
  private static let letterMerges = ["Ġ A", "Ġ B", "Ġ C", "Ġ D"]

  /// The choice with the largest log-likelihood, each from a pass of its own.
  private static func choice(_ question: Int, _ model: TinyModel) -> Int {
    let context = data.context(of: question)
    let length = model.tokenizer.encode(context).count
    let sums = MultipleChoiceQuestion.continuations.map { continuation -> Double in
      let ids = model.tokenizer.encode(context + continuation).ids
      let logits = model.logits(ids)
      return (length..<ids.count).reduce(0) { sum, index in
        let row = logits[index - 1].map(Double.init)
        return sum + row[ids[index]] - log(row.reduce(0) { $0 + exp($1) })
      }
    }
    return sums.indices.max { (sums[$0], $1) < (sums[$1], $0) }!
  }

  @Test func `a model that always says C is right where C is`() throws {
    let model = try TinyModel.gpt2(merges: Self.letterMerges, deviation: 0) { parameters, id in
      // What the last norm leaves is its bias, whatever the text.
      parameters.set("transformer.ln_f.bias") { $0 == 0 ? 1 : 0 }
      let row = id("ĠC") * TinyModel.width
      parameters.set("lm_head.weight") { $0 == row ? 1 : 0 }
    }
    let evaluator = try MultipleChoiceEvaluator(
      model.matrices, tokenizer: model.tokenizer, data: Self.data)
    let point = try measure(evaluator, model)[0]
    #expect(point.scores == Self.data.questions.map { $0.answer == 2 ? 1 : 0 })
    #expect(evaluator.predictions(at: globalRequest(0)) == Array(repeating: 2, count: 40))
    #expect(point.metrics["acc"] == 0.25)
    #expect(point.metrics["acc/law"] == 4.0 / 15)
    #expect(point.metrics["acc/high_school_physics"] == 6.0 / 25)
  }

  /// Letters of one token, and of two.
  @Test(arguments: [letterMerges, []])
  func `the answer is the continuation with the largest log-likelihood`(
    merges: [String]
  ) throws {
    let model = try TinyModel.gpt2(merges: merges)
    let evaluator = try MultipleChoiceEvaluator(
      model.matrices, tokenizer: model.tokenizer, data: Self.data)
    let point = try measure(evaluator, model, workers: 1)[0]
    let answers = Self.data.questions.indices.map { Self.choice($0, model) }
    #expect(evaluator.predictions(at: globalRequest(0)) == answers)
    #expect(Set(answers).count > 1, "the model has no single favourite")
    #expect(try scoresAlone(evaluator, model) == point.scores)
    let other = try MultipleChoiceEvaluator(
      model.matrices, tokenizer: model.tokenizer, data: Self.data)
    #expect(try measure(other, model, workers: 3) == [point])
    let rows = try #require(other.predictionFile(at: globalRequest(0), first: 2))
    let letters = answers.prefix(2).map { MultipleChoiceQuestion.letters[$0] }
    #expect(
      String(decoding: rows, as: UTF8.self)
        == "index\tsubject\tprediction\n0\tlaw\t\(letters[0])\n1\tlaw\t\(letters[1])\n")
  }

  @Test func `continuations that differ in the last token only share a pass`() throws {
    let choices = (1...4).map { Continuation(tokens: [7, 8, 9, $0], scored: 3..<4) }
    let batch = ContinuationBatch(choices + [Continuation(tokens: [7, 8, 1, 2], scored: 2..<4)])
    #expect(batch.inputs.map(Array.init) == [[7, 8, 9], [7, 8, 1]])
  }

  @Test func `continuations that share a pass have the likelihoods of their own passes`() throws {
    let model = try TinyModel.gpt2()
    let continuations = [
      Continuation(tokens: [7, 8, 9, 1], scored: 3..<4),
      Continuation(tokens: [7, 8, 9, 2], scored: 1..<4),
      Continuation(tokens: [5, 4, 3, 2, 1], scored: 2..<4),
    ]
    let tape = Tape()
    let together = model.transformer.logLikelihoods(
      of: ContinuationBatch(continuations), model.parameters, on: tape)
    for (continuation, value) in zip(continuations, together) {
      let alone = model.transformer.logLikelihood(
        of: continuation.tokens, scored: continuation.scored, model.parameters, on: tape)
      #expect(abs(alone - value) < 1e-5)
    }
  }

  @Test func `white space at a context's end counts to the continuation, and the end is kept`()
    throws
  {
    let model = try TinyModel.gpt2(merges: ["Ġ A"])
    let encoder = ContinuationEncoder(tokenizer: model.tokenizer, maxLength: 3)
    let encoded = try encoder.encode(["A", "B"], after: "abcd ")
    let ids = { (text: String) in model.tokenizer.encode(text).ids }
    #expect(encoded[0] == Continuation(tokens: ids("bcd A"), scored: 3..<4))
    #expect(encoded[1] == Continuation(tokens: ids("cd B"), scored: 2..<4))
    #expect(throws: TextTaskError.noContinuation("")) {
      try encoder.encode([""], after: "abcd")
    }
  }
}
