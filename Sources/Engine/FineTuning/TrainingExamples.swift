import Tasks
import Tokenizers
import Transformers

/// What a model is trained on: examples that can be put together to batches.
package protocol TrainingExamples: Sendable {
  /// The tokens of each example; images all have the same.
  var lengths: [Int] { get }
  /// What a batch's sum of losses is divided by for each of its examples.
  var lossesPerExample: Int { get }

  /// Gives some examples as the model takes them.
  ///
  /// - Throws: `TaskDataError` where one cannot be read.
  func withBatch(_ examples: [Int], _ body: (ModelInput, Targets) -> Double) throws -> Double
}

extension TrainingExamples {
  package var lossesPerExample: Int { 1 }
}

/// Sentences with their classes or similarities.
package struct SentenceExamples: TrainingExamples {
  private let encodings: [Encoding]
  private let targets: [Float]
  private let isRegression: Bool
  private let hasSegments: Bool

  package var lengths: [Int] { encodings.map(\.count) }

  /// - Parameter order: which of the model's outputs stands for which class.
  package init(
    _ data: GLUEDataset, order: LabelOrder, tokenizer: Tokenizer, maxLength: Int, text: TextInput,
    limit: Int? = nil
  ) throws {
    let examples = data.examples.prefix(limit ?? .max)
    encodings = examples.map { tokenizer.encode($0.first, pair: $0.second, maxLength: maxLength) }
    try text.check(encodings)
    isRegression = data.task == .stsb
    hasSegments = text.segments > 1
    targets = examples.map { example in
      data.task == .stsb
        ? Float(example.target) : Float(order.classes.firstIndex(of: Int(example.target))!)
    }
  }

  package func withBatch(
    _ examples: [Int], _ body: (ModelInput, Targets) -> Double
  ) -> Double {
    let targets = examples.map { self.targets[$0] }
    return body(
      .tokens(TokenBatch(encodings, examples, hasSegments: hasSegments)),
      isRegression ? .values(targets) : .classes(targets.map { Int($0) }))
  }
}

/// Windows of contexts with the tokens at which the answers start and end.
package struct QuestionExamples: TrainingExamples {
  private let windows: [Encoding]
  private let spans: [ClosedRange<Int>]
  private let hasSegments: Bool

  package var lengths: [Int] { windows.map(\.count) }
  package var lossesPerExample: Int { 2 }

  package init(
    _ data: SQuADDataset, tokenizer: Tokenizer, maxLength: Int, stride: Int, text: TextInput,
    limit: Int? = nil
  ) throws {
    var windows: [Encoding] = []
    var spans: [ClosedRange<Int>] = []
    for question in data.questions.prefix(limit ?? .max) {
      let answer = question.answerBytes
      guard answer != nil || question.answers.isEmpty else {
        throw FineTuningError.noAnswerStart(file: data.file, question: question.id)
      }
      let parts = tokenizer.windows(
        ofQuestion: question.question, about: question.context, maxLength: maxLength,
        stride: stride)
      for window in parts {
        spans.append(answer.map(window.span) ?? 0...0)
        windows.append(window)
      }
    }
    try text.check(windows)
    self.windows = windows
    self.spans = spans
    hasSegments = text.segments > 1
  }

  package func withBatch(
    _ examples: [Int], _ body: (ModelInput, Targets) -> Double
  ) -> Double {
    body(
      .tokens(TokenBatch(windows, examples, hasSegments: hasSegments)),
      .spans(examples.map { spans[$0] }))
  }
}

/// Images with their classes.
package struct ImageExamples: TrainingExamples {
  private let task: ImageClassification
  private let count: Int
  private let tokens: Int

  package var lengths: [Int] { [Int](repeating: tokens, count: count) }

  package init(_ task: ImageClassification, image: ImageInput, limit: Int? = nil) {
    self.task = task
    count = min(task.count, limit ?? .max)
    tokens = image.tokens
  }

  package func withBatch(
    _ examples: [Int], _ body: (ModelInput, Targets) -> Double
  ) throws -> Double {
    let size = task.input.count
    return try withUnsafeTemporaryAllocation(
      of: Float.self, capacity: examples.count * size
    ) { pixels in
      for (place, image) in examples.enumerated() {
        try task.withPixels(of: image..<image + 1) { source in
          _ = pixels[place * size..<(place + 1) * size].update(fromContentsOf: source)
        }
      }
      return body(
        .images(ImageBatch(pixels: UnsafeBufferPointer(pixels), count: examples.count)),
        .classes(examples.map { task.labels[$0] }))
    }
  }
}

extension Encoding {
  /// The tokens at which an answer starts and ends; the first token, twice, where the window does
  /// not hold all of it.
  ///
  /// - Parameter answer: in UTF-8 bytes of the context.
  func span(of answer: Range<Int>) -> ClosedRange<Int> {
    let context = tokens(ofSequence: 1)
    guard let start = context.last(where: { offsets[$0].lowerBound <= answer.lowerBound }),
      let end = context.first(where: { offsets[$0].upperBound >= answer.upperBound }), start <= end
    else { return 0...0 }
    return start...end
  }
}

extension TokenBatch {
  /// Some of many encodings, one behind the other.
  init(_ encodings: [Encoding], _ chosen: [Int], hasSegments: Bool) {
    self.init(
      chosen.map { encodings[$0].ids },
      segments: hasSegments ? chosen.map { encodings[$0].typeIDs } : [])
  }
}

extension TextInput {
  /// Checks that the model knows all tokens.
  func check(_ encodings: [Encoding]) throws {
    for id in encodings.lazy.map(\.ids).joined() where !(0..<vocabulary).contains(id) {
      throw TextTaskError.unknownToken(id: id, vocabulary: vocabulary)
    }
  }
}
