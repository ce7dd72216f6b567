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

  private let model: TextModel
  private let windows: [TextWindow]
  private let logLikelihoods: PredictionLog<Double>
  /// The mean number of scored tokens in a window.
  private let tokensPerWindow: Double

  /// Encodes the text; the weights are read when the first level is prepared.
  ///
  /// - Parameters:
  ///   - addsSpecialTokens: whether the text begins with what the tokenizer puts there, such as `<s>`.
  /// - Throws: `TransformerError` where the program cannot run the model, `TextTaskError` where it
  ///   is no language model or the text is too short.
  package convenience init(
    _ matrices: PrunableMatrices, tokenizer: Tokenizer, text: String, windows: PerplexityWindows,
    addsSpecialTokens: Bool = true
  ) throws {
    let model = try TextModel(matrices, tokenizer: tokenizer, head: .causalLanguageModel)
    let tokens = tokenizer.encode(text, addsSpecialTokens: addsSpecialTokens).ids
    try self.init(model, tokens, windows)
  }

  /// The same in fixed windows.
  ///
  /// - Parameter length: nil for the longest input of the model, but at most 2048 tokens.
  package convenience init(
    _ matrices: PrunableMatrices, tokenizer: Tokenizer, text: String, length: Int?
  ) throws {
    let model = try TextModel(matrices, tokenizer: tokenizer, head: .causalLanguageModel)
    let longest = model.maximumLength(2048)
    try self.init(
      model, tokenizer.encode(text).ids, .fixed(length: min(length ?? longest, longest)))
  }

  private init(_ model: TextModel, _ tokens: [Int], _ division: PerplexityWindows) throws {
    try model.check(CollectionOfOne(tokens))
    self.model = model
    windows = division.windows(of: tokens)
    guard !windows.isEmpty else { throw TextTaskError.tooShort(tokens: tokens.count) }
    tokensPerWindow = Double(windows.reduce(0) { $0 + $1.scored.count }) / Double(windows.count)
    chance = -log(Double(model.text.vocabulary))
    batches = windows.indices.map { $0..<$0 + 1 }
    logLikelihoods = PredictionLog(count: windows.count)
  }

  package func prepare(_ plan: PruningPlan) throws -> any PreparedLevel {
    let (transformer, parameters) = try model.pruned(plan)
    return Level(
      evaluator: self, request: plan.request, model: transformer, parameters: parameters)
  }

  private struct Level: PreparedLevel {
    let evaluator: PerplexityEvaluator
    let request: PruningRequest
    let model: Transformer
    let parameters: Parameters

    func scores(of batch: Range<Int>) throws -> [Float] {
      let values = evaluator.model.tapes.withTape { tape in
        evaluator.windows[batch].map {
          model.logLikelihood(of: $0.tokens, scored: $0.scored, parameters, on: tape)
        }
      }
      evaluator.logLikelihoods.record(values, of: batch, at: request)
      return values.map { Float($0 / evaluator.tokensPerWindow) }
    }

    /// The perplexity of a token, exp(−Σ log-likelihood / tokens).
    func metrics(ofFirst count: Int) -> [String: Double] {
      guard let values = evaluator.logLikelihoods.first(count, at: request) else { return [:] }
      let tokens = evaluator.windows.prefix(count).reduce(0) { $0 + $1.scored.count }
      return ["perplexity": exp(-values.reduce(0, +) / Double(tokens))]
    }
  }
}
