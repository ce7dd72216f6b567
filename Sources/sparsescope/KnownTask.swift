import Explorer
import Tasks
import Transformers

/// A task that the program can measure models on.
///
/// The list `all` is what `--task` and the explorer's picker offer: a new task is one entry in it,
/// and `OpenModel.open` has to open what the entry names.
struct KnownTask: Sendable {
  /// As `--task` names it.
  let name: String
  /// As papers write it.
  let title: String
  /// What a model must have to be measured on it.
  let head: ModelHead
  let source: TaskSource

  init(_ name: String, _ title: String, _ head: ModelHead, _ source: TaskSource) {
    self.name = name
    self.title = title
    self.head = head
    self.source = source
  }

  static let digits = KnownTask("digits", "digits", .imageClassification, .embedded)

  static let all =
    [digits]
    + ImageTask.allCases.map {
      KnownTask($0.rawValue, $0.title, .imageClassification, .folder(split: "test"))
    }
    + GLUETask.allCases.map {
      KnownTask($0.rawValue, $0.title, .sequenceClassification, .folder(split: "dev"))
    }
    + [
      KnownTask("squad", "SQuAD", .questionAnswering, .file),
      KnownTask("mmlu", "MMLU", .causalLanguageModel, .folder(split: "test")),
      KnownTask("perplexity", "perplexity", .causalLanguageModel, .file),
    ]

  static func named(_ name: String) -> KnownTask? { all.first { $0.name == name } }
}
