/// A task as the picker offers it for the open model.
package struct TaskOffer: Sendable, Hashable {
  /// As `--task` names it.
  package var name: String
  /// As papers write it.
  package var title: String
  /// What the task reads.
  package var source: TaskSource
  /// The data that it was last measured on.
  package var remembered: TaskSelection?
  /// Why this model cannot be measured on it, as the predicate of a sentence about the task, such as
  /// “needs a head”; nil where it can.
  package var obstacle: String?

  package init(
    name: String, title: String, source: TaskSource, remembered: TaskSelection? = nil,
    obstacle: String? = nil
  ) {
    self.name = name
    self.title = title
    self.source = source
    self.remembered = remembered
    self.obstacle = obstacle
  }

  /// What choosing the task opens without a question; nil where its data is not known yet.
  package var selection: TaskSelection? {
    if case .embedded = source { return TaskSelection(name: name) }
    return remembered
  }
}

/// Where the data of a task is.
package enum TaskSource: Sendable, Hashable {
  /// In the program.
  case embedded
  case file
  /// A folder, or one file of it; `split` is the part that is taken unless another is named.
  case folder(split: String?)

  /// What a person is asked for.
  package var noun: String {
    if case .folder = self { "folder" } else { "file" }
  }

  package var defaultSplit: String? {
    if case .folder(let split) = self { split } else { nil }
  }
}
