import Experiments
import Foundation
import Tasks

/// An evaluator that keeps what the model said of each example, and can put it in a file.
package protocol PredictionRecording: LevelEvaluator {
  /// The contents of a file of the first examples' predictions at a request, in the form in which the
  /// task's users hand them in; nil before they have been measured.
  func predictionFile(at request: PruningRequest, first count: Int) throws -> Data?
}

extension SequenceClassificationEvaluator: PredictionRecording {
  /// Tab-separated rows of index and label under a header, as GLUE's server takes them.
  package func predictionFile(at request: PruningRequest, first count: Int) -> Data? {
    predictions(at: request, first: count).map { predictions in
      let rows = predictions.map { [label($0)] }
      return Data(PredictionTable(columns: ["prediction"], rows: rows).text.utf8)
    }
  }
}

extension QuestionAnsweringEvaluator: PredictionRecording {
  /// A JSON object `{id: text}`, as SQuAD's official scripts take it.
  package func predictionFile(at request: PruningRequest, first count: Int) throws -> Data? {
    try predictions(at: request, first: count)?.json()
  }
}

extension MultipleChoiceEvaluator: PredictionRecording {
  /// Tab-separated rows of index, subject and letter under a header.
  package func predictionFile(at request: PruningRequest, first count: Int) -> Data? {
    predictions(at: request, first: count).map { answers in
      let rows = zip(answers, questions).map { answer, question in
        [question.subject, MultipleChoiceQuestion.letters[answer]]
      }
      return Data(PredictionTable(columns: ["subject", "prediction"], rows: rows).text.utf8)
    }
  }
}

/// Rows with their numbers from 0, under a header.
private struct PredictionTable {
  var columns: [String]
  var rows: [[String]]

  var text: String {
    let lines = rows.enumerated().map { index, row in ["\(index)"] + row }
    return ([["index"] + columns] + lines).map { $0.joined(separator: "\t") + "\n" }.joined()
  }
}
