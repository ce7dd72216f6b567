import Experiments
import Foundation
import Pruning
import Tasks
import Tensors
import Testing

@testable import Engine

/// The kinds of tasks, each with a model of several blocks.
private enum Kind: CaseIterable {
  case classification, questions, perplexity, choices, images

  func evaluator(_ model: TinyModel) throws -> any LevelEvaluator {
    func words(_ start: Int, _ count: Int) -> String {
      (0..<count).map { TinyModel.words[(start + $0 * 7) % TinyModel.words.count] }
        .joined(separator: " ")
    }
    switch self {
    case .classification:
      let examples = (0..<90).map { index in
        SentenceExample(
          first: words(index, 4 + index % 17), second: nil, target: Double(index % 11) / 2)
      }
      return try SequenceClassificationEvaluator(
        model.matrices, tokenizer: model.tokenizer,
        data: GLUEDataset(task: .stsb, file: "made", examples: examples))
    case .questions:
      let questions = (0..<30).map { index in
        SQuADQuestion(
          id: "\(index)", question: "w1 w2", context: words(index, 40 + index),
          answers: [words(index, 2)])
      }
      return try QuestionAnsweringEvaluator(
        model.matrices, tokenizer: model.tokenizer,
        data: SQuADDataset(file: "made", questions: questions, mayBeImpossible: false),
        maxLength: 32, stride: 8)
    case .perplexity:
      return try PerplexityEvaluator(
        model.matrices, tokenizer: model.tokenizer,
        text: (0..<30).map { "Line \($0) of a text, naïve and long.\n" }.joined(), length: 64)
    case .choices:
      let questions = (0..<24).map { index in
        MultipleChoiceQuestion(
          subject: "law", question: "What is \(index) and \(index % 4)?",
          choices: (0..<4).map { "\(index * $0)" }, answer: index % 4)
      }
      return try MultipleChoiceEvaluator(
        model.matrices, tokenizer: model.tokenizer, data: MMLUDataset(questions: questions))
    case .images:
      let pixels = (0..<60 * 64).map { (place: Int) -> UInt8 in
        UInt8(truncatingIfNeeded: place * 37)
      }
      let shape = ImageShape(channels: 1, height: 8, width: 8)
      return try ImageClassificationEvaluator(
        model.matrices,
        task: ImageClassification(
          name: "made",
          images: ImageDataset(
            .array(ImageArray(shape: shape, bytes: pixels)), labels: (0..<60).map { $0 % 10 }),
          preprocessing: ImagePreprocessing(
            rescaleFactor: 1 / 255, mean: [0.5], deviation: [0.5])))
    }
  }

  func model(blocks: Int) throws -> TinyModel {
    switch self {
    case .classification:
      try .bert("BertForSequenceClassification", labels: ["LABEL_0"], blocks: blocks)
    case .questions: try .bert("BertForQuestionAnswering", blocks: blocks)
    case .perplexity, .choices: try .gpt2(blocks: blocks)
    case .images: try .vit(blocks: blocks)
    }
  }
}

/// The scores of the dense model and then of each block pruned alone, in the order of `blocks`.
private func scores(
  _ kind: Kind, _ model: TinyModel, blocks: [Int], budget: Int, workers: Int,
  kernels: KernelChoice = .dense
) throws -> (scores: [[Float]], use: ActivationUse) {
  let evaluator = try kind.evaluator(model)
  let store = try #require(evaluator.activations)
  store.reserve(budget)
  let measurement = CurveMeasurement(
    evaluator: evaluator, preview: try MagnitudeIndex.build(model.matrices),
    workers: ParallelWorkers(count: workers), kernels: kernels)
  let matrices = model.matrices.descriptions
  let probes = blocks.map { block in
    (level: SparsityLevel(0.7), excluded: matrices.indices.filter { matrices[$0].block != block })
  }
  let scores = try ([(SparsityLevel.dense, [])] + probes).map { level, excluded in
    let request = PruningRequest(
      method: .magnitude(.global), sparsity: 0, excluded: Set(excluded))
    return try measurement.measure(CurveIdentity(request), levels: [level], tolerance: 0.01)
      .curve.points[0].scores
  }
  return (scores, store.use)
}

