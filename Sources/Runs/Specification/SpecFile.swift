import Experiments
import Foundation
import Yams

/// What is wrong with a file that describes an experiment.
package struct SpecFileError: Error, Sendable, Hashable, CustomStringConvertible {
  package var file: String
  package var reason: String

  package var description: String { "\(file): \(reason)" }
}

/// An experiment as a YAML file.
///
/// Unknown keys are refused, wrong types and values named by their path. What `text(of:)` writes
/// reads back as an equal specification.
package enum SpecFile {
  /// - Throws: `SpecFileError` where the file cannot be read, or says what cannot be.
  package static func read(_ path: String) throws(SpecFileError) -> ExperimentSpec {
    try parse(try text(ofFile: path), file: path)
  }

  static func text(ofFile path: String) throws(SpecFileError) -> String {
    let data: Data
    do {
      data = try WholeFile.read(path, most: 1 << 20 + 1)
    } catch RunError.unreadable(_, let reason) {
      throw SpecFileError(
        file: path,
        reason: reason + (reason == "it is a folder" ? "; --resume goes on with a run." : "."))
    } catch {
      throw SpecFileError(file: path, reason: error.description)
    }
    guard data.count <= 1 << 20, let text = String(validating: data, as: UTF8.self) else {
      throw SpecFileError(file: path, reason: "it is not UTF-8 text of less than a megabyte.")
    }
    return text
  }

  /// - Parameter file: how errors call it.
  package static func parse(
    _ text: String, file: String
  ) throws(SpecFileError) -> ExperimentSpec {
    let node = try compose(text, file: file)
    do {
      let spec = try spec(SpecMapping(node, path: "", keys: keys))
      try spec.validate()
      return spec
    } catch {
      throw SpecFileError(file: file, reason: error.description)
    }
  }

  static func compose(_ text: String, file: String) throws(SpecFileError) -> Node {
    guard aliases(in: text) <= mostAliases else {
      throw SpecFileError(
        file: file, reason: "it has more than \(mostAliases) aliases (`*name`); write them out.")
    }
    do {
      guard let composed = try Yams.compose(yaml: text) else {
        throw SpecFileError(file: file, reason: "it is empty; an experiment needs at least a task.")
      }
      return composed
    } catch let error as SpecFileError {
      throw error
    } catch {
      throw SpecFileError(file: file, reason: "not YAML: \(words(of: error)).")
    }
  }

  /// Aliases of aliases grow a text beyond all bounds; so few cannot.
  private static let mostAliases = 16

  /// The aliases that a text may have; text between quotes counts as well.
  private static func aliases(in text: String) -> Int {
    var count = 0
    var last = UInt8(ascii: "\n")
    for byte in text.utf8 {
      // Behind the star stands a name; in a list two of the same stars are no alias.
      if last == UInt8(ascii: "*"), byte > UInt8(ascii: " "), byte != UInt8(ascii: "*") {
        count += 1
      }
      last = byte
    }
    return count
  }

  /// What the parser says, in one line.
  private static func words(of error: any Error) -> String {
    switch error as? YamlError {
    case .scanner(let context, let problem, let mark, _),
      .parser(let context, let problem, let mark, _),
      .composer(let context, let problem, let mark, _):
      let doing = context.map { $0.text.trimmingCharacters(in: .whitespacesAndNewlines) } ?? ""
      return "line \(mark.line): \(problem)" + (doing.isEmpty ? "" : " \(doing)")
    case .duplicatedKeysInMapping(let duplicates, let context):
      return "line \(context.mark.line): \(duplicates.joined(separator: ", ")) is there twice"
    case .reader(let problem, _, _, _): return problem
    default:
      let words = "\(error)".split(whereSeparator: \.isNewline).first.map(String.init)
      return words ?? "it cannot be read"
    }
  }

  static let keys = [
    "name", "protocol", "model", "task", "tasks", "data", "split", "train_split", "methods",
    "sparsities", "seeds", "exclude", "training", "lottery", "limit", "tolerance", "workers",
    "slurm",
  ]

  private static func spec(_ file: SpecMapping) throws(SpecProblem) -> ExperimentSpec {
    var spec = ExperimentSpec()
    spec.name = try file.string("name")
    if let value = try file.choice("protocol", ExperimentProtocol.self) { spec.protocol = value }
    if let model = try file.string("model") { spec.model = model }
    spec.tasks = try tasks(file)
    let methods = ExperimentMethod.names.joined(separator: ", ")
    if let names = try file.list(
      "methods", expected: "a method: \(methods)", { ExperimentMethod($0).map { [$0] } })
    {
      spec.methods = names
    }
    if let levels = try file.list(
      "sparsities",
      expected: "a share from 0 to 1, a percentage such as 50%, or levels from low to "
        + "high such as `0..0.9 by 0.1`",
      SpecMapping.levels)
    {
      guard spec.protocol != .lotteryTicket else {
        throw SpecProblem(
          "sparsities",
          "has no meaning for lottery tickets; `lottery.rounds` and "
            + "`lottery.portion` decide the levels.")
      }
      spec.sparsities = levels.sorted()
    }
    if let seeds = try file.list(
      "seeds", expected: "a whole number, or at most 10000 seeds from low to high such as `0..4`",
      SpecMapping.seeds)
    {
      spec.seeds = seeds
    }
    if let names = try file.list("exclude", expected: "a part of a name", { [$0] }) {
      spec.exclude = names
    }
    spec.training = try training(file)
    spec.lottery = try lottery(file, of: spec.protocol)
    spec.limit = try file.integer("limit")
    if let tolerance = try file.share("tolerance") { spec.tolerance = tolerance }
    spec.workers = try file.integer("workers")
    // No part of the experiment, but what is wrong there is to be told of at once.
    _ = try slurm(file)
    return spec
  }

  /// `task` with its data beside it, or a list of `tasks`.
  private static func tasks(_ file: SpecMapping) throws(SpecProblem) -> [TaskSpec] {
    guard let items = file.items("tasks") else {
      return [
        TaskSpec(
          name: try file.string("task") ?? "digits", data: try file.string("data"),
          trainSplit: try file.string("train_split"), split: try file.string("split"))
      ]
    }
    for key in ["task", "data", "split", "train_split"] where file.has(key) {
      throw SpecProblem(key, "cannot stand beside `tasks`; give it to the task it belongs to.")
    }
    var tasks: [TaskSpec] = []
    for (node, path) in items {
      if let name = node.scalar?.string {
        tasks.append(TaskSpec(name: name))
        continue
      }
      let task = try SpecMapping(node, path: path, keys: ["name", "data", "split", "train_split"])
      guard let name = try task.string("name") else {
        throw SpecProblem("\(path).name", "is missing.")
      }
      tasks.append(
        TaskSpec(
          name: name, data: try task.string("data"), trainSplit: try task.string("train_split"),
          split: try task.string("split")))
    }
    return tasks
  }

  private static func training(_ file: SpecMapping) throws(SpecProblem) -> TrainingSettings {
    var settings = TrainingSettings()
    let keys = [
      "epochs", "max_steps", "batch_size", "learning_rate", "weight_decay", "warmup_ratio",
      "max_grad_norm", "adam_epsilon", "max_length", "gradient_accumulation", "evaluate_every",
      "save_every", "dropout", "limit",
    ]
    guard let training = try file.mapping("training", keys: keys) else { return settings }
    settings.epochs = try training.number("epochs")
    settings.maxSteps = try training.integer("max_steps")
    settings.batchSize = try training.integer("batch_size")
    settings.learningRate = try training.number("learning_rate")
    settings.weightDecay = try training.number("weight_decay")
    settings.warmupRatio = try training.share("warmup_ratio")
    settings.maxGradNorm = try training.number("max_grad_norm")
    settings.adamEpsilon = try training.number("adam_epsilon")
    settings.maxLength = try training.integer("max_length")
    settings.gradientAccumulation = try training.integer("gradient_accumulation")
    settings.evaluateEvery = try training.integer("evaluate_every")
    settings.saveEvery = try training.integer("save_every")
    settings.dropout = try training.share("dropout")
    settings.limit = try training.integer("limit")
    return settings
  }

  private static func lottery(
    _ file: SpecMapping, of kind: ExperimentProtocol
  ) throws(SpecProblem) -> LotterySettings {
    var settings = LotterySettings()
    let keys = ["rounds", "portion", "of", "epochs_per_round", "rewind_step"]
    guard let lottery = try file.mapping("lottery", keys: keys) else { return settings }
    guard kind == .lotteryTicket else {
      throw SpecProblem("lottery", "is for `protocol: lottery-ticket`, not for \(kind.rawValue).")
    }
    if let rounds = try lottery.integer("rounds") { settings.rounds = rounds }
    if let portion = try lottery.share("portion") { settings.portion = portion }
    if let base = try lottery.choice("of", LotterySettings.Base.self) { settings.of = base }
    settings.epochsPerRound = try lottery.number("epochs_per_round")
    if let step = try lottery.integer("rewind_step") { settings.rewindStep = step }
    return settings
  }
}
