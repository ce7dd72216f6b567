import ArgumentParser
import Engine
import Experiments

/// The task that a command measures a model on.
struct MeasuredTask: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The task: digits, the embedded images; with --data also "
        + "\(TaskRequest.names.joined(separator: ", "))."))
  var task = "digits"

  @Option(
    help: ArgumentHelp(
      "The task's data: a file, or for GLUE, MMLU and images a folder.", valueName: "path"))
  var data: String?

  @Option(
    help: """
      The split that is looked for in a folder: of GLUE, where it is dev unless given (for MNLI \
      dev_matched or dev_mismatched), of MMLU and of images, where it is test.
      """)
  var split: String?

  @OptionGroup(title: "Language models") var language: LanguageTaskOptions

  @Option(help: "Only the first so many examples.")
  var limit: Int?

  @Option(help: "How many threads compute; the results do not depend on it.")
  var workers = ProcessorCount.available

  func validate() throws {
    if let limit, limit < 1 { throw ValidationError("--limit \(limit) must be at least 1.") }
    guard (1...1024) ~= workers else {
      throw ValidationError("--workers \(workers) must be from 1 to 1024.")
    }
    guard task == "digits" || TaskRequest.names.contains(task) else {
      throw ValidationError(
        "--task \(task) is not known; there are: "
          + (["digits"] + TaskRequest.names).joined(separator: ", ") + ".")
    }
    guard task == "digits" || data != nil else {
      throw ValidationError("--task \(task) needs its data: --data PATH.")
    }
  }

  /// The data that is asked for; nil for the embedded images.
  var request: TaskRequest? {
    var request = data.flatMap {
      TaskRequest(name: task, data: $0, split: split, windowLength: language.window)
    }
    language.apply(to: &request)
    return request
  }

  /// Opens a model on the task; a fresh head is warned of.
  ///
  /// - Throws: where the model cannot be measured on it.
  func open(_ path: String?) throws -> OpenTask {
    let model = try OpenModel(path: path, task: request)
    switch model.summary.evaluation {
    case .unavailable(let reason):
      throw CommandError("\(model.checkpoint.path): \(reason)")
    case .available(_, _, _, _, let scale):
      guard let evaluator = model.evaluator else {
        preconditionFailure("what can be evaluated has an evaluator")
      }
      if let warning = ModelLoading(model.checkpoint).freshHeadWarning {
        StandardError.write("\(model.checkpoint.path): \(warning).")
      }
      return OpenTask(model: model, evaluator: evaluator, scale: scale)
    }
  }
}

/// A model with what measures it.
struct OpenTask {
  let model: OpenModel
  let evaluator: any LevelEvaluator
  let scale: MetricScale
}
