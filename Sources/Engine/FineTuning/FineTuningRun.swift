import Foundation
import Transformers

/// A training in progress: takes one step after the other.
final class FineTuningRun {
  var state: FineTuningState
  private(set) var examplesOfLastStep = 0

  private let tuner: FineTuner
  private let workers: ParallelWorkers
  private let gradients: BatchGradients
  private let lengths: [Int]
  private let order: TrainingOrder
  private let schedule: LinearRate
  private let seeds: FineTuningSeeds
  private var masks: ParameterMasks
  private var packed: PackedTraining
  private var epoch: (number: Int, batches: [[Int]])?

  /// The weights as they are multiplied by: some of them packed.
  var parameters: Parameters { state.parameters.packing(packed.forms) }
  var packedCount: Int { packed.states.count }

  init(_ tuner: FineTuner, _ state: FineTuningState, workers: ParallelWorkers) throws {
    let table = tuner.model.loaded.model.table
    let settings = tuner.settings
    self.tuner = tuner
    self.state = state
    self.workers = workers
    gradients = BatchGradients(
      table: table, shards: BatchShards.limit, workers: workers.count)
    lengths = tuner.data.examples.lengths
    seeds = FineTuningSeeds(settings.seed)
    order = TrainingOrder(
      lengths: lengths, batchSize: settings.batchSize, groupsByLength: settings.groupsByLength,
      seed: seeds.order)
    schedule = LinearRate(
      peak: settings.learningRate, warmupRatio: settings.warmupRatio, steps: tuner.steps)
    masks = state.mask?.parameterMasks(table) ?? ParameterMasks(table: table)
    packed = try PackedTraining(
      tuner.model.loaded.model, state, state.trainer.sparsescope.kernels ?? KernelCrossings(),
      workers: workers)
  }

  /// Brings `state` up to date with what packed matrices hold of it.
  func store() { packed.store(in: &state) }

  /// Takes the next step and notes it in the record.
  ///
  /// - Throws: `FineTuningError.diverged` before anything is changed, `revivedWeights` after it.
  func takeStep() throws -> FineTuningProgress {
    let step = state.step
    try pruneFurther(before: step)
    let (loss, norm) = try differentiate(step)
    guard loss.isFinite, norm.isFinite else { throw FineTuningError.diverged(step: step + 1) }
    let rate = schedule.rate(at: step)
    try update(norm: norm, rate: rate)
    let progress = FineTuningProgress(
      step: step + 1, steps: tuner.steps,
      epoch: Double(step + 1) / Double(tuner.stepsPerEpoch), loss: loss, gradientNorm: norm,
      learningRate: rate, sparsity: state.mask?.sparsity ?? 0, revivedWeights: 0,
      examples: examplesOfLastStep, seconds: 0)
    state.record(progress)
    return progress
  }

  private func pruneFurther(before step: Int) throws {
    guard let level = tuner.settings.gradualPruning?.sparsity(before: step) else { return }
    store()
    let current =
      state.mask ?? ModelMask(keepingAllOf: tuner.model.matrices, in: tuner.model.loaded)
    let next = LotteryTicket(trained: state.parameters, mask: current, sparsity: level).mask
    state.take(next)
    masks = next.parameterMasks(state.parameters.table)
    packed = try PackedTraining(
      tuner.model.loaded.model, state, state.trainer.sparsescope.kernels ?? KernelCrossings(),
      workers: workers)
  }

  /// The step's mean loss, and the norm of its gradients, which `gradients` holds.
  private func differentiate(_ step: Int) throws -> (loss: Double, norm: Double) {
    let examples = tuner.data.examples
    let (model, parameters) = (tuner.model.loaded.model, SharedParameters(self.parameters))
    let (gradients, masks, dropoutSeed) = (gradients, masks, seeds.dropout)
    let packed = packed.states
    let batches = batches(of: step)
    examplesOfLastStep = batches.reduce(0) { $0 + $1.count }
    var loss = 0.0
    var squares = 0.0
    var passNumber = 0
    for batch in batches {
      let divisor = batch.count * examples.lossesPerExample * batches.count
      for shards in BatchShards(batch, lengths: lengths).passes {
        let pass = passNumber
        loss += try workers.map(Array(shards.indices)) { shard, _ in
          let stream = UInt64(step) << 24 | UInt64(pass) << 8 | UInt64(shard)
          var key = RandomStream(seed: dropoutSeed, stream: stream)
          let mode = Tape.Mode.training(dropoutKey: key.next())
          return try examples.withBatch(shards[shard]) { input, targets in
            gradients.differentiate(
              shard: shard, model, input, targets, parameters.value, mode: mode, divisor: divisor)
          }
        }.reduce(0, +)
        gradients.prepareCollection(shards: shards.count)
        squares = try workers.map(gradients.parts) { part, worker in
          gradients.collect(
            part, accumulating: pass > 0, masks: masks, packed: packed, worker: worker)
        }.reduce(0, +)
        passNumber += 1
      }
    }
    parameters.release()
    return (loss, squares.squareRoot())
  }

  private func update(norm: Double, rate: Double) throws {
    let workers = workers
    let step = state.step + 1
    let table = state.parameters.table
    try state.optimizer.step(
      &state.parameters, along: gradients, norm: norm, rate: Float(rate), masks: masks,
      packed: packed.states
    ) { update in
      let revived = try workers.map(update.pieces) { piece, _ in update.run(piece) }
      guard let first = zip(update.pieces, revived).first(where: { $1 > 0 })?.0 else { return }
      let count = zip(update.pieces, revived).reduce(0) {
        $1.0.id == first.id ? $0 + $1.1 : $0
      }
      throw FineTuningError.revivedWeights(
        matrix: table[first.id].name, count: count, step: step)
    }
    try packed.follow(on: workers)
  }

  /// The batches of a step.
  private func batches(of step: Int) -> ArraySlice<[Int]> {
    let number = step / tuner.stepsPerEpoch
    if epoch?.number != number { epoch = (number, order.batches(ofEpoch: number)) }
    let batches = epoch!.batches
    let start = step % tuner.stepsPerEpoch * tuner.settings.accumulation
    return batches[start...].prefix(tuner.settings.accumulation)
  }
}
