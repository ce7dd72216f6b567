import Pruning
import Transformers

/// Everything about a training that a step changes.
struct FineTuningState {
  var parameters: Parameters
  let optimizer: AdamWState
  var mask: ModelMask?
  var trainer: TrainerState

  var step: Int { trainer.globalStep }

  /// Notes a step in the record.
  mutating func record(_ progress: FineTuningProgress) {
    trainer.globalStep = progress.step
    trainer.epoch = progress.epoch
    trainer.sparsescope.pendingLosses.append(progress.loss)
    guard progress.step.isMultiple(of: trainer.loggingSteps) || progress.step == progress.steps
    else { return }
    let losses = trainer.sparsescope.pendingLosses
    trainer.logHistory.append([
      "step": Double(progress.step), "epoch": progress.epoch,
      "loss": losses.reduce(0, +) / Double(losses.count), "grad_norm": progress.gradientNorm,
      "learning_rate": progress.learningRate,
    ])
    trainer.sparsescope.pendingLosses = []
  }

  /// Notes an evaluation.
  mutating func record(_ scores: HeldOutScores?, leading: String) {
    guard let scores else { return }
    var line = ["step": Double(step), "epoch": trainer.epoch]
    for (name, value) in scores.metrics { line["eval_\(name)"] = value }
    trainer.logHistory.append(line)
    guard let metric = scores.metrics[leading], metric > trainer.bestMetric ?? -.infinity else {
      return
    }
    trainer.bestMetric = metric
    trainer.sparsescope.bestStep = step
  }

  /// Takes another mask: what it removes becomes zero, and so does what the optimiser remembers of
  /// it.
  mutating func take(_ mask: ModelMask) {
    self.mask = mask
    parameters = parameters.masked(by: mask)
    for entry in mask.entries where entry.mask.kept < entry.mask.count {
      entry.mask.zeroRemoved(optimizer.means[entry.id].elements)
      entry.mask.zeroRemoved(optimizer.variances[entry.id].elements)
    }
  }
}
