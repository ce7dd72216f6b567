import Checkpoints
import Engine
import Experiments
import Foundation
import Pruning
import Runs
import Transformers

/// One cell at work.
struct CellWork {
  let cell: ExperimentCell
  let context: CellContext
  let task: CellTask

  // MARK: The kinds of work

  /// Fine-tunes under a mask and measures what came out.
  func train(under mask: ModelMask?) throws -> CellResult {
    let (model, settings) = try task.model(context.recipe, seed: cell.seed)
    let start = try rewound(model, settings)
    return try result(of: finish(model, settings, mask: mask, from: start))
  }

  /// One-shot: prunes the pre-trained weights, then trains.
  func train(underMaskAt level: SparsityLevel) throws -> CellResult {
    let plan = try plan(at: level)
    let (model, _) = try task.model(context.recipe, seed: cell.seed)
    let mask = try ModelMask(plan, of: task.matrices, in: model.loaded)
    try keep(mask, RunEvent.Masking(plan))
    return try train(under: mask)
  }

  /// Trains under the mask that a ticket has kept.
  func train(underMaskOf ticket: ExperimentCell.ID) throws -> CellResult {
    let (model, _) = try task.model(context.recipe, seed: cell.seed)
    return try train(under: ticketMask(of: ticket, for: model))
  }

  /// The mask that another cell has kept.
  private func ticketMask(
    of ticket: ExperimentCell.ID, for model: FineTuningModel
  ) throws -> ModelMask {
    let file = context.folder.maskFile(of: ticket)
    do {
      return try ModelMask(file: file, of: task.matrices, in: model.loaded)
    } catch {
      throw CommandError(
        "The mask that the cell \(ticket) has kept cannot be used (\(error)); delete "
          + "results/\(ticket).json of the run, and `run --resume` draws it again.")
    }
  }

  /// Gradual magnitude pruning: the sparsity rises over the middle of the training.
  func train(raisingTo level: SparsityLevel) throws -> CellResult {
    var (model, settings) = try task.model(context.recipe, seed: cell.seed)
    let steps = FineTuner(
      model, task.data, settings: settings, workers: ParallelWorkers(count: 1)
    ).steps
    // Zhu and Gupta let the training settle before and recover after: a tenth, and three tenths.
    settings.gradualPruning = GradualPruning(
      final: level.fraction, start: steps / 10, end: max(steps / 10, steps * 7 / 10),
      every: max(1, steps / 100))
    let result = try finish(model, settings, mask: nil, from: nil)
    if let mask = result.mask { try keep(mask, RunEvent.Masking(mask, level: level)) }
    return try self.result(of: result)
  }

  /// Iterative magnitude pruning, one round: trains under the last round's mask, then takes the
  /// smallest of what is kept still.
  func drawTicket(
    at level: SparsityLevel, from previous: ExperimentCell.ID?
  ) throws -> CellResult {
    var recipe = context.recipe
    recipe.epochs = context.spec.lottery.epochsPerRound ?? recipe.epochs
    let (model, settings) = try task.model(recipe, seed: cell.seed)
    let mask =
      try previous.map { try ticketMask(of: $0, for: model) }
      ?? ModelMask(keepingAllOf: task.matrices, in: model.loaded)
    let trained = try finish(
      model, settings, mask: mask, from: rewound(model, settings), isMeasured: false)
    let ticket = LotteryTicket(
      trained: trained.parameters, mask: mask, sparsity: level.fraction
    ).mask
    try keep(ticket, RunEvent.Masking(ticket, level: level))
    return CellResult(
      cell: cell.id, steps: trained.step, loss: trained.recordedLoss,
      examplesPerSecond: nil)
  }

  /// Prunes the weights that another cell has trained, and measures them as they are.
  func prune(trained source: ExperimentCell.ID, to level: SparsityLevel) throws -> CellResult {
    guard let saved = context.folder.checkpoints.latest(of: source) else {
      throw CommandError(
        "\(context.folder.path): the trained weights of \(source) are missing from checkpoints; "
          + "delete results/\(source).json, and `run --resume` trains them again.")
    }
    let (model, settings) = try task.model(context.recipe, seed: cell.seed)
    let checkpoint = try Checkpoint.open(at: saved.path)
    let trained = try FineTuningModel(checkpoint, for: task.data.task, settings: settings)
    let index = try MagnitudeIndex.build(trained.matrices, threads: workerCount)
    let plan = index.plan(request(at: level))
    let mask = try ModelMask(plan, of: trained.matrices, in: trained.loaded)
    try keep(mask, RunEvent.Masking(plan))
    try context.checkIn()
    let scores = try task.data.heldOut?.measure(
      model.loaded.model, trained.loaded.parameters.masked(by: mask),
      workers: ParallelWorkers(count: workerCount))
    return CellResult(
      cell: cell.id, point: scores.map { point($0, achieved: plan.achieved, pruned: plan.total) },
      chance: task.data.heldOut?.chance)
  }

  // MARK: Training

