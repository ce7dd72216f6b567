/// Something that happened in a cell: one line of its event file.
///
/// As JSON it is one flat object: `{"t": 1764000000.25, "cell": "…", "seq": 7, "event": "step",
/// "step": 10, "loss": 0.61, …}`. Keys may be added; a reader skips what it does not know.
package struct RunEvent: Sendable, Hashable {
  /// Seconds since 1970, UTC.
  package var time: Double
  package var cell: ExperimentCell.ID
  /// Rises by one with each event of the cell, over all attempts.
  package var sequence: Int
  package var kind: Kind

  package init(time: Double, cell: ExperimentCell.ID, sequence: Int, kind: Kind) {
    self.time = time
    self.cell = cell
    self.sequence = sequence
    self.kind = kind
  }

  package enum Kind: Sendable, Hashable {
    case started(Start)
    case step(Step)
    case evaluated(Evaluation)
    case saved(Saving)
    case masked(Masking)
    case finished(Finish)
    case failed(message: String)
    case paused
    case resumed
    case cancelled
    /// The process was asked to end and has saved; another one may go on.
    case stopped(reason: String)
    /// An event of a newer version of the program.
    case unknown(name: String)
  }

  package struct Start: Sendable, Hashable, Codable {
    /// From 1; more than one after an interruption or a failure.
    package var attempt: Int
    package var pid: Int
    package var host: String

    package init(attempt: Int, pid: Int, host: String) {
      self.attempt = attempt
      self.pid = pid
      self.host = host
    }
  }

  package struct Step: Sendable, Hashable, Codable {
    /// Optimiser steps done, of how many.
    package var step: Int
    package var steps: Int?
    package var loss: Double
    package var learningRate: Double?
    package var gradNorm: Double?
    package var examplesPerSecond: Double?
    /// Masked weights that were not zero after the step: anything but 0 is a fault.
    package var revivedZeros: Int?
    /// The sparsity at this step, where it changes while training.
    package var sparsity: Double?

    package init(
      step: Int, steps: Int? = nil, loss: Double, learningRate: Double? = nil,
      gradNorm: Double? = nil, examplesPerSecond: Double? = nil, revivedZeros: Int? = nil,
      sparsity: Double? = nil
    ) {
      self.step = step
      self.steps = steps
      self.loss = loss
      self.learningRate = learningRate
      self.gradNorm = gradNorm
      self.examplesPerSecond = examplesPerSecond
      self.revivedZeros = revivedZeros
      self.sparsity = sparsity
    }

    private enum CodingKeys: String, CodingKey {
      case step, steps, loss, sparsity
      case learningRate = "learning_rate"
      case gradNorm = "grad_norm"
      case examplesPerSecond = "examples_per_second"
      case revivedZeros = "revived_zeros"
    }
  }

  package struct Evaluation: Sendable, Hashable, Codable {
    package var level: SparsityLevel
    /// The optimiser step at which it was measured; nil where nothing is trained.
    package var step: Int?
    package var score: Double
    package var metrics: [String: Double]
    package var interval: Interval?
    package var examples: Int

    package init(
      level: SparsityLevel, step: Int? = nil, score: Double, metrics: [String: Double] = [:],
      interval: Interval? = nil, examples: Int
    ) {
      self.level = level
      self.step = step
      self.score = score
      self.metrics = metrics
      self.interval = interval
      self.examples = examples
    }
  }

  package struct Saving: Sendable, Hashable, Codable {
    /// The checkpoint's folder below the run's.
    package var checkpoint: String
    package var step: Int

    package init(checkpoint: String, step: Int) {
      self.checkpoint = checkpoint
      self.step = step
    }
  }

  package struct Masking: Sendable, Hashable, Codable {
    package var level: SparsityLevel
    package var achieved: Double
    /// Weights removed in all, and from each matrix, in matrix order.
    package var pruned: Int
    package var counts: [Int]
    /// The largest magnitude that was removed; nil where there is no single threshold.
    package var threshold: Float?

    package init(
      level: SparsityLevel, achieved: Double, pruned: Int, counts: [Int] = [],
      threshold: Float? = nil
    ) {
      self.level = level
      self.achieved = achieved
      self.pruned = pruned
      self.counts = counts
      self.threshold = threshold
    }

    /// What a plan removes.
    package init(_ plan: PruningPlan) {
      let thresholds = Set(plan.thresholds)
      self.init(
        level: SparsityLevel(plan.request.sparsity), achieved: plan.achieved, pruned: plan.total,
        counts: plan.pruned, threshold: thresholds.count == 1 ? thresholds.first ?? nil : nil)
    }
  }

  package struct Finish: Sendable, Hashable, Codable {
    /// The mean score of the cell's point; nil where it has none.
    package var score: Double?
    package var metrics: [String: Double]
    /// Over all attempts.
    package var seconds: Double

    package init(score: Double? = nil, metrics: [String: Double] = [:], seconds: Double) {
      self.score = score
      self.metrics = metrics
      self.seconds = seconds
    }
  }
}

extension RunEvent.Kind {
  /// The `event` of the JSON.
  package var name: String {
    switch self {
    case .started: "started"
    case .step: "step"
    case .evaluated: "evaluated"
    case .saved: "saved"
    case .masked: "masked"
    case .finished: "finished"
    case .failed: "failed"
    case .paused: "paused"
    case .resumed: "resumed"
    case .cancelled: "cancelled"
    case .stopped: "stopped"
    case .unknown(let name): name
    }
  }

  /// Whether others rely on the event once they have acted on it, so that it must be on the disk.
  package var isDurable: Bool {
    switch self {
    case .started, .saved, .masked, .finished, .failed, .cancelled, .stopped: true
    case .step, .evaluated, .paused, .resumed, .unknown: false
    }
  }
}

extension RunEvent: Codable {
  private enum CodingKeys: String, CodingKey {
    case time = "t"
    case sequence = "seq"
    case cell, event, message, reason
  }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    time = try container.decode(Double.self, forKey: .time)
    cell = try container.decode(String.self, forKey: .cell)
    sequence = try container.decode(Int.self, forKey: .sequence)
    let name = try container.decode(String.self, forKey: .event)
    kind =
      switch name {
      case "started": .started(try Start(from: decoder))
      case "step": .step(try Step(from: decoder))
      case "evaluated": .evaluated(try Evaluation(from: decoder))
      case "saved": .saved(try Saving(from: decoder))
      case "masked": .masked(try Masking(from: decoder))
      case "finished": .finished(try Finish(from: decoder))
      case "failed": .failed(message: try container.decode(String.self, forKey: .message))
      case "paused": .paused
      case "resumed": .resumed
      case "cancelled": .cancelled
      case "stopped": .stopped(reason: try container.decode(String.self, forKey: .reason))
      default: .unknown(name: name)
      }
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(time, forKey: .time)
    try container.encode(cell, forKey: .cell)
    try container.encode(sequence, forKey: .sequence)
    try container.encode(kind.name, forKey: .event)
    switch kind {
    case .started(let start): try start.encode(to: encoder)
    case .step(let step): try step.encode(to: encoder)
    case .evaluated(let evaluation): try evaluation.encode(to: encoder)
    case .saved(let saving): try saving.encode(to: encoder)
    case .masked(let masking): try masking.encode(to: encoder)
    case .finished(let finish): try finish.encode(to: encoder)
    case .failed(let message): try container.encode(message, forKey: .message)
    case .stopped(let reason): try container.encode(reason, forKey: .reason)
    case .paused, .resumed, .cancelled, .unknown: break
    }
  }
}
