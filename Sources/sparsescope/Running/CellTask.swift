import Checkpoints
import Engine
import Experiments
import Pruning

/// A task of an experiment with its model and data: what all its cells share.
struct CellTask: Sendable {
  let checkpoint: Checkpoint
  let matrices: PrunableMatrices
  /// Matrices that stay dense.
  let excluded: Set<Int>
  let index: MagnitudeIndex
  let data: FineTuningData
  private let spec: ExperimentSpec

  /// Reads the model's magnitudes and encodes the data.
  init(_ task: TaskSpec, of spec: ExperimentSpec) throws {
    let open = try OpenModel(path: spec.modelPath)
    checkpoint = open.checkpoint
    matrices = open.matrices
    excluded = try CellExecution.excludedIndices(of: spec, in: open)
    index = try MagnitudeIndex.build(matrices, threads: ProcessorCount.available)
    self.spec = spec
    let source = try FinetuneTask(
      named: task.name, data: task.data, dev: nil, modelFolder: checkpoint.folder)
    let recipe = spec.training.recipe(for: task.name)
    let settings = FineTuningSettings(recipe, seed: 0)
    // Which classes there are does not depend on the seed of a fresh head.
    let model = try FineTuningModel(checkpoint, for: source.task, settings: settings)
    data = try source.load(for: model, settings: settings, limit: recipe.limit)
  }

  /// The model as a seed makes it, and how it is trained.
  func model(
    _ recipe: TrainingRecipe, seed: UInt64
  ) throws -> (model: FineTuningModel, settings: FineTuningSettings) {
    let settings = FineTuningSettings(recipe, seed: seed)
    return (try FineTuningModel(checkpoint, for: data.task, settings: settings), settings)
  }

  /// What a method removes from the pre-trained weights.
  func plan(_ method: PruningMethod, _ level: SparsityLevel) -> PruningPlan {
    index.plan(
      PruningRequest(method: method, sparsity: level.fraction, excluded: excluded))
  }
}
