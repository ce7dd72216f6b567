import Engine
import Experiments
import Runs

/// Carries out the cells of runs: the one place where runs and the engine meet.
enum CellExecution {
  private static let executor = CellExecutor()

  /// Refuses an experiment that could not be carried out, before a folder is made for it.
  ///
  /// - Throws: a sentence for the person that names what is wrong.
  static func check(_ spec: ExperimentSpec) throws {
    let model = try OpenModel(path: spec.modelPath)
    _ = try PruningOptions.excludedIndices(of: spec.exclude, in: model)
    for task in spec.tasks {
      guard task.data != nil || task.name == KnownTask.digits.name else {
        throw CommandError(
          "The task \(task.name) needs its data: `--data \(task.name)=PATH` for reproduce, `data:` "
            + "beside its name in a file for run.")
      }
      guard spec.training.recipe(for: task.name).trains else {
        _ = try UntrainedTask.request(task)
        guard spec.protocol == .oneShot || spec.protocol == .postFineTuning else {
          throw CommandError(
            "`training.epochs: 0` leaves nothing to do for the protocol \(spec.protocol.rawValue), "
              + "which prunes while it trains.")
        }
        continue
      }
      let source = try FinetuneTask(
        named: task.name, data: task.data, dev: nil, modelFolder: model.checkpoint.folder)
      let settings = FineTuningSettings(spec.training.recipe(for: task.name), seed: 0)
      _ = try FineTuningModel(model.checkpoint, for: source.task, settings: settings)
    }
  }

  /// Carries out one cell.
  static func execute(_ cell: ExperimentCell, _ context: CellContext) throws -> CellResult {
    try executor.execute(cell, context)
  }
}

extension TrainingRecipe {
  /// Whether there is any training: without it the model answers as it is.
  var trains: Bool { maxSteps != nil || epochs > 0 }
}
