import Experiments
import Foundation
import Pruning
import Tasks
import Tensors
import Testing
import Transformers

@testable import Engine

struct SequenceClassificationEvaluatorTests {
  /// Pairs of different lengths with targets that are drawn from the index.
  private static func data(
    _ task: GLUETask, isPair: Bool, _ target: (Int) -> Double
  ) -> GLUEDataset {
    func words(_ start: Int, _ count: Int) -> String {
      (0..<count).map { TinyModel.words[(start + $0 * 7) % TinyModel.words.count] }
        .joined(separator: " ")
    }
    return GLUEDataset(
      task: task, file: "made",
      examples: (0..<60).map { index in
        SentenceExample(
          first: words(index, 1 + index % 17),
          second: isPair ? words(index * 3, 2 + index % 5) : nil, target: target(index))
      })
  }

  private static let sentiment = data(.sst2, isPair: false) { Double($0 % 2) }
  private static let similarity = data(.stsb, isPair: true) { Double($0 % 11) / 2 }

  private static func classifier(_ labels: [String]) throws -> TinyModel {
    try TinyModel.bert("BertForSequenceClassification", labels: labels)
  }

  @Test func `a score says whether the largest logit is the label's class`() throws {
    // The model's outputs are in the other order than the task's classes.
    let model = try Self.classifier(["positive", "negative"])
    let evaluator = try SequenceClassificationEvaluator(
      model.matrices, tokenizer: model.tokenizer, data: Self.sentiment)
    let point = try measure(evaluator, model)[0]
    let expected = Self.sentiment.examples.map { example -> Float in
      let logits = model.logits(model.tokenizer.encode(example.first).ids)[0]
      return (logits[0] > logits[1]) == (example.target == 1) ? 1 : 0
    }
    #expect(point.scores == expected)
    #expect(Set(expected).count == 2, "some are right and some are wrong")
    let accuracy = Double(expected.reduce(0, +)) / 60
    #expect(abs((point.metrics["accuracy"] ?? 0) - accuracy) < 1e-12)
  }

