/// A class's name as it is compared: without case, and without `-`, `_` and spaces.
struct LabelName: Hashable {
  private let letters: String

  init(_ name: some StringProtocol) {
    letters = name.lowercased().filter { !"-_ ".contains($0) }
  }

  /// Whether the name says nothing but a number, as `LABEL_0`, `0` and `class 0` do.
  var number: Int? {
    for prefix in ["label", "class", ""] where letters.hasPrefix(prefix) {
      if let number = Int(letters.dropFirst(prefix.count)) { return number }
    }
    return nil
  }
}

/// Which of a model's outputs stands for which class of a task.
///
/// Checkpoints order their classes differently, MNLI's above all. The rules:
/// 1. Where the model's `id2label` names every class of the task, in any spelling that differs in
///    case, `-`, `_` or spaces only, or by a name that is common for it, the names decide.
/// 2. Where the names are nothing but numbers (`LABEL_0`, `0`) and as many as the task has classes,
///    the numbers are GLUE's order, by which transformers' `run_glue.py` trains.
/// 3. Anything else is an error that tells both lists.
package struct LabelOrder: Sendable, Hashable {
  /// The class, in the task's order, that each of the model's outputs stands for.
  package let classes: [Int]

  /// - Parameter labels: the model's classes in the order of its outputs.
  package init(of labels: [String], for task: GLUETask) throws(TaskDataError) {
    let names = labels.map(LabelName.init)
    let expected = task == .stsb ? 1 : task.classes.count
    var failure: TaskDataError {
      .labelsDiffer(
        task: task.title, expected: task == .stsb ? ["one number"] : task.classes, found: labels)
    }
    guard labels.count == expected else { throw failure }
    if task == .stsb {
      classes = [0]
      return
    }
    let known = task.classes.map { name in
      Set(([name] + (Self.otherNames[name] ?? [])).map(LabelName.init))
    }
    let named = names.map { name in known.firstIndex { $0.contains(name) } }
    let numbered = names.map(\.number)
    if Set(named).count == expected, !named.contains(nil) {
      classes = named.compactMap(\.self)
    } else if Set(numbered) == Set(0..<expected) {
      classes = numbered.compactMap(\.self)
    } else {
      throw failure
    }
  }

  /// Names under which published checkpoints know the classes.
  private static let otherNames = [
    "unacceptable": ["not acceptable", "ungrammatical"],
    "acceptable": ["grammatical"],
    "negative": ["neg"],
    "positive": ["pos"],
    "not_equivalent": ["not paraphrase"],
    "equivalent": ["paraphrase"],
    "not_duplicate": ["not paraphrase"],
    "duplicate": ["paraphrase"],
    "entailment": ["entail", "entailed"],
    "not_entailment": ["not entailed", "non entailment"],
    "contradiction": ["contradict"],
  ]
}
