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
  @OptionGroup var measured: MeasuredTask
  @OptionGroup var pruning: PruningOptions
  @OptionGroup var kernels: KernelOptions
  @OptionGroup var activations: ActivationOptions

  @Option(
    help: ArgumentHelp(
      "Levels, separated by commas, such as 0,0.5,0.9; ‘curve’ measures until the turning point "
        + "is known to one percent, each level on as many examples as that takes; 0 unless given.",
      valueName: "levels"),
    transform: LevelList.parse)
  var sparsity = LevelList(levels: [.dense])

  @Flag(
    help: """
      With ‘curve’, measure each level on all examples, also where fewer have decided on which side \
      of the tolerance it lies.
      """)
  var complete = false

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

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    guard (0...1) ~= tolerance else {
      throw ValidationError("--tolerance \(tolerance) must be between 0 and 1.")
    }
    if let predictions { try PredictionFiles(path: predictions).validate() }
  }

  func run() throws {
    let open = try measured.open(modelArgument.model)
    let (model, evaluator, scale) = (open.model, open.evaluator, open.scale)
    guard predictions == nil || evaluator is any PredictionRecording else {
      throw CommandError("--predictions: \(measured.task) has none that could be written.")
    }
    let index = try MagnitudeIndex.build(model.matrices, threads: ProcessorCount.available)
    let excluded = try pruning.excludedIndices(in: model)
    // Which matrices a pattern fits does not depend on the level.
    pruning.warnAboutSkipped(
      index.plan(
        PruningRequest(method: pruning.pruningMethod, sparsity: 0.5, excluded: excluded)),
      in: model)
    if let first = firstPruned(excluding: excluded, in: model) {
      evaluator.activations?.reserve(activations.bytes, for: [first])
    }
    let measurement = CurveMeasurement(
      evaluator: evaluator, preview: index, workers: ParallelWorkers(count: measured.workers),
      kernels: kernels.choice)
    let identity = CurveIdentity(
      PruningRequest(method: pruning.pruningMethod, sparsity: 0, excluded: excluded))
    let progress = ProgressLine(title: "evaluating")
    let result = try measurement.measure(
      identity, levels: levels(), completing: complete || predictions != nil,
      tolerance: scale.drop(tolerance: tolerance), limit: measured.limit
    ) { point in
      progress.show(point.scores.count, of: point.total, note: "\(point.level) %")
    }
    progress.finish(evaluator.activations.flatMap { $0.use.reusedBlocks > 0 ? $0.use.text : nil })
    if let predictions, let source = evaluator as? any PredictionRecording {
      try PredictionFiles(path: predictions).write(result.curve.points, of: identity, from: source)
    }
    let report = try EvaluationReport(
      model, identity, result, data: measured.request?.data, tolerance: tolerance)
    if json { try JSONOutput.print(report) } else { print(report.text.printable) }
  }

  /// The block from which on all levels differ from the dense model; nil where that is the first.
  private func firstPruned(excluding excluded: Set<Int>, in model: OpenModel) -> Int? {
    let blocks = model.summary.matrices.enumerated()
      .filter { !excluded.contains($0.offset) }.map { $0.element.block ?? 0 }
    return blocks.min().flatMap { $0 > 0 ? $0 : nil }
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
    guard let list = try? Self.parse(argument) else { return nil }
    self = list
  }

  /// - Throws: what a level is, where one cannot be read.
  static func parse(_ argument: String) throws -> LevelList {
    guard argument != "curve" else { return LevelList(levels: nil) }
    let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
    return LevelList(levels: try parts.map { try SparsityLevel.parse(String($0)) })
  }

  var defaultValueDescription: String { description }
}

extension LevelList: CustomStringConvertible {
  var description: String {
    levels?.map { "\(Double($0.millionths) / 1_000_000)" }.joined(separator: ",") ?? "curve"
  }
}