  @Test func `similarities are the logits, and their correlations the metrics`() throws {
    let model = try Self.classifier(["LABEL_0"])
    let evaluator = try SequenceClassificationEvaluator(
      model.matrices, tokenizer: model.tokenizer, data: Self.similarity)
    let point = try measure(evaluator, model)[0]
    let values = Self.similarity.examples.map { example in
      let encoding = model.tokenizer.encode(example.first, pair: example.second)
      return Double(model.logits(encoding.ids, segments: encoding.typeIDs)[0][0])
    }
    let measured = try #require(evaluator.predictions(at: globalRequest(0)))
    for (value, other) in zip(values, measured) { #expect(abs(value - other) < 1e-4) }
    let metrics = Self.similarity.metrics(values)
    for (name, value) in metrics {
      #expect(abs((point.metrics[name] ?? 9) - value) < 1e-4, "\(name)")
    }
    #expect(Set(metrics.keys) == ["pearson", "spearmanr"])
    for (score, (value, example)) in zip(point.scores, zip(values, Self.similarity.examples)) {
      #expect(abs(Double(score) - max(0, 1 - abs(value - example.target) / 5)) < 1e-4)
    }
  }

  @Test func `batches do not change the scores, nor do workers a bit of them`() throws {
    let model = try Self.classifier(["LABEL_0"])
    let evaluator = try SequenceClassificationEvaluator(
      model.matrices, tokenizer: model.tokenizer, data: Self.similarity)
    #expect(evaluator.batches.count > 1)
    let points = try measure(evaluator, model, at: [0, 0.5, 0.9], workers: 1)
    let other = try SequenceClassificationEvaluator(
      model.matrices, tokenizer: model.tokenizer, data: Self.similarity)
    #expect(try measure(other, model, at: [0, 0.5, 0.9], workers: 3) == points)
    for point in points {
      let alone = try scoresAlone(evaluator, model, at: point.level.fraction)
      for (score, other) in zip(point.scores, alone) { #expect(abs(score - other) < 1e-5) }
    }
    #expect(points[0].scores != points[2].scores, "pruning matters")
  }

  @Test func `predictions are rows of index and label as the task's files write it`() throws {
    let model = try Self.classifier(["negative", "positive"])
    let evaluator = try SequenceClassificationEvaluator(
      model.matrices, tokenizer: model.tokenizer, data: Self.sentiment)
    let early = evaluator.predictionFile(at: globalRequest(0), first: 3)
    #expect(early == nil, "it has not been measured yet")
    let point = try measure(evaluator, model)[0]
    let file = try #require(evaluator.predictionFile(at: globalRequest(0), first: 3))
    let labels = zip(Self.sentiment.examples, point.scores).map { example, score in
      Int(score == 1 ? example.target : 1 - example.target)
    }
    #expect(
      String(decoding: file, as: UTF8.self)
        == "index\tprediction\n0\t\(labels[0])\n1\t\(labels[1])\n2\t\(labels[2])\n")
    #expect(GLUETask.mnli.label(of: 2) == "contradiction")
    #expect(GLUETask.stsb.label(of: 2.5) == "2.5")
  }

  @Test func `zeros of the files are not multiplied by either`() throws {
    let model = try TinyModel.bert("BertForSequenceClassification", labels: ["LABEL_0"]) {
      for name in ["attention.self.key", "output.dense"] {
        $0.set("bert.encoder.layer.0.\(name).weight") { $0 % 5 == 0 ? 0.1 : 0 }
      }
    }
    func measured(_ kernels: KernelChoice) throws -> (values: [Double], speed: LevelSpeed) {
      let evaluator = try SequenceClassificationEvaluator(
        model.matrices, tokenizer: model.tokenizer, data: Self.similarity)
      let result = try CurveMeasurement(
        evaluator: evaluator, preview: try MagnitudeIndex.build(model.matrices),
        workers: ParallelWorkers(count: 2), kernels: kernels
      ).measure(CurveIdentity(globalRequest(0)), levels: [.dense], tolerance: 0.01)
      return (
        try #require(evaluator.predictions(at: globalRequest(0))),
        try #require(result.speeds[.dense])
      )
    }
    let (dense, packed) = (try measured(.dense), try measured(.sparse))
    #expect(dense.speed.sparseMatrices == 0)
    #expect(packed.speed.sparseMatrices == 2)
    for (value, expected) in zip(packed.values, dense.values) {
      #expect(abs(value - expected) < 1e-5)
    }
  }

  @Test(arguments: [0.5, 0.9, 0.95])
  func `packed matrices say the same of every example, for any number of workers`(
    level: Double
  ) throws {
    let model = try Self.classifier(["LABEL_0"])
    func values(_ kernels: KernelChoice, workers: Int) throws -> [Double] {
      let evaluator = try SequenceClassificationEvaluator(
        model.matrices, tokenizer: model.tokenizer, data: Self.similarity)
      let measurement = CurveMeasurement(
        evaluator: evaluator, preview: try MagnitudeIndex.build(model.matrices),
        workers: ParallelWorkers(count: workers), kernels: kernels)
      let result = try measurement.measure(
        CurveIdentity(globalRequest(0)), levels: [SparsityLevel(level)], tolerance: 0.01)
      let speed = try #require(result.speeds[SparsityLevel(level)])
      #expect(speed.matrices == 12)
      #expect((speed.sparseMatrices > 0) == (workers > 1))
      #expect(speed.examples > 0)
      return try #require(evaluator.predictions(at: globalRequest(level)))
    }
    let dense = try values(.dense, workers: 1)
    let packed = try values(.sparse, workers: 3)
    for (value, expected) in zip(packed, dense) { #expect(abs(value - expected) < 1e-5) }
    #expect(try values(.sparse, workers: 2) == packed)
  }

  @Test(arguments: [0.25, 0.5, 0.75])
  func `patterns are multiplied by group, and say the same`(level: Double) throws {
    let model = try Self.classifier(["LABEL_0"])
    let index = try MagnitudeIndex.build(model.matrices)
    let request = PruningRequest(method: .nm(groupSize: 4), sparsity: level)
    let loaded = try LoadedTransformer(model.matrices.checkpoint)
    let pruned = try loaded.pruned(
      index.plan(request), of: model.matrices, kernels: .sparse,
      on: ParallelWorkers(count: 2), tokens: 64)
    for id in loaded.model.packableLayers.keys {
      #expect(pruned.parameters.packed(id)?.operand is SparseGroups)
    }
    func values(_ kernels: KernelChoice) throws -> [Double] {
      let evaluator = try SequenceClassificationEvaluator(
        model.matrices, tokenizer: model.tokenizer, data: Self.similarity)
      _ = try CurveMeasurement(
        evaluator: evaluator, preview: index, workers: ParallelWorkers(count: 2), kernels: kernels
      ).measure(CurveIdentity(request), levels: [SparsityLevel(level)], tolerance: 0.01)
      return try #require(evaluator.predictions(at: request))
    }
    for (value, expected) in zip(try values(.sparse), try values(.dense)) {
      #expect(abs(value - expected) < 1e-5)
    }
  }
}
