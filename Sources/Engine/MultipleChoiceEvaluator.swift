import Experiments
import Pruning
import Tasks
import Tokenizers
import Transformers

/// Measures a causal language model on multiple-choice questions: the choice with the largest
/// log-likelihood after the question is its answer, the first one of equals.
///
/// The score of a question is 1 where that is right, else 0. Complete points tell the accuracy of
/// each subject too, under names such as `acc/high_school_physics`.
package final class MultipleChoiceEvaluator: LevelEvaluator {
  package let batches: [Range<Int>]
  package let chance: Double? = 1 / Double(MultipleChoiceQuestion.letters.count)

  private let model: TextModel
  private let data: MMLUDataset
  /// The choices of each question.
  private let choices: [[Continuation]]
  private let answers: PredictionLog<Int>

  /// Encodes the questions; the weights are read when the first level is prepared.
  ///
  /// - Parameter maxLength: the most tokens that the model reads; of a longer context the end counts.
  /// - Throws: `TransformerError` where the program cannot run the model, `TextTaskError` where it
  ///   is no language model or its tokenizer does not fit.
  package init(
    _ matrices: PrunableMatrices, tokenizer: Tokenizer, data: MMLUDataset, maxLength: Int = 2048
  ) throws {
    model = try TextModel(matrices, tokenizer: tokenizer, head: .causalLanguageModel)
    let encoder = ContinuationEncoder(
      tokenizer: tokenizer, maxLength: model.maximumLength(maxLength))
    choices = try data.questions.indices.map { index in
      try encoder.encode(MultipleChoiceQuestion.continuations, after: data.context(of: index))
    }
    try model.check(choices.lazy.joined().map(\.tokens))
    self.data = data
    batches = TokenBudget().batches(choices.map { ContinuationBatch($0).tokenCount })
    answers = PredictionLog(count: data.questions.count)
  }

  package var activations: ActivationStore? { model.activations }

  package func prepare(
    _ plan: PruningPlan, kernels: KernelChoice, on workers: ParallelWorkers
  ) throws -> any PreparedLevel {
    let (transformer, weights) = try model.pruned(plan, kernels: kernels, on: workers)
    return Level(
      evaluator: self, request: plan.request, model: transformer,
      parameters: weights.parameters, speed: LevelSpeed(weights),
      unchangedBlocks: weights.unchangedBlocks)
  }

  /// The choices of the first questions at a request; nil before they have been measured.
  package func predictions(at request: PruningRequest, first count: Int? = nil) -> [Int]? {
    answers.first(count ?? data.questions.count, at: request)
  }

  var questions: [MultipleChoiceQuestion] { data.questions }

  private struct Level: PreparedLevel {
    let evaluator: MultipleChoiceEvaluator
    let request: PruningRequest
    let model: Transformer
    let parameters: Parameters
    let speed: LevelSpeed
    let unchangedBlocks: Int

    func scores(of batch: Range<Int>) throws -> [Float] {
      let choices = evaluator.choices[batch]
      let memory = evaluator.model.activations.memory(
        of: batch, unchangedBlocks: unchangedBlocks)
      let likelihoods = evaluator.model.tapes.withTape { tape in
        model.logLikelihoods(
          of: ContinuationBatch(Array(choices.joined())), parameters, on: tape, sharing: memory)
      }
      var rest = likelihoods[...]
      let answers = choices.map { choices in
        let own = rest.prefix(choices.count)
        rest = rest.dropFirst(choices.count)
        return own.indices.reduce(own.startIndex) { own[$1] > own[$0] ? $1 : $0 } - own.startIndex
      }
      evaluator.answers.record(answers, of: batch, at: request)
      return zip(answers, batch).map { evaluator.isRight($0, at: $1) ? 1 : 0 }
    }

    func metrics(ofFirst count: Int) -> [String: Double] {
      guard let answers = evaluator.answers.first(count, at: request), count > 0 else { return [:] }
      let right = answers.enumerated().map { evaluator.isRight($1, at: $0) }
      let subjects = Dictionary(grouping: right.indices) {
        evaluator.data.questions[$0].subject
      }
      func accuracy(of questions: some Collection<Int>) -> Double {
        Double(questions.count { right[$0] }) / Double(questions.count)
      }
      var metrics = ["acc": accuracy(of: right.indices)]
      for (subject, questions) in subjects { metrics["acc/\(subject)"] = accuracy(of: questions) }
      return metrics
    }
  }

  private func isRight(_ answer: Int, at question: Int) -> Bool {
    answer == data.questions[question].answer
  }
}

/// Makes tokens of texts that may follow another one.
struct ContinuationEncoder {
  let tokenizer: Tokenizer
  /// The most tokens that the model reads.
  let maxLength: Int

  /// The continuations of a context, which must not be empty.
  ///
  /// The context and the continuation are encoded together, without special tokens, and what goes
  /// beyond the length of the context alone is the continuation, so that tokens are those that the
  /// model knows from running text. White space that ends the context counts to the continuation. Of
  /// what is too long the beginning is left out.
  ///
  /// Source: `_encode_pair` and `_loglikelihood_tokens` of EleutherAI's lm-evaluation-harness.
  /// - Throws: `TextTaskError.noContinuation` where the tokenizer makes nothing of a continuation.
  func encode(_ continuations: [String], after context: String) throws -> [Continuation] {
    var context = context[...]
    while context.last?.isWhitespace == true { context.removeLast() }
    let space = context.base[context.endIndex...]
    let length = tokenizer.encode(String(context), addsSpecialTokens: false).count
    return try continuations.map { continuation in
      let text = context + space + continuation
      let tokens = tokenizer.encode(String(text), addsSpecialTokens: false).ids
      guard length > 0, tokens.count > length else {
        throw TextTaskError.noContinuation(continuation)
      }
      let kept = Array(tokens.suffix(maxLength + 1))
      let scored = min(tokens.count - length, kept.count - 1)
      return Continuation(tokens: kept, scored: kept.count - scored..<kept.count)
    }
  }
}
