import Experiments
import Pruning
import Tasks
import Tensors
import Tokenizers
import Transformers

/// Measures a model that marks answers in texts on the questions of SQuAD.
///
/// The score of a question is its F1, from 0 to 1; exact match and F1 come with complete points, as
/// shares. Long contexts are read in windows that overlap, as transformers' `run_qa.py` has it.
package final class QuestionAnsweringEvaluator: LevelEvaluator {
  package let batches: [Range<Int>]
  package var chance: Double? { nil }

  private let model: TextModel
  private let data: SQuADDataset
  /// The windows of each question.
  private let windows: [[Encoding]]
  private let search: AnswerSearch
  private let answers: PredictionLog<String>

  /// Encodes the questions; the weights are read when the first level is prepared.
  ///
  /// - Parameters:
  ///   - maxLength: the most tokens of a window.
  ///   - stride: how many tokens of the context two neighbouring windows share, or fewer where the
  ///     model takes short inputs only.
  /// - Throws: `TransformerError` where the program cannot run the model, `TextTaskError` where it
  ///   is made for something else.
  package init(
    _ matrices: PrunableMatrices, tokenizer: Tokenizer, data: SQuADDataset, maxLength: Int = 384,
    stride: Int = 128
  ) throws {
    model = try TextModel(matrices, tokenizer: tokenizer, head: .questionAnswering)
    let length = model.maximumLength(maxLength)
    windows = data.questions.map { question in
      tokenizer.windows(
        ofQuestion: question.question, about: question.context, maxLength: length, stride: stride)
    }
    try model.check(windows.lazy.joined().map(\.ids))
    self.data = data
    search = AnswerSearch(mayBeImpossible: data.mayBeImpossible)
    batches = TokenBudget().batches(windows.map { $0.reduce(0) { $0 + $1.count } })
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

  /// The answers to the first questions at a request, for the official scripts; nil before they have
  /// been measured.
  package func predictions(
    at request: PruningRequest, first count: Int? = nil
  ) -> SQuADPredictions? {
    answers.first(count ?? data.questions.count, at: request).map { answers in
      SQuADPredictions(
        Dictionary(
          zip(data.questions.map(\.id), answers), uniquingKeysWith: { _, latest in latest }))
    }
  }

  private struct Level: PreparedLevel {
    let evaluator: QuestionAnsweringEvaluator
    let request: PruningRequest
    let model: Transformer
    let parameters: Parameters
    let speed: LevelSpeed
    let unchangedBlocks: Int

    func scores(of batch: Range<Int>) throws -> [Float] {
      let windows = Array(evaluator.windows[batch].joined())
      // The windows of one long context may be many, so they are batched by themselves.
      let parts = TokenBudget().batches(windows.map(\.count)).enumerated().flatMap { index, part in
        let memory = evaluator.model.activations.memory(
          of: batch, part: index, unchangedBlocks: unchangedBlocks)
        return evaluator.model.tapes.withTape { tape in
          let tokens = evaluator.model.batch(windows[part])
          let logits = model.logits(.tokens(tokens), parameters, on: tape, sharing: memory)
          return zip(windows[part], tokens.sequences).map { $0.answerWindow(logits, rows: $1) }
        }
      }
      let answers = evaluator.answers(parts, to: batch)
      evaluator.answers.record(answers, of: batch, at: request)
      return zip(answers, batch).map { Float(evaluator.score($0, of: $1).f1) }
    }

    func metrics(ofFirst count: Int) -> [String: Double] {
      guard let answers = evaluator.answers.first(count, at: request), count > 0 else { return [:] }
      let scores = answers.enumerated().map { evaluator.score($1, of: $0) }
      return [
        "exact_match": Double(scores.count(where: \.exactMatch)) / Double(count),
        "f1": scores.reduce(0) { $0 + $1.f1 } / Double(count),
      ]
    }
  }

  private func score(_ answer: String, of question: Int) -> SQuADScore.Question {
    SQuADScore.score(
      answer, of: data.questions[question], rules: data.mayBeImpossible ? .version2 : .version1)
  }

  /// The answers to some questions from all their windows, one question's behind the other's.
  private func answers(_ parts: [AnswerSearch.Window], to batch: Range<Int>) -> [String] {
    var rest = parts[...]
    return batch.map { question in
      let own = Array(rest.prefix(windows[question].count))
      rest = rest.dropFirst(own.count)
      return search.answer(in: own, of: data.questions[question].context)
    }
  }
}

extension Encoding {
  /// A window with what the model says of its tokens: some rows of logits, [tokens, 2].
  fileprivate func answerWindow(_ logits: Matrix, rows: Range<Int>) -> AnswerSearch.Window {
    AnswerSearch.Window(
      starts: rows.map { logits.row($0)[0] }, ends: rows.map { logits.row($0)[1] },
      context: tokens(ofSequence: 1), offsets: offsets)
  }
}
