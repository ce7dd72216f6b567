import Checkpoints
import Foundation
import Pruning
import Tensors
import Transformers

/// How far a fine-tuning has come.
package struct FineTuningProgress: Sendable, Hashable {
  /// Steps that are done, and how many there will be.
  package var step: Int
  package var steps: Int
  package var epoch: Double
  /// The step's mean loss.
  package var loss: Double
  /// The norm of the step's gradients before they were clipped.
  package var gradientNorm: Double
  package var learningRate: Double
  /// Over the prunable weights; 0 without a mask.
  package var sparsity: Double
  /// Pruned weights that were not zero after the step; a step that finds any throws.
  package var revivedWeights: Int
  /// Steps, examples and seconds since the training was started, or resumed.
  package var stepsOfThisRun = 1
  package var examples: Int
  package var seconds: Double
  /// What an evaluation after this step has found.
  package var heldOut: HeldOutScores?
}

/// What a fine-tuning has come to.
package struct FineTuningResult: Sendable {
  /// Steps that are done, those before a resumption included, and how many there were to be.
  package var step: Int
  package var steps: Int
  /// The loss of each step since the training was started, or resumed.
  package var losses: [Double]
  package var parameters: Parameters
  package var mask: ModelMask?
  /// Matrices that were packed at the end.
  package var sparseMatrices = 0
  /// At the end; nil where the training was stopped before, or nothing is held out.
  package var heldOut: HeldOutScores?
  package var bestMetric: Double?
  /// The mean loss in the last line of the record, those before a resumption included.
  package var recordedLoss: Double?
  /// The mean loss of all steps, those before a resumption included; nil before the first.
  package var meanLoss: Double?
  package var seconds: Double
  /// The latest folder that was written.
  package var checkpoint: FineTuningCheckpoint?

  package var isComplete: Bool { step == steps }
}

