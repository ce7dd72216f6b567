import Experiments
import Pruning
import Tasks
import Tensors
import Tokenizers
import Transformers

/// A model of text at one level that can be asked about single texts.
///
/// Each question is for models with one kind of head, `head`; asking another is a mistake of the
/// caller.
package struct TextPredictor: Sendable {
  private let model: TextModel
  private let transformer: Transformer
  private let parameters: Parameters
  private let labels: [String]
  /// Parameters of the head that the files lack and that are random, so that answers mean nothing.
  package let freshParameters: [String]

  /// Maps the weights.
  ///
  /// - Parameters:
  ///   - plan: the weights to remove; nil for none.
  ///   - kernels: with what they are multiplied.
  /// - Throws: `TransformerError` where the program cannot run the model.
  package init(
    _ matrices: PrunableMatrices, tokenizer: Tokenizer, plan: PruningPlan? = nil,
    kernels: KernelChoice = .dense
  ) throws {
    let model = try TextModel(matrices, tokenizer: tokenizer, head: nil)
    self.model = model
    labels = model.configuration.labels
    let loaded = try model.loadedModel()
    transformer = loaded.model
    parameters =
      try plan.map {
        let workers = ParallelWorkers(count: ProcessorCount.available)
        return try model.pruned($0, kernels: kernels, on: workers).weights.parameters
      }
      ?? loaded.parameters
    freshParameters = loaded.report.fresh
  }

  package var head: ModelHead { model.configuration.head }

  /// What a sequence classifier says.
  package enum Classification: Sendable, Hashable {
    /// All classes, the most likely first.
    case classes([LikelyText])
    /// The number of a model with a single output, such as a similarity.
    case value(Double)
  }

  /// The class of a text or of a pair.
  package func classification(of text: String, pair: String? = nil) throws -> Classification {
    let encoding = model.tokenizer.encode(text, pair: pair, maxLength: maximumLength)
    let row = try logits(model.batch([encoding]))[0]
    guard row.count > 1 else { return .value(Double(row[0])) }
    return .classes(row.mostLikely(row.count) { labels[$0] })
  }

  /// Answers to a question about a text, the best first; the probabilities are over the n-best list,
  /// as in transformers' `run_qa.py`.
  package func answers(
    to question: String, about context: String, count: Int
  ) throws -> [LikelyText] {
    let windows = model.tokenizer.windows(
      ofQuestion: question, about: context, maxLength: model.maximumLength(384), stride: 128)
    let parts = try windows.map { encoding in
      let rows = try logits(model.batch([encoding]))
      return AnswerSearch.Window(
        starts: rows.map { $0[0] }, ends: rows.map { $0[1] },
        context: encoding.tokens(ofSequence: 1), offsets: encoding.offsets)
    }
    let answers = AnswerSearch().answers(in: parts, of: context)
    return zip(answers, answers.map(\.score).softmax).prefix(count).map {
      LikelyText(text: $0.text, probability: $1)
    }
  }

  /// What may stand in place of each mask of a text, the most likely first.
  ///
  /// - Throws: `TextTaskError.noMask` where the text has none.
  package func fills(of text: String, count: Int) throws -> [[LikelyText]] {
    let encoding = model.tokenizer.encode(text, maxLength: maximumLength)
    let mask = model.tokenizer.specialTokens.mask
    let places = encoding.ids.indices.filter { encoding.ids[$0] == mask }
    guard !places.isEmpty else {
      throw TextTaskError.noMask(
        token: mask.map { model.tokenizer.decode([$0], skipsSpecialTokens: false) } ?? "mask token")
    }
    return try logits(model.batch([encoding]), rows: places).map { row in
      row.mostLikely(count, text: tokenText)
    }
  }

  /// How a causal language model goes on.
  package struct Continuing: Sendable, Hashable {
    /// What it writes when it takes the most likely token each time.
    package var text: String
    /// The first tokens that it considers, the most likely first.
    package var next: [LikelyText]
  }

  /// How a text goes on; where it grows longer than the model takes, that reads the end of it.
  ///
  /// - Parameters:
  ///   - tokens: how many are written, fewer where the model ends the text.
  ///   - count: how many are considered.
  /// - Throws: `TextTaskError.promptTooLong` where the text is too long to begin with.
  package func continuation(of text: String, tokens: Int, count: Int) throws -> Continuing {
    let special = model.tokenizer.specialTokens
    var ids = model.tokenizer.encode(text).ids
    if ids.isEmpty {
      guard let prefix = special.bos ?? special.eos else { throw TextTaskError.noPrefixToken }
      ids = [prefix]
    }
    if let limit = maximumLength, ids.count > limit {
      throw TextTaskError.promptTooLong(tokens: ids.count, limit: limit)
    }
    let prompt = model.tokenizer.decode(ids)
    var next: [LikelyText] = []
    for step in 0..<max(tokens, 1) {
      let visible = Array(ids.suffix(maximumLength ?? ids.count))
      let row = try logits(TokenBatch([visible]), rows: [visible.count - 1])[0]
      if step == 0 { next = row.mostLikely(count, text: tokenText) }
      let best = row.indices.reduce(0) { row[$1] > row[$0] ? $1 : $0 }
      if best == special.eos || tokens == 0 { break }
      ids.append(best)
    }
    let whole = model.tokenizer.decode(ids)
    return Continuing(
      text: whole.hasPrefix(prompt) ? String(whole.dropFirst(prompt.count)) : whole, next: next)
  }

  private var maximumLength: Int? { model.configuration.usualTokens }

  private func tokenText(_ id: Int) -> String {
    model.tokenizer.decode([id], skipsSpecialTokens: false)
  }

  /// The logits of a text, a list for each row.
  private func logits(_ batch: TokenBatch, rows: [Int]? = nil) throws -> [[Float]] {
    try model.check(CollectionOfOne(batch.ids))
    return model.tapes.withTape { tape in
      let logits = transformer.logits(.tokens(batch), parameters, on: tape, rows: rows)
      return (0..<logits.rows).map { Array(logits.row($0)) }
    }
  }
}
