import Experiments
import Foundation
import Pruning
import Testing

@testable import Engine

struct TextPredictorTests {
  @Test func `a classifier's labels come with the softmax of its logits, the likeliest first`()
    throws
  {
    let model = try TinyModel.bert(
      "BertForSequenceClassification", labels: ["no", "maybe", "yes"], deviation: 0
    ) { parameters in
      parameters.set("classifier.bias") { Float([0, 1, 3][$0]) }
    }
    let predictor = try TextPredictor(model.matrices, tokenizer: model.tokenizer)
    guard case .classes(let classes) = try predictor.classification(of: "w1", pair: "w2") else {
      Issue.record("three classes are no number")
      return
    }
    #expect(classes.map(\.text) == ["yes", "maybe", "no"])
    let powers: [Double] = [3, 1, 0].map { exp($0) }
    for (likely, power) in zip(classes, powers) {
      #expect(abs(likely.probability - power / powers.reduce(0, +)) < 1e-6)
    }
  }

  @Test func `each mask is filled, and a text without one is refused`() throws {
    let alpha = TinyModel.id(ofWord: "alpha")
    let model = try TinyModel.bert("BertForMaskedLM", deviation: 0) { parameters in
      parameters.set("cls.predictions.bias") { $0 == alpha ? 2 : 0 }
    }
    let predictor = try TextPredictor(model.matrices, tokenizer: model.tokenizer)
    let fills = try predictor.fills(of: "w1 [MASK] w2 [MASK]", count: 2)
    #expect(fills.map { $0.map(\.text)[0] } == ["alpha", "alpha"])
    #expect(fills[0].count == 2 && fills[0][0].probability > fills[0][1].probability)
    #expect(throws: TextTaskError.noMask(token: "[MASK]")) {
      try predictor.fills(of: "w1", count: 2)
    }
  }

  @Test func `a language model goes on with the likeliest tokens until the text ends`() throws {
    // After each byte the next one of the chain is the likeliest, after `d` the end of the text.
    let model = try TinyModel.gpt2(deviation: 0) { parameters, id in
      let chain = ["a", "b", "c", "d", "<|endoftext|>"].map(id)
      let width = TinyModel.width
      parameters.set("transformer.wte.weight") { index in
        chain.firstIndex(of: index / width) == index % width ? 1 : 0
      }
      parameters.set("lm_head.weight") { index in
        chain.firstIndex(of: index / width) == index % width + 1 ? 1 : 0
      }
    }
    let predictor = try TextPredictor(model.matrices, tokenizer: model.tokenizer)
    let continuing = try predictor.continuation(of: "xa", tokens: 20, count: 1)
    #expect(continuing.text == "bcd")
    #expect(continuing.next.map(\.text) == ["b"])
    #expect(try predictor.continuation(of: "xa", tokens: 2, count: 1).text == "bc")
    #expect(throws: TextTaskError.promptTooLong(tokens: 513, limit: 512)) {
      try predictor.continuation(of: String(repeating: "a", count: 513), tokens: 2, count: 1)
    }
  }

  @Test func `a long text is read in windows that fit a model of short inputs`() throws {
    let model = try TinyModel.bert("BertForQuestionAnswering")
    let predictor = try TextPredictor(model.matrices, tokenizer: model.tokenizer)
    let context = Array(repeating: "w1", count: 200).joined(separator: " ")
    #expect(try predictor.answers(to: "w2", about: context, count: 1).count == 1)
  }

  @Test func `a plan's weights are removed`() throws {
    let model = try TinyModel.bert("BertForSequenceClassification", labels: ["no", "yes"])
    let plan = try MagnitudeIndex.build(model.matrices).plan(globalRequest(0.9))
    let dense = try TextPredictor(model.matrices, tokenizer: model.tokenizer)
    let pruned = try TextPredictor(model.matrices, tokenizer: model.tokenizer, plan: plan)
    #expect(try dense.classification(of: "w1 w2") != pruned.classification(of: "w1 w2"))
  }
}
