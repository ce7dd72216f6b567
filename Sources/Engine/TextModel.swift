import Checkpoints
import Experiments
import Pruning
import Synchronization
import Tensors
import Tokenizers
import Transformers

/// A model of text as the evaluators use it: what it can do, its tokenizer, and its weights once a
/// level needs them.
final class TextModel: Sendable {
  let configuration: TransformerConfiguration
  let text: TextInput
  let tokenizer: Tokenizer
  let tapes = TapePool()
  let activations = ActivationStore()

  private let matrices: PrunableMatrices
  private let loaded = Mutex<LoadedTransformer?>(nil)

  /// Reads the configuration, not the weights.
  ///
  /// - Parameter head: what the task needs of the model; nil where any will do.
  /// - Throws: `TransformerError` where the program cannot run the model, `TextTaskError` where it
  ///   is made for something else.
  init(_ matrices: PrunableMatrices, tokenizer: Tokenizer, head: ModelHead?) throws {
    let checkpoint = matrices.checkpoint
    guard let json = checkpoint.configuration else {
      throw TransformerError.noConfiguration(path: checkpoint.path)
    }
    configuration = try TransformerConfiguration(json)
    guard case .text(let text) = configuration.input else {
      throw TransformerError.wrongInput(
        model: "a `\(configuration.family.rawValue)` model", expected: "text")
    }
    if let head, configuration.head != head {
      throw TextTaskError.wrongHead(
        model: checkpoint.path, expected: head, found: configuration.head)
    }
    self.text = text
    self.tokenizer = tokenizer
    self.matrices = matrices
  }

  /// Checks that the model knows all tokens.
  func check(_ sequences: some Sequence<[Int]>) throws {
    for id in sequences.joined() where !(0..<text.vocabulary).contains(id) {
      throw TextTaskError.unknownToken(id: id, vocabulary: text.vocabulary)
    }
  }

  /// The longest input: a task's own limit, or what the model was made for where that is less.
  func maximumLength(_ limit: Int) -> Int { min(limit, configuration.usualTokens ?? limit) }

  /// The model and its weights without those that a plan removes.
  ///
  /// - Parameters:
  ///   - workers: each makes some of the matrices.
  ///   - tokens: of a usual batch.
  func pruned(
    _ plan: PruningPlan, kernels: KernelChoice, on workers: ParallelWorkers,
    tokens: Int = TokenBudget().tokens
  ) throws -> (model: Transformer, weights: PrunedParameters) {
    let loaded = try loadedModel()
    return (
      loaded.model,
      try loaded.pruned(
        plan, of: matrices, kernels: kernels, on: workers, tokens: tokens)
    )
  }

  /// The model with all its weights, which are mapped on the first call.
  func loadedModel() throws -> LoadedTransformer {
    try loaded.withLock { loaded in
      if loaded == nil {
        try BLAS.load()
        loaded = try LoadedTransformer(matrices.checkpoint)
      }
      return loaded!
    }
  }

  /// Puts encoded texts one behind the other.
  func batch(_ encodings: some Sequence<Encoding>) -> TokenBatch {
    TokenBatch(
      encodings.map(\.ids), segments: text.segments > 1 ? encodings.map(\.typeIDs) : [])
  }
}

/// Divides examples into batches of about so many tokens each.
///
/// Batches are packed without padding, so texts of different lengths in one batch cost nothing: the
/// examples keep their order, and the mean over the first of them is that of a fair sample, which
/// sorting them by length would spoil.
struct TokenBudget {
  /// Tokens of a batch: enough for the matrix products to be fast, few enough for the activations
  /// to stay in the caches.
  var tokens = 512

  /// - Parameter lengths: the tokens of each example.
  /// - Returns: consecutive ranges of examples, none empty.
  func batches(_ lengths: [Int]) -> [Range<Int>] {
    var batches: [Range<Int>] = []
    var start = 0
    var sum = 0
    for (index, length) in lengths.enumerated() {
      if index > start, sum + length > tokens {
        batches.append(start..<index)
        (start, sum) = (index, 0)
      }
      sum += length
    }
    if start < lengths.count { batches.append(start..<lengths.count) }
    return batches
  }
}

/// Why a model cannot be measured on a task of texts.
package enum TextTaskError: Error, Sendable, Equatable, CustomStringConvertible {
  case wrongHead(model: String, expected: ModelHead, found: ModelHead)
  /// A token that the model has no embedding for.
  case unknownToken(id: Int, vocabulary: Int)
  /// A text with fewer tokens than a window.
  case tooShort(tokens: Int)
  /// Windows that start further from each other than they reach.
  case badStride(Int, length: Int)
  /// Windows longer than any input of the model.
  case windowTooLong(tokens: Int, limit: Int)
  /// A text to be continued that leaves no room.
  case promptTooLong(tokens: Int, limit: Int)
  /// A tokenizer without a token that could stand in front of a text.
  case noPrefixToken
  /// A text that adds no token to what it is to follow.
  case noContinuation(String)
  /// A text without the token that stands for what is to be guessed.
  case noMask(token: String)

  package var description: String {
    switch self {
    case .wrongHead(let model, let expected, let found):
      "\(model) is a model for \(found.title), but the task needs one for \(expected.title)"
    case .unknownToken(let id, let vocabulary):
      """
      the tokenizer gives the id \(id), but the model knows \(vocabulary) tokens; the tokenizer in \
      its folder is another model's
      """
    case .tooShort(let tokens):
      "the text has \(tokens) tokens, too few for a window; give a longer text or shorter windows"
    case .badStride(let stride, let length):
      "a stride of \(stride) tokens does not fit windows of \(length); take 1 to \(length)"
    case .windowTooLong(let tokens, let limit):
      "windows of \(tokens) tokens are too long for the model, which takes \(limit)"
    case .promptTooLong(let tokens, let limit):
      "the text has \(tokens) tokens, but the model takes \(limit); give a shorter text"
    case .noPrefixToken:
      """
      the tokenizer names no token that begins or ends a text, which rolling windows need; name one \
      in tokenizer_config.json, or take fixed or strided windows
      """
    case .noContinuation(let text):
      "the tokenizer makes no token of ‘\(text)’; it cannot be scored"
    case .noMask(let token):
      "the text has no \(token), which stands for the word to be guessed; write it where one is missing"
    }
  }
}

extension ModelHead {
  fileprivate var title: String {
    switch self {
    case .sequenceClassification: "sequence classification"
    case .questionAnswering: "question answering"
    case .maskedLanguageModel: "masked language modelling"
    case .causalLanguageModel: "causal language modelling"
    case .imageClassification: "image classification"
    }
  }
}