@Suite struct `Activations in memory` {
  @Test(arguments: Kind.allCases)
  fileprivate func `change no bit of a score`(kind: Kind) throws {
    let model = try kind.model(blocks: 4)
    let order = [3, 1, 0, 2, 3]
    let plain = try scores(kind, model, blocks: order, budget: 0, workers: 1)
    #expect(plain.use.bytes == 0 && plain.use.reusedBlocks == 0)
    #expect(Set(plain.scores).count > 2, "pruning matters")
    let ample = try scores(kind, model, blocks: order, budget: 1 << 30, workers: 1)
    #expect(ample.scores == plain.scores)
    #expect(ample.use.share == Double(3 + 1 + 0 + 2 + 3) / Double(6 * 4))
    for workers in [2, 3] {
      // Room for some boundaries of some batches.
      for part in [8, 3, 2] {
        let tight = try scores(
          kind, model, blocks: order, budget: ample.use.bytes / part, workers: workers)
        #expect(tight.scores == plain.scores)
        #expect(tight.use.bytes <= tight.use.budget)
        #expect(tight.use.share < ample.use.share)
      }
      let whole = try scores(kind, model, blocks: order, budget: 1 << 30, workers: workers)
      #expect(whole.scores == plain.scores && whole.use == ample.use)
    }
  }

  @Test func `are the dense kernels' where later blocks are packed`() throws {
    let model = try Kind.classification.model(blocks: 3)
    func measured(_ budget: Int) throws -> (scores: [[Float]], use: ActivationUse) {
      try scores(
        .classification, model, blocks: [2, 1], budget: budget, workers: 2, kernels: .sparse)
    }
    let kept = try measured(1 << 30)
    #expect(try measured(0).scores == kept.scores)
    #expect(kept.use.reusedBlocks > 0)
  }

  @Test func `are computed by the first probe where the dense model is known`() throws {
    let model = try Kind.classification.model(blocks: 4)
    let evaluator = try Kind.classification.evaluator(model)
    let store = try #require(evaluator.activations)
    store.reserve(1 << 30)
    let matrices = model.matrices.descriptions
    let preview = try MagnitudeIndex.build(model.matrices)
    for level in [0.5, 0.9] {
      let request = PruningRequest(
        method: .magnitude(.global), sparsity: level,
        excluded: Set(matrices.indices.filter { matrices[$0].block != 3 }))
      let prepared = try evaluator.prepare(
        preview.plan(request), kernels: .dense, on: ParallelWorkers(count: 2))
      for batch in evaluator.batches { _ = try prepared.scores(of: batch) }
    }
    #expect(store.use.share == 3.0 / 8)
  }

  @Test func `are no measure of a level's speed`() throws {
    let model = try Kind.classification.model(blocks: 4)
    let evaluator = try Kind.classification.evaluator(model)
    try #require(evaluator.activations).reserve(1 << 30, for: [3])
    let matrices = model.matrices.descriptions
    let request = PruningRequest(
      method: .magnitude(.global), sparsity: 0,
      excluded: Set(matrices.indices.filter { matrices[$0].block != 3 }))
    let speeds = try CurveMeasurement(
      evaluator: evaluator, preview: try MagnitudeIndex.build(model.matrices),
      workers: ParallelWorkers(count: 2)
    ).measure(
      CurveIdentity(request), levels: [.dense, SparsityLevel(0.5)], tolerance: 0.01
    ).speeds
    #expect(speeds[.dense]?.rate != nil)
    #expect(speeds[SparsityLevel(0.5)]?.rate == nil)
  }

  @Test func `are kept where they save most`() {
    #expect(ActivationStore.priorities(blocks: 12, starts: 1..<12).prefix(3) == [6, 9, 3])
    #expect(Set(ActivationStore.priorities(blocks: 12, starts: 1..<12)) == Set(1..<12))
    #expect(ActivationStore.priorities(blocks: 12, starts: [5]) == [5])
    #expect(ActivationStore.priorities(blocks: 1, starts: [0]).isEmpty)
  }

  @Test func `make room for those that save more`() throws {
    let model = try Kind.classification.model(blocks: 4)
    let evaluator = try Kind.classification.evaluator(model)
    let store = try #require(evaluator.activations)
    let memory = try #require(
      {
        store.reserve(4 * 10 * 16)
        return store.memory(of: 0..<5, unchangedBlocks: 3)
      }())
    let workspace = Workspace()
    let states = workspace.matrix(rows: 10, columns: 16)
    states.elements.update(repeating: 1)
    memory.offer(states, entering: 1, of: 4)
    #expect(memory.start(of: 4)?.block == 1)
    states.elements.update(repeating: 2)
    memory.offer(states, entering: 2, of: 4)
    memory.offer(states, entering: 3, of: 4)
    let start = try #require(memory.start(of: 4))
    #expect(start.block == 2 && start.states.elements == [Float](repeating: 2, count: 160))
    #expect(store.use.bytes == store.use.budget)
    store.reserve(0)
    #expect(store.use.bytes == 0 && store.memory(of: 0..<5, unchangedBlocks: 3) == nil)
  }
}
