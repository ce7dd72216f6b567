import Experiments
import Foundation
import Pruning
import Tasks
import Tokenizers
import Transformers

/// Measures a causal language model's perplexity on a text.
///
/// An example is a window. Its score is the log-likelihood of its scored tokens, in nats, over the
/// mean number of such tokens in a window: the mean score of all windows is then minus the logarithm
/// of the perplexity, whatever the windows' lengths.
package final class PerplexityEvaluator: LevelEvaluator {
  package let batches: [Range<Int>]
  /// The score of giving every token the same probability.
  package let chance: Double?
  /// How the text is divided.
  package let division: PerplexityWindows

  private let model: TextModel
  private let windows: [TextWindow]
  private let logLikelihoods: PredictionLog<Double>
  /// The mean number of scored tokens in a window.
  private let tokensPerWindow: Double
  /// The text's length where all of it is scored; nil where the windows leave tokens out.
  private let textLength: TextLength?

  /// Encodes the text; the weights are read when the first level is prepared.
  ///
  /// Rolling windows score all of the text, which is encoded without special tokens, after the token
  /// that begins texts, or else the one that ends them. Other windows take the text as the tokenizer
  /// gives it, with `<s>` in front where that is its habit.
  ///
  /// - Parameters:
  ///   - length: nil for the longest input that the model was made for, but at most 2048 tokens.
  ///   - stride: of strided windows; nil for half their length.
  /// - Throws: `TransformerError` where the program cannot run the model, `TextTaskError` where it
  ///   is no language model, or the text or the windows are too short.
  package convenience init(
    _ matrices: PrunableMatrices, tokenizer: Tokenizer, text: String,
    windows kind: PerplexityWindows.Kind = .fixed, length: Int? = nil, stride: Int? = nil
  ) throws {
    let model = try TextModel(matrices, tokenizer: tokenizer, head: .causalLanguageModel)
    let length = length ?? model.maximumLength(2048)
    if let limit = model.configuration.maximumTokens, length > limit {
      throw TextTaskError.windowTooLong(tokens: length, limit: limit)
    }
    guard length > 1 else { throw TextTaskError.tooShort(tokens: length) }
    let division: PerplexityWindows
    switch kind {
    case .fixed: division = .fixed(length: length)
    case .strided:
      let stride = stride ?? max(1, length / 2)
      guard (1...length).contains(stride) else {
        throw TextTaskError.badStride(stride, length: length)
      }
      division = .strided(length: length, stride: stride)
    case .rolling:
      guard let prefix = tokenizer.specialTokens.bos ?? tokenizer.specialTokens.eos else {
        throw TextTaskError.noPrefixToken
      }
      division = .rolling(length: length, prefix: prefix)
    }
    try self.init(model, text: text, division)
  }

  private init(_ model: TextModel, text: String, _ division: PerplexityWindows) throws {
    let scoresAll = if case .rolling = division { true } else { false }
    let tokens = model.tokenizer.encode(text, addsSpecialTokens: !scoresAll).ids
    try model.check(CollectionOfOne(tokens))
    self.model = model
    self.division = division
    windows = division.windows(of: tokens)
    guard !windows.isEmpty else { throw TextTaskError.tooShort(tokens: tokens.count) }
    tokensPerWindow = Double(windows.reduce(0) { $0 + $1.scored.count }) / Double(windows.count)
    textLength = scoresAll ? TextLength(of: text) : nil
    chance = -log(Double(model.text.vocabulary))
    batches = windows.indices.map { $0..<$0 + 1 }
    logLikelihoods = PredictionLog(count: windows.count)
  }

  /// A curve whose points stand for the perplexity of the windows that they have seen.
  ///
  /// Windows may be of very unequal length, and the first of them longer than the rest. A point's
  /// estimate is the ratio r = Σ log-likelihood / Σ tokens, so its windows' scores become
  /// r + (log-likelihood − r · tokens) / mean tokens: their mean is r, and their spread that of the
  /// ratio, in which a short window counts for little.
  ///
  /// Source: Cochran, "Sampling Techniques", chapter 6, on the variance of a ratio.
  package func ofRatios(_ curve: SparsityCurve) -> SparsityCurve {
    SparsityCurve(
      points: curve.points.map { point in
        guard !point.scores.isEmpty else { return point }
        let tokens = windows.prefix(point.scores.count).map { Double($0.scored.count) }
        let mean = tokens.reduce(0, +) / Double(tokens.count)
        let sums = point.scores.map { Double($0) * tokensPerWindow }
        let ratio = sums.reduce(0, +) / (mean * Double(tokens.count))
        var estimate = point
        estimate.scores = zip(sums, tokens).map { Float(ratio + ($0 - ratio * $1) / mean) }
        return estimate
      }, chance: curve.chance)
  }

  package var activations: ActivationStore? { model.activations }

  package func prepare(
    _ plan: PruningPlan, kernels: KernelChoice, on workers: ParallelWorkers
  ) throws -> any PreparedLevel {
    let (transformer, weights) = try model.pruned(
      plan, kernels: kernels, on: workers, tokens: windows[0].tokens.count)
    return Level(
      evaluator: self, request: plan.request, model: transformer,
      parameters: weights.parameters, speed: LevelSpeed(weights),
      unchangedBlocks: weights.unchangedBlocks)
  }

  private struct Level: PreparedLevel {
    let evaluator: PerplexityEvaluator
    let request: PruningRequest
    let model: Transformer
    let parameters: Parameters
    let speed: LevelSpeed
    let unchangedBlocks: Int

    func scores(of batch: Range<Int>) throws -> [Float] {
      let values = evaluator.model.tapes.withTape { tape in
        evaluator.windows[batch].enumerated().map { index, window in
          let memory = evaluator.model.activations.memory(
            of: batch, part: index, unchangedBlocks: unchangedBlocks)
          return model.logLikelihood(
            of: window.tokens, scored: window.scored, parameters, on: tape, sharing: memory)
        }
      }
      evaluator.logLikelihoods.record(values, of: batch, at: request)
      return values.map { Float($0 / evaluator.tokensPerWindow) }
    }

    /// The perplexity of a token, exp(−Σ log-likelihood / tokens); where all of the text is scored
    /// also that of a word and of a byte.
    func metrics(ofFirst count: Int) -> [String: Double] {
      guard let values = evaluator.logLikelihoods.first(count, at: request) else { return [:] }
      let sum = values.reduce(0, +)
      let tokens = evaluator.windows.prefix(count).reduce(0) { $0 + $1.scored.count }
      var metrics = ["perplexity": exp(-sum / Double(tokens))]
      if count == evaluator.windows.count, let length = evaluator.textLength {
        metrics.merge(length.metrics(logLikelihood: sum)) { $1 }
      }
      return metrics
    }
  }
}
