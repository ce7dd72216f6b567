import ArgumentParser
import Engine
import Experiments
import Foundation
import Pruning
import Tasks

/// Measures a model at given levels.
struct Evaluate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measure a model's performance at sparsity levels, with intervals.")

  @OptionGroup var modelArgument: ModelArgument
  @OptionGroup var pruning: PruningOptions

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

  @Option(
    help: ArgumentHelp(
      "Levels, separated by commas, such as 0,0.5,0.9; ‘curve’ measures until the turning point "
        + "is known to one percent.", valueName: "levels"))
  var sparsity = LevelList(levels: [.dense])

  @Option(help: "Only the first so many examples.")
  var limit: Int?

  @Option(
    help: ArgumentHelp(
      "Write what the model said of each example to a file: {id: text} for SQuAD, else tab-separated "
        + "rows. Of several levels each gets a file of its own, such as NAME-0.5.json.",
      valueName: "file"),
    completion: .file())
  var predictions: String?

  @Option(
    help: ArgumentHelp(
      "The drop that is tolerated: of shares in points (0.01 is one), of perplexity relative.",
      valueName: "share"))
  var tolerance = 0.01

  @Option(help: "How many threads compute; the results do not depend on it.")
  var workers = ProcessorCount.available

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    if let limit, limit < 1 { throw ValidationError("--limit \(limit) must be at least 1.") }
    guard (1...1024) ~= workers else {
      throw ValidationError("--workers \(workers) must be from 1 to 1024.")
    }
    guard (0...1) ~= tolerance else {
      throw ValidationError("--tolerance \(tolerance) must be between 0 and 1.")
    }
    guard task == "digits" || TaskRequest.names.contains(task) else {
      throw ValidationError(
        "--task \(task) is not known; there are: "
          + (["digits"] + TaskRequest.names).joined(separator: ", ") + ".")
    }
    guard task == "digits" || data != nil else {
      throw ValidationError("--task \(task) needs its data: --data PATH.")
    }
    if let predictions { try PredictionFiles(path: predictions).validate() }
  }

  func run() throws {
    var request = data.flatMap {
      TaskRequest(name: task, data: $0, split: split, windowLength: language.window)
    }
    language.apply(to: &request)
    let model = try OpenModel(path: modelArgument.model, task: request)
    guard case .available(_, _, _, _, let scale) = model.summary.evaluation,
      let evaluator = model.evaluator
    else {
      guard case .unavailable(let reason) = model.summary.evaluation else { return }
      throw CommandError("\(model.checkpoint.path): \(reason)")
    }
    if let warning = ModelLoading(model.checkpoint).freshHeadWarning {
      StandardError.write("\(model.checkpoint.path): \(warning).")
    }
    guard predictions == nil || evaluator is any PredictionRecording else {
      throw CommandError("--predictions: \(task) has none that could be written.")
    }
    let index = try MagnitudeIndex.build(model.matrices, threads: ProcessorCount.available)
    let excluded = try pruning.excludedIndices(in: model)
    // Which matrices a pattern fits does not depend on the level.
    pruning.warnAboutSkipped(
      index.plan(
        PruningRequest(method: pruning.pruningMethod, sparsity: 0.5, excluded: excluded)),
      in: model)
    let measurement = CurveMeasurement(
      evaluator: evaluator, preview: index, workers: ParallelWorkers(count: workers))
    let identity = CurveIdentity(
      PruningRequest(method: pruning.pruningMethod, sparsity: 0, excluded: excluded))
    let progress = ProgressLine(title: "evaluating")
    let result = try measurement.measure(
      identity, levels: levels(), tolerance: scale.drop(tolerance: tolerance), limit: limit
    ) { point in
      progress.show(point.scores.count, of: point.total, note: "\(point.level) %")
    }
    progress.finish()
    if let predictions, let source = evaluator as? any PredictionRecording {
      try PredictionFiles(path: predictions).write(result.curve.points, of: identity, from: source)
    }
    let report = try EvaluationReport(
      model, identity, result, data: request?.data, tolerance: tolerance)
    if json { try JSONOutput.print(report) } else { print(report.text.printable) }
  }

  /// The levels to measure; nil for the search.
  private func levels() -> [SparsityLevel]? {
    if case .pattern(let pattern) = pruning.method, sparsity.levels == [.dense] {
      return [.dense, SparsityLevel(pattern.sparsity)]
    }
    return sparsity.levels
  }
}

/// `0,0.5,0.9`, or `curve`.
struct LevelList: ExpressibleByArgument {
  /// nil for the search.
  let levels: [SparsityLevel]?

  init(levels: [SparsityLevel]?) { self.levels = levels }

  init?(argument: String) {
    if argument == "curve" {
      levels = nil
      return
    }
    var levels: [SparsityLevel] = []
    for part in argument.split(separator: ",", omittingEmptySubsequences: false) {
      guard let level = SparsityLevel(argument: String(part)) else { return nil }
      levels.append(level)
    }
    self.levels = levels
  }

  var defaultValueDescription: String { "0" }
}
