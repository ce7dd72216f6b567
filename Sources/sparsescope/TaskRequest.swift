import Engine
import Explorer
import Foundation
import Pruning
import Tasks
import Tokenizers

/// A task that a model is to be measured on, with its data.
struct TaskRequest: Sendable {
  enum Kind: Sendable, Hashable {
    case glue(GLUETask)
    case squad
    case mmlu
    case perplexity
    case images(ImageTask)

    /// The split that is measured where nobody says which: one with answers.
    var usualSplit: String {
      switch self {
      case .glue, .squad, .perplexity: "dev"
      case .mmlu, .images: "test"
      }
    }
  }

  var kind: Kind
  /// A file of the task, or for GLUE, MMLU and images a folder of its splits.
  var data: String
  var split: String
  /// Tokens of a window of text; nil for as many as the model takes, at most 2048.
  var windowLength: Int?
  /// How a text is divided for its perplexity.
  var windows = PerplexityWindows.Kind.fixed
  /// Tokens from one strided window to the next; nil for half a window.
  var stride: Int?
  /// Solved examples in front of each question of MMLU.
  var shots = 0

  /// The names of all tasks.
  static let names =
    GLUETask.allCases.map(\.rawValue) + ["squad", "mmlu", "perplexity"]
    + ImageTask.allCases.map(\.rawValue)

  /// - Parameter split: nil for the task's usual one.
  /// - Returns: nil where no task has the name.
  init?(name: String, data: String, split: String? = nil, windowLength: Int? = nil) {
    switch name {
    case "squad": kind = .squad
    case "mmlu": kind = .mmlu
    case "perplexity": kind = .perplexity
    default:
      if let task = GLUETask(rawValue: name) {
        kind = .glue(task)
      } else if let task = ImageTask(rawValue: name) {
        kind = .images(task)
      } else {
        return nil
      }
    }
    self.data = data
    self.split = split ?? kind.usualSplit
    self.windowLength = windowLength
  }

  /// Reads the data and the tokenizer, and makes what measures the model.
  ///
  /// - Parameter folder: of the model.
  func open(
    _ matrices: PrunableMatrices, folder: String
  ) throws -> (evaluator: any LevelEvaluator, evaluation: ModelSummary.Evaluation) {
    if case .images(let task) = kind { return try open(task, matrices, folder: folder) }
    let tokenizer = try Tokenizer.load(folder: folder)
    let evaluator: any LevelEvaluator
    let (title, metric): (String, String)
    switch kind {
    case .glue(let task):
      let data = try GLUEDataset(task, at: data, split: split)
      evaluator = try SequenceClassificationEvaluator(matrices, tokenizer: tokenizer, data: data)
      title = "\(task.title) \(split)"
      metric = task == .stsb ? "1 − |error| / 5" : "accuracy"
    case .squad:
      evaluator = try QuestionAnsweringEvaluator(
        matrices, tokenizer: tokenizer, data: try SQuADDataset(at: data, split: split))
      (title, metric) = ("SQuAD", "F1")
    case .mmlu:
      let data = try MMLUDataset(at: data, split: split, shots: shots)
      evaluator = try MultipleChoiceEvaluator(matrices, tokenizer: tokenizer, data: data)
      (title, metric) = ("MMLU \(split), \(shots)-shot", "accuracy")
    case .perplexity:
      let perplexity = try PerplexityEvaluator(
        matrices, tokenizer: tokenizer, text: RunningText.read(data), windows: windows,
        length: windowLength, stride: stride)
      evaluator = perplexity
      (title, metric) = (
        "\(URL(fileURLWithPath: data).lastPathComponent), \(perplexity.division.title)",
        "perplexity"
      )
    case .images: preconditionFailure("opened above, since images need no tokenizer")
    }
    return (
      evaluator,
      .available(
        task: title, examples: evaluator.exampleCount, metric: metric,
        chance: evaluator.chance, scale: kind == .perplexity ? .perplexity : .share)
    )
  }
}
