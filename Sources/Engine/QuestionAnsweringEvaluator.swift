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
  ///   - stride: how many tokens of the context two neighbouring windows share.
  /// - Throws: `TransformerError` where the program cannot run the model, `TextTaskError` where it
  ///   is made for something else.
  package init(
    _ matrices: PrunableMatrices, tokenizer: Tokenizer, data: SQuADDataset, maxLength: Int = 384,
    stride: Int = 128
  ) throws {
    model = try TextModel(matrices, tokenizer: tokenizer, head: .questionAnswering)
    let length = model.maximumLength(maxLength)
    windows = data.questions.map { question in
      // Some questions begin with many spaces, which `run_qa.py` removes too.
      tokenizer.encodeWindows(
        String(question.question.drop(while: \.isWhitespace)), question.context,
        maxLength: length, stride: stride)
    }
    try model.check(windows.lazy.joined().map(\.ids))
    self.data = data
    search = AnswerSearch(mayBeImpossible: data.mayBeImpossible)
    batches = TokenBudget().batches(windows.map { $0.reduce(0) { $0 + $1.count } })
    answers = PredictionLog(count: data.questions.count)
  }

  package func prepare(_ plan: PruningPlan) throws -> any PreparedLevel {
    let (transformer, parameters) = try model.pruned(plan)
    return Level(
      evaluator: self, request: plan.request, model: transformer, parameters: parameters)
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

    func scores(of batch: Range<Int>) throws -> [Float] {
      let windows = evaluator.windows[batch]
      let tokens = evaluator.model.batch(windows.joined())
      let answers = evaluator.model.tapes.withTape { tape in
        evaluator.answers(
          model.logits(.tokens(tokens), parameters, on: tape), tokens.sequences, to: batch)
      }
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

  /// The answers to some questions from the logits of their windows, [tokens, 2].
  private func answers(
    _ logits: Matrix, _ sequences: [Range<Int>], to batch: Range<Int>
  ) -> [String] {
    var next = 0
    return batch.map { question in
      let parts = windows[question].map { encoding in
        let rows = sequences[next]
        next += 1
        return AnswerSearch.Window(
          starts: rows.map { logits.row($0)[0] }, ends: rows.map { logits.row($0)[1] },
          context: encoding.tokens(ofSequence: 1), offsets: encoding.offsets)
      }
      return search.answer(in: parts, of: data.questions[question].context)
    }
  }
}