  /// Trains to the end, through pauses, from wherever an earlier attempt has come to.
  ///
  /// - Throws: `CellInterruption` where the process is asked to end; the state is saved then.
  private func finish(
    _ model: FineTuningModel, _ settings: FineTuningSettings, mask: ModelMask?,
    from start: Parameters?, isMeasured: Bool = true
  ) throws -> FineTuningResult {
    let output = context.folder.checkpoints.folder(of: cell.id)
    let data =
      isMeasured
      ? task.data
      : FineTuningData(task: task.data.task, examples: task.data.examples, heldOut: nil)
    var recorder = StepRecorder(context: context, saveEvery: settings.saveEvery)
    while true {
      let tuner = FineTuner(
        model, data, settings: settings, mask: mask, parameters: start,
        workers: ParallelWorkers(count: workerCount), kernels: .measured(.ofThisMachine),
        output: output)
      let last = FineTuningCheckpoint.all(in: output).last
      let result = try tuner.run(
        from: last,
        onStep: {
          try recorder.record($0)
          try context.checkHalt()
        },
        shouldStop: { context.checkpointRequested || context.shouldStop })
      if result.isComplete {
        try recorder.recordLast()
        return result
      }
      if let saved = result.checkpoint { try context.recordSaving(step: saved.step) }
      try context.checkIn()
    }
  }

  /// The weights that the training starts from: the pre-trained ones, or for lottery tickets those
  /// of the dense training after some steps; nil for the model's own.
  private func rewound(
    _ model: FineTuningModel, _ settings: FineTuningSettings
  ) throws -> Parameters? {
    let step = context.spec.lottery.rewindStep
    guard context.spec.protocol == .lotteryTicket, step > 0, cell.work != .dense else { return nil }
    var settings = settings
    (settings.saveEvery, settings.evaluateEvery) = (nil, nil)
    let data = FineTuningData(
      task: task.data.task, examples: task.data.examples, heldOut: nil)
    let tuner = FineTuner(
      model, data, settings: settings, workers: ParallelWorkers(count: workerCount),
      kernels: .measured(.ofThisMachine))
    guard step <= tuner.steps else {
      throw CommandError(
        "`lottery.rewind_step` is \(step), beyond the \(tuner.steps) steps of the training.")
    }
    var done = 0
    let result = try tuner.run(
      onStep: {
        done = $0.step
        try context.checkIn()
      }, shouldStop: { done >= step })
    return result.parameters
  }

  private var workerCount: Int { context.workers ?? ProcessorCount.available }

  // MARK: Results

  private func request(at level: SparsityLevel) -> PruningRequest {
    PruningRequest(
      method: cell.pruningMethod ?? .magnitude(.global), sparsity: level.fraction,
      excluded: task.excluded)
  }

  private func plan(at level: SparsityLevel) throws -> PruningPlan {
    task.index.plan(request(at: level))
  }

  private func keep(_ mask: ModelMask, _ event: RunEvent.Masking) throws {
    try context.saveMask("\(cell.id).safetensors") { try mask.write(to: $0) }
    try context.record(.masked(event))
  }

  private func result(of training: FineTuningResult) throws -> CellResult {
    let point = training.heldOut.map {
      self.point(
        $0, achieved: training.mask?.sparsity ?? 0, pruned: training.mask?.removed ?? 0)
    }
    if let point {
      try context.record(
        .evaluated(
          .init(
            level: point.level, step: training.step, score: point.mean ?? 0,
            metrics: point.metrics, interval: point.interval(), examples: point.scores.count)))
    }
    return CellResult(
      cell: cell.id, point: point, chance: task.data.heldOut?.chance, steps: training.step,
      loss: training.recordedLoss, examplesPerSecond: nil)
  }

  private func point(_ scores: HeldOutScores, achieved: Double, pruned: Int) -> CurvePoint {
    CurvePoint(
      level: cell.level, achieved: achieved, pruned: pruned, scores: scores.scores,
      total: scores.scores.count, metrics: scores.metrics)
  }
}

extension RunEvent.Masking {
  /// What a mask removes.
  init(_ mask: ModelMask, level: SparsityLevel) {
    self.init(
      level: level, achieved: mask.sparsity, pruned: mask.removed,
      counts: mask.entries.map { $0.mask.count - $0.mask.kept })
  }
}

/// Records training steps: about two a second, so that a long training leaves no huge file.
private struct StepRecorder {
  let context: CellContext
  let saveEvery: Int?
  private var last: ContinuousClock.Instant?
  private var pending: RunEvent.Step?

  init(context: CellContext, saveEvery: Int?) {
    self.context = context
    self.saveEvery = saveEvery
  }

  mutating func record(_ progress: FineTuningProgress) throws {
    if let saveEvery, progress.step.isMultiple(of: saveEvery) {
      try context.recordSaving(step: progress.step)
    }
    let rate = progress.seconds > 0 ? Double(progress.examples) / progress.seconds : nil
    let step = RunEvent.Step(
      step: progress.step, steps: progress.steps, loss: progress.loss,
      learningRate: progress.learningRate, gradNorm: progress.gradientNorm,
      examplesPerSecond: rate, revivedZeros: progress.revivedWeights,
      sparsity: progress.sparsity)
    if let scores = progress.heldOut {
      try context.record(
        .evaluated(
          .init(
            level: context.cell.level, step: progress.step,
            score: Double(scores.scores.reduce(0, +)) / Double(max(1, scores.scores.count)),
            metrics: scores.metrics, examples: scores.scores.count)))
    }
    let now = ContinuousClock.now
    if let last, now - last < .milliseconds(500) {
      pending = step
      return
    }
    (last, pending) = (now, nil)
    try context.record(.step(step))
  }

  /// The last step is always told.
  mutating func recordLast() throws {
    guard let step = pending else { return }
    pending = nil
    try context.record(.step(step))
  }
}

extension CellContext {
  /// Tells of a checkpoint that the fine-tuner has written.
  fileprivate func recordSaving(step: Int) throws {
    try record(.saved(.init(checkpoint: "checkpoints/\(cell.id)/checkpoint-\(step)", step: step)))
  }
}
