import Experiments
import Foundation

extension SpecFile {
  /// The specification as YAML, each setting in its canonical form.
  package static func text(of spec: ExperimentSpec) -> String {
    var lines: [String] = []
    if let name = spec.name { lines.append("name: \(quoted(name))") }
    lines.append("protocol: \(spec.protocol.rawValue)")
    lines.append("model: \(quoted(spec.model))")
    lines.append("tasks:")
    for task in spec.tasks {
      lines.append("  - name: \(quoted(task.name))")
      for (key, value) in [
        ("data", task.data), ("split", task.split), ("train_split", task.trainSplit),
      ] {
        if let value { lines.append("    \(key): \(quoted(value))") }
      }
    }
    lines.append("methods: \(list(spec.methods.map { quoted($0.description) }))")
    if spec.protocol != .lotteryTicket {
      lines.append("sparsities: \(list(spec.sparsities.map { number($0.fraction) }))")
    }
    lines.append("seeds: \(list(spec.seeds.map(String.init)))")
    if !spec.exclude.isEmpty { lines.append("exclude: \(list(spec.exclude.map(quoted)))") }
    lines += training(spec.training)
    if spec.protocol == .lotteryTicket { lines += lottery(spec.lottery) }
    if let limit = spec.limit { lines.append("limit: \(limit)") }
    lines.append("tolerance: \(number(spec.tolerance))")
    if let workers = spec.workers { lines.append("workers: \(workers)") }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func training(_ settings: TrainingSettings) -> [String] {
    let values: [(String, String?)] = [
      ("epochs", settings.epochs.map(number)), ("max_steps", settings.maxSteps.map(String.init)),
      ("batch_size", settings.batchSize.map(String.init)),
      ("learning_rate", settings.learningRate.map(number)),
      ("weight_decay", settings.weightDecay.map(number)),
      ("warmup_ratio", settings.warmupRatio.map(number)),
      ("max_grad_norm", settings.maxGradNorm.map(number)),
      ("adam_epsilon", settings.adamEpsilon.map(number)),
      ("max_length", settings.maxLength.map(String.init)),
      ("gradient_accumulation", settings.gradientAccumulation.map(String.init)),
      ("evaluate_every", settings.evaluateEvery.map(String.init)),
      ("save_every", settings.saveEvery.map(String.init)),
      ("dropout", settings.dropout.map(number)), ("limit", settings.limit.map(String.init)),
    ]
    return section("training", values)
  }

  private static func lottery(_ settings: LotterySettings) -> [String] {
    section(
      "lottery",
      [
        ("rounds", String(settings.rounds)), ("portion", number(settings.portion)),
        ("of", settings.of.rawValue), ("epochs_per_round", settings.epochsPerRound.map(number)),
        ("rewind_step", String(settings.rewindStep)),
      ])
  }

  private static func section(_ key: String, _ values: [(String, String?)]) -> [String] {
    let lines = values.compactMap { key, value in value.map { "  \(key): \($0)" } }
    return lines.isEmpty ? [] : ["\(key):"] + lines
  }

  private static func list(_ items: [String]) -> String { "[\(items.joined(separator: ", "))]" }

  /// The shortest text that reads back as the same number, in a form that is a number in every
  /// version of YAML: `2.0e-05`, not `2e-05`.
  private static func number(_ value: Double) -> String {
    let text = "\(value)"
    if text.hasSuffix(".0") { return String(text.dropLast(2)) }
    guard let exponent = text.firstIndex(of: "e"), !text.contains(".") else { return text }
    return text[..<exponent] + ".0" + text[exponent...]
  }

  /// The text plain where YAML cannot take it for anything else, else in double quotes.
  private static func quoted(_ text: String) -> String {
    let isPlain = text.wholeMatch(of: /[A-Za-z\/][A-Za-z0-9_.\/-]*/) != nil
    let words = ["null", "true", "false", "yes", "no", "on", "off", "y", "n"]
    if isPlain, !words.contains(text.lowercased()) { return text }
    // A JSON string is a YAML string.
    let encoder = JSONEncoder()
    encoder.outputFormatting = .withoutEscapingSlashes
    guard let data = try? encoder.encode(text) else { return "\"\"" }
    return String(decoding: data, as: UTF8.self)
  }
}
