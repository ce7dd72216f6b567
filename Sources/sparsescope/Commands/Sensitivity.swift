import ArgumentParser
import Engine
import Experiments
import Explorer
import Pruning

/// Measures how much a task loses when each part of a model alone is pruned.
struct Sensitivity: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Prune each matrix, block and kind of matrix alone, and rank them by what it costs.",
    discussion: """
      What is measured is kept, for the explorer too, so an interrupted command goes on where it was. \
      With --limit nothing is kept: what is kept is of all examples.
      """)

  @OptionGroup var modelArgument: ModelArgument
  @OptionGroup var measured: MeasuredTask
  @OptionGroup var pruning: PruningOptions
  @OptionGroup var kernels: KernelOptions
  @OptionGroup var activations: ActivationOptions

  @Option(
    help: ArgumentHelp(
      "Levels, separated by commas; \(LevelList(levels: SensitivityPlan.standardLevels)) unless given.",
      valueName: "levels"),
    transform: LevelList.parse)
  var sparsity = LevelList(levels: SensitivityPlan.standardLevels)

  @Flag(help: "Neither look for what was measured before, nor keep what is measured.")
  var noCache = false

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    guard let levels = sparsity.levels, !levels.isEmpty, !levels.contains(.dense) else {
      throw ValidationError("--sparsity must be levels above 0, such as 0.5,0.9.")
    }
    guard pruning.exclude.isEmpty else {
      throw ValidationError("--exclude: a part is pruned alone, all else is left dense as it is.")
    }
  }

  func run() throws {
    let open = try measured.open(modelArgument.model)
    let model = open.model
    open.evaluator.activations?.reserve(activations.bytes)
    let index = try MagnitudeIndex.build(model.matrices, threads: ProcessorCount.available)
    let measurement = CurveMeasurement(
      evaluator: open.evaluator, preview: index, workers: ParallelWorkers(count: measured.workers),
      kernels: kernels.choice)
    let selection = measured.request.map { TaskSelection(name: measured.task, data: $0.data) }
    // The cache knows no limit: it keeps what was measured on all examples.
    let store: PointCache? =
      noCache || measured.limit != nil
      ? nil : PointCache(model, model.summary.evaluation, selection, kernels.kernels)
    let method = pruning.pruningMethod
    let plan = SensitivityPlan(
      model.summary.matrices, method: method, levels: sparsity.levels ?? [])

    func point(at level: SparsityLevel, of identity: CurveIdentity) throws -> CurvePoint {
      if let known = store?.points(of: identity).first(where: { $0.level == level }) {
        return known
      }
      let curve = try measurement.measure(
        identity, levels: [level], tolerance: 0, limit: measured.limit
      ).curve
      guard let point = curve[level] else { preconditionFailure("a level that was asked for") }
      store?.store(point, of: identity)
      return point
    }

    let probes = plan.probes
    let progress = ProgressLine(title: "sensitivity")
    let dense = try point(
      at: .dense, of: CurveIdentity(PruningRequest(method: method, sparsity: 0)))
    var found = Sensitivities()
    for (number, probe) in probes.enumerated() {
      progress.show(number, of: probes.count, note: plan.title(of: probe.subject))
      let pruned = try point(
        at: probe.level, of: plan.identity(of: probe.subject, method: method))
      found[probe] = PairedDifference(pruned: pruned.scores, dense: dense.scores)
    }
    progress.finish(open.evaluator.activations?.use.text)
    let report = SensitivityReport(model, plan, found, method: method, scale: open.scale)
    if json { try JSONOutput.print(report) } else { print(report.text.printable) }
  }
}
