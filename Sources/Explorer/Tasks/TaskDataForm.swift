import Canvas

/// The question for a task's data.
package struct TaskDataForm: Sendable {
  package enum Field: Sendable, Hashable { case data, split }

  package var offer: TaskOffer
  package var data: Prompt
  package var split: Prompt
  package var field = Field.data
  /// Why what was given is not accepted.
  package var problem: String?
  /// Paths that what was typed may become, when Tab could not tell which.
  package var candidates: [String] = []

  package init(_ offer: TaskOffer, _ selection: TaskSelection? = nil, problem: String? = nil) {
    self.offer = offer
    let known = selection ?? offer.remembered
    data = Prompt(label: offer.source.noun, text: known?.data ?? "")
    split = Prompt(label: "split", text: known?.split ?? offer.source.defaultSplit ?? "")
    self.problem = problem
  }

  var hasSplit: Bool { offer.source.defaultSplit != nil }

  /// What the form says; nil while it says nothing.
  var selection: TaskSelection? {
    let path = data.text.trimmed
    guard !path.isEmpty else { return nil }
    let part = split.text.trimmed
    return TaskSelection(
      name: offer.name, data: path,
      split: hasSplit ? (part.isEmpty ? offer.source.defaultSplit : part) : nil)
  }
}

extension String {
  fileprivate var trimmed: String {
    var rest = self[...]
    while rest.last?.isWhitespace == true { rest.removeLast() }
    return String(rest.drop(while: \.isWhitespace))
  }
}