/// Fine-tunes a model under a mask.
///
/// The same model, data, settings and mask give the same weights bit for bit, for any number of
/// workers, and whether the training was interrupted or not. The seed fixes the fresh head, the
/// order of the examples and dropout alike whatever the mask is.
package struct FineTuner: Sendable {
  package let model: FineTuningModel
  package let data: FineTuningData
  package let settings: FineTuningSettings
  /// Steps in all, and those of one epoch.
  package let steps: Int
  package let stepsPerEpoch: Int

  private let mask: ModelMask?
  private let parameters: Parameters
  private let workers: ParallelWorkers
  private let kernels: KernelChoice
  private let output: String?

  /// - Parameters:
  ///   - parameters: where the training starts; the model's own, head included, unless given.
  ///   - mask: what is kept; nil for everything.
  ///   - kernels: with what pruned matrices are multiplied. A resumption stays with what the training
  ///     began with.
  ///   - output: the folder for checkpoints; nil writes none.
  package init(
    _ model: FineTuningModel, _ data: FineTuningData, settings: FineTuningSettings,
    mask: ModelMask? = nil, parameters: Parameters? = nil, workers: ParallelWorkers,
    kernels: KernelChoice = .dense, output: String? = nil
  ) {
    self.model = model
    self.data = data
    self.settings = settings
    self.mask = mask
    self.parameters = parameters ?? model.loaded.parameters
    self.workers = workers
    self.kernels = kernels
    self.output = output
    let batches = Self.parts(of: data.examples.lengths.count, size: settings.batchSize)
    stepsPerEpoch = max(1, Self.parts(of: batches, size: settings.accumulation))
    steps = settings.maxSteps ?? Int((settings.epochs * Double(stepsPerEpoch)).rounded(.up))
  }

  /// How many parts of a size hold a number of things.
  private static func parts(of count: Int, size: Int) -> Int {
    count / size + (count.isMultiple(of: size) ? 0 : 1)
  }

  /// Trains from the start, or from where a checkpoint was written.
  ///
  /// - Parameters:
  ///   - onStep: told after each step; what it throws ends the training.
  ///   - shouldStop: asked before each step; the state is saved then, where there is an output.
  /// - Throws: `FineTuningError`, `CheckpointError`, `BLASError`.
  package func run(
    from checkpoint: FineTuningCheckpoint? = nil,
    onStep: (FineTuningProgress) throws -> Void = { _ in }, shouldStop: () -> Bool = { false }
  ) throws -> FineTuningResult {
    try BLAS.load()
    let training = try FineTuningRun(self, try state(from: checkpoint), workers: workers)
    var result = FineTuningResult(
      step: training.state.step, steps: steps, losses: [], parameters: parameters, seconds: 0,
      checkpoint: checkpoint)
    let start = ContinuousClock.now
    var examples = 0
    var last: HeldOutScores?
    while training.state.step < steps, !shouldStop() {
      var progress = try takeStep(
        of: training, resumedFrom: result.losses.isEmpty ? checkpoint : nil)
      let step = training.state.step
      result.losses.append(progress.loss)
      examples += training.examplesOfLastStep
      if step == steps || settings.evaluateEvery.map({ step.isMultiple(of: $0) }) == true {
        last = try data.heldOut?.measure(
          model.loaded.model, training.parameters, workers: workers)
        training.state.record(last, leading: data.task.leadingMetric)
        progress.heldOut = last
      }
      if step < steps, settings.saveEvery.map({ step.isMultiple(of: $0) }) == true {
        training.store()
        result.checkpoint = try save(training.state) ?? result.checkpoint
      }
      progress.stepsOfThisRun = result.losses.count
      progress.examples = examples
      progress.seconds = (ContinuousClock.now - start) / .seconds(1)
      try onStep(progress)
    }
    training.store()
    if training.state.step > 0 {
      result.checkpoint = try save(training.state) ?? result.checkpoint
    }
    if training.state.step == steps, last == nil {
      // A finished training was resumed.
      last = try data.heldOut?.measure(
        model.loaded.model, training.parameters, workers: workers)
    }
    result.step = training.state.step
    result.parameters = training.state.parameters
    result.mask = training.state.mask
    result.sparseMatrices = training.packedCount
    result.heldOut = training.state.step == steps ? last : nil
    result.bestMetric = training.state.trainer.bestMetric
    result.recordedLoss = training.state.trainer.logHistory.last { $0["loss"] != nil }?["loss"]
    result.meanLoss = training.state.trainer.meanLoss
    result.seconds = (ContinuousClock.now - start) / .seconds(1)
    return result
  }

  /// Takes a step.
  ///
  /// - Parameter checkpoint: where the training was resumed just before: weights that the step finds
  ///   revived were so in there.
  private func takeStep(
    of training: FineTuningRun, resumedFrom checkpoint: FineTuningCheckpoint?
  ) throws -> FineTuningProgress {
    do {
      return try training.takeStep()
    } catch let error as FineTuningError {
      guard let checkpoint, case .revivedWeights(let matrix, let count, _) = error else {
        throw error
      }
      throw FineTuningError.badCheckpoint(
        folder: checkpoint.folder,
        reason: "\(count) weights of \(matrix) are not zero, though its mask removes them")
    }
  }

  private func save(_ state: FineTuningState) throws -> FineTuningCheckpoint? {
    guard let output else { return nil }
    let checkpoint = FineTuningCheckpoint(in: output, step: state.step)
    try checkpoint.write(state, of: model)
    FineTuningCheckpoint.prune(in: output, keeping: settings.keptCheckpoints)
    return checkpoint
  }

  private func state(from checkpoint: FineTuningCheckpoint?) throws -> FineTuningState {
    let lengths = data.examples.lengths
    let trainer = TrainerState(
      settings, steps: steps, epochs: Double(steps) / Double(stepsPerEpoch),
      examples: lengths.count, tokens: lengths.reduce(0, +))
    var optimizer = AdamW(
      weightDecay: Float(settings.weightDecay),
      clippingNorm: settings.clippingNorm.map { Float($0) })
    optimizer.epsilon = Float(settings.adamEpsilon)
    optimizer.decaysVectors = false
    if let checkpoint {
      var state = try checkpoint.read(for: model, optimizer: optimizer)
      if let difference = state.trainer.difference(from: trainer) {
        throw FineTuningError.otherRun(folder: checkpoint.folder, reason: difference)
      }
      guard (0...steps).contains(state.step) else {
        throw FineTuningError.badCheckpoint(
          folder: checkpoint.folder,
          reason: "its trainer_state.json is at step \(state.step) of \(steps)")
      }
      guard mask == nil || state.mask != nil else {
        throw FineTuningError.badCheckpoint(
          folder: checkpoint.folder, reason: "it has no mask.safetensors")
      }
      state.trainer.adopt(settings)
      return state
    }
    var began = trainer
    began.sparsescope.kernels = crossings
    return FineTuningState(
      parameters: mask.map(parameters.masked) ?? parameters,
      optimizer: AdamWState(table: model.loaded.model.table, settings: optimizer), mask: mask,
      trainer: began)
  }

  /// Which matrices are to be packed, now and when the mask has grown.
  private var crossings: KernelCrossings {
    guard mask != nil || settings.gradualPruning != nil else { return KernelCrossings() }
    let lengths = data.examples.lengths
    let tokens = settings.batchSize * lengths.reduce(0, +) / max(lengths.count, 1)
    return kernels.crossings(
      of: model.loaded.model.packableLayers.values.map(\.shape), tokens: tokens,
      forTraining: true)
  }
}
