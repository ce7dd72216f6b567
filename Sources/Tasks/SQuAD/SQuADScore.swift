/// What SQuAD's official scripts say about predictions.
///
/// For files without `is_impossible` these are the rules of `evaluate-v1.1.py`, for others those of
/// `evaluate-v2.0.py` without probabilities of no answer. They differ: a question without a
/// prediction counts 0 in the former and is left out in the latter, which also gives an empty answer
/// full marks where nothing is to be answered, and knows no gold answers that are empty once
/// normalised.
package struct SQuADScore: Sendable, Hashable {
  /// The rules that were applied.
  package enum Rules: String, Sendable, Hashable {
    case version1 = "1.1"
    case version2 = "2.0"
  }

  /// One question's score.
  package struct Question: Sendable, Hashable {
    package var id: String
    package var exactMatch: Bool
    package var f1: Double
    package var hasAnswer: Bool
  }

  /// Means over some of the questions, in percent as the scripts print them.
  package struct Means: Sendable, Hashable {
    package var exactMatch: Double
    package var f1: Double
    package var count: Int

    init(_ questions: [Question]) {
      let divisor = Double(max(questions.count, 1))
      exactMatch = 100 * Double(questions.count(where: \.exactMatch)) / divisor
      f1 = 100 * questions.reduce(0) { $0 + $1.f1 } / divisor
      count = questions.count
    }
  }

  package let rules: Rules
  /// The scores of the questions that count, in the order of the references; the same for any
  /// predictions under version 1.1, so that two models can be compared question by question.
  package let questions: [Question]
  /// The questions that have no prediction.
  package let missing: [String]

  /// Over all questions that count.
  package var all: Means { Means(questions) }
  /// Over those that have an answer.
  package var answerable: Means { Means(questions.filter(\.hasAnswer)) }
  /// Over those that have none.
  package var impossible: Means { Means(questions.filter { !$0.hasAnswer }) }

  package init(of predictions: SQuADPredictions, against references: SQuADDataset) {
    rules = references.mayBeImpossible ? .version2 : .version1
    var questions: [Question] = []
    var missing: [String] = []
    for question in references.questions {
      let prediction = predictions.answers[question.id]
      if prediction == nil { missing.append(question.id) }
      if prediction == nil, rules == .version2 { continue }
      questions.append(Self.score(prediction, of: question, rules: rules))
    }
    self.questions = questions
    self.missing = missing
  }

  /// The best score of a prediction over a question's answers; a missing prediction gets 0.
  package static func score(
    _ prediction: String?, of question: SQuADQuestion, rules: Rules
  ) -> Question {
    var result = Question(
      id: question.id, exactMatch: false, f1: 0, hasAnswer: !question.answers.isEmpty)
    guard let prediction else { return result }
    var answers = question.answers.map(NormalizedAnswer.init)
    if rules == .version2 {
      answers.removeAll(where: \.tokens.isEmpty)
      if answers.isEmpty { answers = [NormalizedAnswer("")] }
    }
    let normalized = NormalizedAnswer(prediction)
    for answer in answers {
      if normalized == answer { result.exactMatch = true }
      result.f1 = max(result.f1, f1(normalized, answer, rules: rules))
    }
    return result
  }

  /// The harmonic mean of the shares of the prediction's and the answer's tokens that they have in
  /// common, each as often as both have it.
  private static func f1(
    _ prediction: NormalizedAnswer, _ answer: NormalizedAnswer, rules: Rules
  ) -> Double {
    if rules == .version2, prediction.tokens.isEmpty || answer.tokens.isEmpty {
      return prediction == answer ? 1 : 0
    }
    var counts: [[UInt8]: Int] = [:]
    for token in answer.tokens { counts[token, default: 0] += 1 }
    var common = 0
    for token in prediction.tokens {
      guard let count = counts[token], count > 0 else { continue }
      counts[token] = count - 1
      common += 1
    }
    guard common > 0 else { return 0 }
    let precision = Double(common) / Double(prediction.tokens.count)
    let recall = Double(common) / Double(answer.tokens.count)
    return 2 * precision * recall / (precision + recall)
  }
}
