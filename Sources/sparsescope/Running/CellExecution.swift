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
    try checkTasks(of: spec)
    let model = try OpenModel(path: spec.modelPath)
    _ = try excludedIndices(of: spec, in: model)
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

  /// Refuses tasks that there are not, without opening the model.
  static func checkTasks(of spec: ExperimentSpec) throws(CommandError) {
    for task in spec.tasks {
      let known =
        spec.training.recipe(for: task.name).trains
        ? [KnownTask.digits.name] + FinetuneTask.namesOfData : KnownTask.all.map(\.name)
      if known.contains(task.name) { continue }
      if KnownTask.named(task.name) != nil {
        throw CommandError(
          "The task \(task.name) cannot be fine-tuned; `training.epochs: 0` measures the model as "
            + "it is.")
      }
      let near = EditDistance.nearest(to: task.name, in: known).map { "did you mean \($0)?" }
      throw CommandError(
        "There is no such task as \(task.name); "
          + (near ?? "there are \(known.joined(separator: ", "))."))
    }
  }

  /// The matrices that an experiment leaves dense.
  static func excludedIndices(
    of spec: ExperimentSpec, in model: OpenModel
  ) throws -> Set<Int> {
    do {
      return try PruningOptions.excludedIndices(of: spec.exclude, in: model)
    } catch let error as CommandError {
      // The setting is named as its file names it.
      throw CommandError(
        error.description.replacingOccurrences(of: "--exclude ", with: "`exclude`: "))
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
