import Experiments
import Foundation
import Tasks
import Testing

@testable import Engine

struct QuestionAnsweringEvaluatorTests {
  /// A model that marks the word `alpha` as start and `beta` as end, wherever they stand: its blocks
  /// do nothing, and each of the two words has a direction of its own.
  private static func marker() throws -> TinyModel {
    let width = TinyModel.width
    return try TinyModel.bert("BertForQuestionAnswering", deviation: 0) { parameters in
      parameters.set("bert.embeddings.word_embeddings.weight") { index in
        switch (index / width, index % width) {
        case (TinyModel.id(ofWord: "alpha"), 0), (TinyModel.id(ofWord: "beta"), 1): 3
        case (_, let column) where column > 1: column % 2 == 0 ? 1 : -1
        default: 0
        }
      }
      parameters.set("qa_outputs.weight") { index in
        index == 0 || index == width + 1 ? 5 : 0
      }
    }
  }

  private static func question(_ context: String, answer: String) -> SQuADQuestion {
    SQuADQuestion(id: "q \(answer)", question: "w1 w2", context: context, answers: [answer])
  }

  private static let filler = (0..<40).map { "w\($0)" }

  @Test func `an answer that only a later window holds is found`() throws {
    let model = try Self.marker()
    let context = (Self.filler + ["alpha", "w3", "Beta"]).joined(separator: " ")
    let data = SQuADDataset(
      file: "made", questions: [Self.question(context, answer: "alpha w3 Beta")],
      mayBeImpossible: false)
    let windows = model.tokenizer.encodeWindows("w1 w2", context, maxLength: 24, stride: 6)
    let alpha = TinyModel.id(ofWord: "alpha")
    #expect(windows.count > 1 && !windows[0].ids.contains(alpha))
    let evaluator = try QuestionAnsweringEvaluator(
      model.matrices, tokenizer: model.tokenizer, data: data, maxLength: 24, stride: 6)
    let point = try measure(evaluator, model)[0]
    #expect(point.scores == [1])
    #expect(point.metrics == ["exact_match": 1, "f1": 1])
    #expect(
      evaluator.predictions(at: globalRequest(0))
        == SQuADPredictions(["q alpha w3 Beta": "alpha w3 Beta"]))
  }

  @Test func `a score is the F1 of the answer with the largest sum of logits`() throws {
    let model = try Self.marker()
    let data = SQuADDataset(
      file: "made",
      questions: [
        Self.question("w5 alpha w6 beta w7", answer: "alpha w6 beta"),
        // Half of the gold answer's tokens are found, and all that is found is in it.
        Self.question("w5 alpha beta w7 w8", answer: "alpha beta w7 w8"),
        Self.question("w5 alpha beta w7", answer: "w5"),
      ], mayBeImpossible: false)
    let evaluator = try QuestionAnsweringEvaluator(
      model.matrices, tokenizer: model.tokenizer, data: data)
    let point = try measure(evaluator, model)[0]
    #expect(point.scores == [1, Float(2.0 / 3), 0])
    #expect(abs((point.metrics["f1"] ?? 0) - 5.0 / 9) < 1e-9)
    #expect(abs((point.metrics["exact_match"] ?? 0) - 1.0 / 3) < 1e-9)
  }

  @Test func `batches and workers do not change the answers`() throws {
    let model = try TinyModel.bert("BertForQuestionAnswering")
    let questions = (0..<30).map { index in
      let context = (0..<20 + index).map { TinyModel.words[($0 * 11 + index) % 43] }
      return Self.question(context.joined(separator: " "), answer: context[index])
    }
    func evaluator() throws -> QuestionAnsweringEvaluator {
      try QuestionAnsweringEvaluator(
        model.matrices, tokenizer: model.tokenizer,
        data: SQuADDataset(file: "made", questions: questions, mayBeImpossible: false),
        maxLength: 32, stride: 8)
    }
    let (first, second) = (try evaluator(), try evaluator())
    #expect(first.batches.count > 1)
    let points = try measure(first, model, at: [0, 0.5], workers: 1)
    #expect(try measure(second, model, at: [0, 0.5], workers: 3) == points)
    #expect(first.predictions(at: globalRequest(0.5)) == second.predictions(at: globalRequest(0.5)))
    #expect(try scoresAlone(first, model) == points[0].scores)
    #expect(points[0].scores.contains { $0 > 0 }, "some answers overlap")
  }
}
