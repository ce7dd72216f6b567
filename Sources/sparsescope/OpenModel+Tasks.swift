import Checkpoints
import Engine
import Explorer
import Foundation
import Tasks
import Transformers

extension OpenModel {
  /// Makes what measures the model on a task; reads its data, so it may take seconds.
  ///
  /// - Throws: a sentence for the person where the data or the model do not fit the task.
  func open(
    _ selection: TaskSelection
  ) throws -> (evaluator: any LevelEvaluator, evaluation: ModelSummary.Evaluation) {
    if selection.name == KnownTask.digits.name { return try Self.digitsEvaluator(matrices) }
    guard
      let request = TaskRequest(
        name: selection.name, data: selection.data ?? "", split: selection.split ?? "dev")
    else { throw CommandError("there is no task \(selection.name)") }
    return try request.open(matrices, folder: checkpoint.folder)
  }

  /// The tasks for what the model's config says it is; for a bare encoder those that a head would
  /// make possible, each with what stands against it.
  func offers(remembering memory: ExplorerMemory) -> [TaskOffer] {
    let fit = fittingHeads
    return KnownTask.all.filter { fit.heads.contains($0.head) }.map { task in
      TaskOffer(
        name: task.name, title: task.title, source: task.source,
        remembered: memory.tasks[task.name],
        obstacle: fit.obstacle ?? obstacle(to: task))
    }
  }

  /// Why nothing is measured before a task is chosen; nil where something is, or where no task
  /// could be.
  func reasonForNoTask(among offers: [TaskOffer]) -> String? {
    guard evaluator == nil, !offers.isEmpty else { return nil }
    if offers.contains(where: { $0.obstacle == nil }) {
      return "is not measured yet: press t and choose a task."
    }
    return fittingHeads.obstacle.map { "cannot be measured: a task \($0)." }
  }

  /// The heads whose tasks are worth a row, and what stands against all of them; a phrase as in
  /// `TaskOffer.obstacle`.
  private var fittingHeads: (heads: Set<ModelHead>, obstacle: String?) {
    guard let json = checkpoint.configuration,
      let configuration = try? TransformerConfiguration(json)
    else { return ([], nil) }
    func hasTensor(_ name: String) -> Bool {
      checkpoint.tensors.contains { $0.name.hasPrefix(name + ".") }
    }
    let reason = "needs a head, and \(checkpoint.name) is a bare encoder: fine-tune it first"
    switch configuration.head {
    case .sequenceClassification where !hasTensor("classifier"), .maskedLanguageModel:
      return ([.sequenceClassification, .questionAnswering], reason)
    case .imageClassification where !hasTensor("classifier"):
      return ([.imageClassification], reason)
    case let head: return ([head], nil)
    }
  }

  /// Why a model with the right head does not fit a task, as far as that is known without its data.
  private func obstacle(to task: KnownTask) -> String? {
    if task.name == KnownTask.digits.name {
      guard case .unavailable(let reason) = summary.evaluation else { return nil }
      return reason
    }
    guard let json = checkpoint.configuration,
      let labels = try? TransformerConfiguration(json).labels
    else { return nil }
    if let count = ImageTask(rawValue: task.name)?.classCount, count != labels.count {
      return "needs a model of \(count) classes"
    }
    guard let glue = GLUETask(rawValue: task.name) else { return nil }
    if (try? LabelOrder(of: labels, for: glue)) != nil { return nil }
    return glue.classes.isEmpty
      ? "needs a model of one number"
      : "needs a model of the classes \(glue.classes.joined(separator: ", "))"
  }

  /// What the explorer's memory calls the model.
  var memoryKey: String {
    summary.path.isEmpty ? ExplorerMemory.embedded : TaskSelection.absolutePath(checkpoint.path)
  }
}

extension TaskSelection {
  /// The selection with `~` and a relative path written out, so that it means the same from
  /// everywhere.
  var withAbsolutePath: TaskSelection {
    var selection = self
    selection.data = data.map(Self.absolutePath)
    return selection
  }

  static func absolutePath(_ path: String) -> String {
    let expanded = (path as NSString).expandingTildeInPath
    return URL(fileURLWithPath: expanded).standardizedFileURL.path
  }
}
