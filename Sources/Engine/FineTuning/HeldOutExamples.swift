import CKernels
import Tasks
import Tensors
import Tokenizers
import Transformers

/// Examples that a model is measured on while it is trained, and at the end.
package protocol HeldOutExamples: Sendable {
  /// The tokens of each example.
  var lengths: [Int] { get }
  /// The mean score of guessing; nil where it is not known.
  var chance: Double? { get }

  /// Runs the model on some examples and keeps what the metrics need: a few numbers each.
  ///
  /// - Throws: `TaskDataError` where an example cannot be read.
  func outputs(
    of examples: Range<Int>, _ model: Transformer, _ parameters: Parameters, on tape: Tape
  ) throws -> [[Float]]

  /// The score of each item, higher being better, and the official metrics, from the outputs of all
  /// examples.
  func scores(_ outputs: [[Float]]) -> HeldOutScores
}

/// How well a model did on what was held out.
package struct HeldOutScores: Sendable, Hashable {
  /// From 0 to 1, one for each sentence, question or image.
  package var scores: [Float]
  /// By name; see `FineTuningTask.leadingMetric`.
  package var metrics: [String: Double]
}

extension HeldOutExamples {
  /// Measures a model on all workers; the result does not depend on how many they are.
  package func measure(
    _ model: Transformer, _ parameters: Parameters, workers: ParallelWorkers
  ) throws -> HeldOutScores {
    let tapes = WorkerLocal(count: workers.count) { Tape() }
    let parts = try workers.map(TokenBudget().batches(lengths)) { batch, worker in
      try outputs(of: batch, model, parameters, on: tapes[worker])
    }
    return scores(Array(parts.joined()))
  }
}

/// Sentences of GLUE.
struct HeldOutSentences: HeldOutExamples {
  private let data: GLUEDataset
  private let order: LabelOrder
  private let encodings: [Encoding]
  private let hasSegments: Bool

  var lengths: [Int] { encodings.map(\.count) }
  var chance: Double? { data.chance }

  init(
    _ data: GLUEDataset, order: LabelOrder, tokenizer: Tokenizer, maxLength: Int, text: TextInput
  ) throws {
    self.data = data
    self.order = order
    encodings = data.examples.map {
      tokenizer.encode($0.first, pair: $0.second, maxLength: maxLength)
    }
    try text.check(encodings)
    hasSegments = text.segments > 1
  }

  func outputs(
    of examples: Range<Int>, _ model: Transformer, _ parameters: Parameters, on tape: Tape
  ) throws -> [[Float]] {
    let batch = TokenBatch(encodings, Array(examples), hasSegments: hasSegments)
    let logits = model.logits(.tokens(batch), parameters, on: tape)
    return (0..<logits.rows).map { Array(logits.row($0)) }
  }

  func scores(_ outputs: [[Float]]) -> HeldOutScores {
    let predictions = outputs.map { row in
      data.task == .stsb ? Double(row[0]) : Double(order.classes[row.indexOfMaximum])
    }
    return HeldOutScores(
      scores: predictions.enumerated().map { Float(data.score($1, of: $0)) },
      metrics: data.metrics(predictions))
  }
}

/// Images.
struct HeldOutImages: HeldOutExamples {
  private let task: ImageClassification
  private let tokens: Int

  var lengths: [Int] { [Int](repeating: tokens, count: task.count) }
  var chance: Double? { task.chance }

  init(_ task: ImageClassification, image: ImageInput) {
    self.task = task
    tokens = image.tokens
  }

  func outputs(
    of examples: Range<Int>, _ model: Transformer, _ parameters: Parameters, on tape: Tape
  ) throws -> [[Float]] {
    try task.withPixels(of: examples) { pixels in
      let batch = ImageBatch(pixels: pixels, count: examples.count)
      let logits = model.logits(.images(batch), parameters, on: tape)
      return (0..<logits.rows).map { Array(logits.row($0)) }
    }
  }

  func scores(_ outputs: [[Float]]) -> HeldOutScores {
    let scores = outputs.enumerated().map { task.score($1.indexOfMaximum, of: $0) }
    let right = Double(scores.reduce(0, +))
    return HeldOutScores(
      scores: scores, metrics: ["accuracy": scores.isEmpty ? 0 : right / Double(scores.count)])
  }
}

/// Questions of SQuAD, each read in one window or several.
struct HeldOutQuestions: HeldOutExamples {
  private let data: SQuADDataset
  private let windows: [Encoding]
  private let search: AnswerSearch
  private let hasSegments: Bool
  /// The windows of each question.
  private let questions: [Range<Int>]

  var lengths: [Int] { windows.map(\.count) }
  var chance: Double? { nil }

  init(
    _ data: SQuADDataset, tokenizer: Tokenizer, maxLength: Int, stride: Int, text: TextInput
  ) throws {
    self.data = data
    var windows: [Encoding] = []
    questions = data.questions.map { question in
      let start = windows.count
      windows += tokenizer.windows(
        ofQuestion: question.question, about: question.context, maxLength: maxLength,
        stride: stride)
      return start..<windows.count
    }
    try text.check(windows)
    self.windows = windows
    search = AnswerSearch(mayBeImpossible: data.mayBeImpossible)
    hasSegments = text.segments > 1
  }

  /// The starts' logits of a window, then the ends'.
  func outputs(
    of examples: Range<Int>, _ model: Transformer, _ parameters: Parameters, on tape: Tape
  ) throws -> [[Float]] {
    let batch = TokenBatch(windows, Array(examples), hasSegments: hasSegments)
    let logits = model.logits(.tokens(batch), parameters, on: tape)
    return batch.sequences.map { rows in
      rows.map { logits.row($0)[0] } + rows.map { logits.row($0)[1] }
    }
  }

  func scores(_ outputs: [[Float]]) -> HeldOutScores {
    let rules: SQuADScore.Rules = data.mayBeImpossible ? .version2 : .version1
    let scores = zip(data.questions, questions).map { question, range in
      let parts = range.map { window in
        let (logits, encoding) = (outputs[window], windows[window])
        return AnswerSearch.Window(
          starts: Array(logits.prefix(encoding.count)), ends: Array(logits.suffix(encoding.count)),
          context: encoding.tokens(ofSequence: 1), offsets: encoding.offsets)
      }
      return SQuADScore.score(
        search.answer(in: parts, of: question.context), of: question, rules: rules)
    }
    let count = Double(max(scores.count, 1))
    return HeldOutScores(
      scores: scores.map { Float($0.f1) },
      metrics: [
        "exact_match": Double(scores.count(where: \.exactMatch)) / count,
        "f1": scores.reduce(0) { $0 + $1.f1 } / count,
      ])
  }
}

extension [Float] {
  /// Where the largest element is, the first one of equals.
  fileprivate var indexOfMaximum: Int {
    indices.dropFirst().reduce(0) { self[$1] > self[$0] ? $1 : $0 }
  }
}
