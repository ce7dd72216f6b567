import Engine
import Experiments
import Pruning
import Runs

/// A task of an experiment without training: the model answers as it is.
struct UntrainedTask: Sendable {
  private let evaluator: any LevelEvaluator
  private let index: MagnitudeIndex
  private let excluded: Set<Int>

  init(_ task: TaskSpec, of spec: ExperimentSpec) throws {
    let model = try OpenModel(path: spec.modelPath, task: Self.request(task))
    guard let evaluator = model.evaluator else {
      guard case .unavailable(let reason) = model.summary.evaluation else {
        preconditionFailure("a model without an evaluator says why")
      }
      throw CommandError("\(model.checkpoint.path): \(reason)")
    }
    self.evaluator = evaluator
    excluded = try CellExecution.excludedIndices(of: spec, in: model)
    index = try MagnitudeIndex.build(model.matrices, threads: ProcessorCount.available)
  }

  /// The task as `evaluate` takes it; nil for the embedded digits.
  static func request(_ task: TaskSpec) throws -> TaskRequest? {
    if task.name == KnownTask.digits.name { return nil }
    guard
      let request = TaskRequest(name: task.name, data: task.data ?? "", split: task.split)
    else {
      throw CommandError(
        "There is no task \(task.name); there are: "
          + KnownTask.all.map(\.name).joined(separator: ", ") + ".")
    }
    return request
  }

  /// Measures a cell's level.
  func measure(_ cell: ExperimentCell, _ context: CellContext) throws -> CellResult {
    let request = PruningRequest(
      method: cell.pruningMethod ?? .magnitude(.global), sparsity: cell.level.fraction,
      excluded: excluded)
    try context.record(.masked(RunEvent.Masking(index.plan(request))))
    let measurement = CurveMeasurement(
      evaluator: evaluator, preview: index,
      workers: ParallelWorkers(count: context.workers ?? ProcessorCount.available),
      kernels: .measured(.ofThisMachine))
    let result = try measurement.measure(
      CurveIdentity(request), levels: [cell.level], tolerance: context.spec.tolerance,
      limit: context.spec.limit
    ) { _ in try context.checkIn() }
    return CellResult(
      cell: cell.id, point: result.curve[cell.level], chance: evaluator.chance)
  }
}
