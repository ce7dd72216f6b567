import Engine
import Experiments
import Foundation

/// What `finetune` prints and leaves as `all_results.json`; the keys are Trainer's where it has such.
struct FinetuneReport: Encodable {
  static let fileName = "all_results.json"

  private struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(_ name: String) { stringValue = name }
    init?(stringValue: String) { self.init(stringValue) }
    init?(intValue: Int) { nil }
  }

  private let tuner: FineTuner
  private let result: FineTuningResult
  private let version: String

  init(_ tuner: FineTuner, _ result: FineTuningResult, version: String) {
    self.tuner = tuner
    self.result = result
    self.version = version
  }

  func encode(to encoder: any Encoder) throws {
    var members = encoder.container(keyedBy: Key.self)
    let examples = tuner.data.examples.lengths.count
    let batches = Double(result.losses.count) * Double(tuner.settings.accumulation)
    let trained = batches * Double(tuner.settings.batchSize)
    try members.encode(tuner.model.checkpoint.path, forKey: Key("model"))
    try members.encode(tuner.data.task.title, forKey: Key("task"))
    try members.encode(version, forKey: Key("version"))
    try members.encode(result.checkpoint?.folder, forKey: Key("checkpoint"))
    try members.encode(result.step, forKey: Key("global_step"))
    try members.encode(Double(result.step) / Double(tuner.stepsPerEpoch), forKey: Key("epoch"))
    try members.encode(result.meanLoss ?? 0, forKey: Key("train_loss"))
    try members.encode(result.seconds, forKey: Key("train_runtime"))
    try members.encode(examples, forKey: Key("train_samples"))
    try members.encode(trained / max(result.seconds, 1e-9), forKey: Key("train_samples_per_second"))
    try members.encode(result.mask?.sparsity ?? 0, forKey: Key("achieved"))
    try members.encode(result.mask?.removed ?? 0, forKey: Key("pruned"))
    try members.encode(0, forKey: Key("revived"))
    try members.encode(result.sparseMatrices, forKey: Key("sparse_matrices"))
    try members.encode(result.bestMetric, forKey: Key("best_metric"))
    try members.encode(tuner.settings, forKey: Key("settings"))
    if let scores = result.heldOut {
      try members.encode(scores.scores.count, forKey: Key("eval_samples"))
      for (name, value) in scores.metrics { try members.encode(value, forKey: Key("eval_\(name)")) }
    }
  }

  /// Leaves the report in the output folder.
  func write(to folder: String) throws {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let data = try encoder.encode(self) + Data("\n".utf8)
    try data.write(to: URL(filePath: "\(folder)/\(Self.fileName)"), options: .atomic)
  }

  /// The report for a person.
  var text: String {
    let metrics = (result.heldOut?.metrics ?? [:]).sorted { $0.key < $1.key }.map {
      "\($0.key) " + String(format: "%.4f", $0.value)
    }
    let pruned = result.mask.map {
      "\(grouped($0.removed)) of \(grouped($0.weights)) prunable weights pruned and zero "
        + "(\(Percent.text($0.sparsity, decimals: 3)) %), "
    }
    return "\(result.checkpoint?.folder ?? ""): \(tuner.data.task.title), \(pruned ?? "dense, ")"
      + "\(result.step) steps in " + String(format: "%.0f s", result.seconds)
      + (result.sparseMatrices > 0 ? " with \(result.sparseMatrices) sparse matrices" : "")
      + (metrics.isEmpty ? "" : "; " + metrics.joined(separator: ", "))
  }
}
