import Foundation

/// A training's `trainer_state.json`: what transformers' Trainer writes, and under `sparsescope` what
/// else it takes to go on bit for bit.
struct TrainerState: Sendable, Hashable, Codable {
  var bestMetric: Double?
  var bestModelCheckpoint: String?
  var epoch = 0.0
  var evalSteps: Int?
  var globalStep = 0
  var isHyperParamSearch = false
  var isLocalProcessZero = true
  var isWorldProcessZero = true
  /// Each line has `step` and `epoch`; those of training `loss`, `grad_norm` and `learning_rate`,
  /// those of evaluations the metrics as `eval_…`.
  var logHistory: [[String: Double]] = []
  var loggingSteps: Int
  var maxSteps: Int
  var numTrainEpochs: Int
  var saveSteps: Int?
  var totalFlos = 0.0
  var trainBatchSize: Int
  var sparsescope: Own

  /// What Trainer does not know of.
  struct Own: Sendable, Hashable, Codable {
    /// The streams of random numbers follow from `settings.seed` and the step alone.
    var settings: FineTuningSettings
    /// The examples and their tokens in all, by which another data set is told.
    var examples: Int
    var tokens: Int
    /// The losses of the steps since the last line of the record.
    var pendingLosses: [Double] = []
    var bestStep: Int?
    /// Whether the checkpoint has a mask, without which going on would be another training; nil in
    /// files that do not say.
    var hasMask: Bool?
    /// Which matrices are packed: going on with other kernels would give other bits. Nil in files
    /// that do not say, where all were dense.
    var kernels: KernelCrossings?
  }

  init(_ settings: FineTuningSettings, steps: Int, epochs: Double, examples: Int, tokens: Int) {
    loggingSteps = settings.logEvery
    maxSteps = steps
    numTrainEpochs = Int(epochs.rounded(.up))
    trainBatchSize = settings.batchSize
    sparsescope = Own(settings: settings, examples: examples, tokens: tokens)
    adopt(settings)
  }

  /// Takes over settings that differ only in what is written when.
  mutating func adopt(_ settings: FineTuningSettings) {
    evalSteps = settings.evaluateEvery
    saveSteps = settings.saveEvery
    loggingSteps = settings.logEvery
    sparsescope.settings = settings
  }

  /// The mean loss of all steps; nil before the first.
  var meanLoss: Double? {
    var (sum, step) = (0.0, 0.0)
    for line in logHistory {
      guard let loss = line["loss"], let end = line["step"] else { continue }
      // A line has the mean of the steps since the one before.
      sum += loss * (end - step)
      step = end
    }
    sum += sparsescope.pendingLosses.reduce(0, +)
    step += Double(sparsescope.pendingLosses.count)
    return step > 0 ? sum / step : nil
  }

  func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
  }

  init(_ data: Data) throws {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    self = try decoder.decode(TrainerState.self, from: data)
  }

  /// What differs in a way that makes going on another training; nil where nothing does.
  func difference(from other: TrainerState) -> String? {
    let (mine, others) = (sparsescope, other.sparsescope)
    guard (mine.examples, mine.tokens) == (others.examples, others.tokens) else {
      return "it was trained on \(mine.examples) examples of \(mine.tokens) tokens, "
        + "not \(others.examples) of \(others.tokens)"
    }
    var comparable = mine.settings
    // These change what is written, not what is computed.
    comparable.evaluateEvery = others.settings.evaluateEvery
    comparable.saveEvery = others.settings.saveEvery
    comparable.keptCheckpoints = others.settings.keptCheckpoints
    comparable.logEvery = others.settings.logEvery
    return comparable == others.settings ? nil : "it has other settings"
  }
}
