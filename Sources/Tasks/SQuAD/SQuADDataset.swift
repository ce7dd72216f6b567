import Foundation

/// A question about a text, with the answers that people gave.
package struct SQuADQuestion: Sendable, Hashable {
  package var id: String
  package var question: String
  package var context: String
  /// None where the text holds no answer.
  package var answers: [String]
  /// Where each answer begins in the context, in Unicode scalars; empty where the file does not say.
  package var answerStarts: [Int]

  package init(
    id: String, question: String, context: String, answers: [String], answerStarts: [Int] = []
  ) {
    self.id = id
    self.question = question
    self.context = context
    self.answers = answers
    self.answerStarts = answerStarts
  }

  /// Where the first answer lies in the context, in UTF-8 bytes; nil where there is none, or where the
  /// file does not say.
  package var answerBytes: Range<Int>? {
    guard let answer = answers.first, let start = answerStarts.first else { return nil }
    let scalars = context.unicodeScalars
    guard start >= 0,
      let begin = scalars.index(scalars.startIndex, offsetBy: start, limitedBy: scalars.endIndex)
    else { return nil }
    let offset = context.utf8.distance(from: context.startIndex, to: begin)
    let end = min(offset + answer.utf8.count, context.utf8.count)
    return offset < end ? offset..<end : nil
  }
}

/// The questions of a file of the Stanford Question Answering Dataset, in its order.
///
/// Source: Rajpurkar et al., "SQuAD: 100,000+ Questions for Machine Comprehension of Text", and for
/// version 2.0 "Know What You Don't Know: Unanswerable Questions for SQuAD".
package struct SQuADDataset: Sendable, Hashable {
  package let file: String
  package let questions: [SQuADQuestion]
  /// Whether some questions may have no answer: those of version 2.0, whose questions all say
  /// `is_impossible`.
  package let mayBeImpossible: Bool

  package init(file: String, questions: [SQuADQuestion], mayBeImpossible: Bool) {
    self.file = file
    self.questions = questions
    self.mayBeImpossible = mayBeImpossible
  }

  package init(at path: String) throws(TaskDataError) {
    let document: Document = try JSONFile.decode(at: path)
    var mayBeImpossible = false
    var questions: [SQuADQuestion] = []
    for paragraph in document.data.lazy.flatMap(\.paragraphs) {
      for question in paragraph.qas {
        if question.isImpossible != nil { mayBeImpossible = true }
        questions.append(
          SQuADQuestion(
            id: question.id, question: question.question, context: paragraph.context,
            answers: question.answers.map(\.text),
            answerStarts: question.answers.compactMap(\.start)))
      }
    }
    guard !questions.isEmpty else {
      throw .badJSON(file: path, path: "data", reason: "holds no questions")
    }
    self.init(file: path, questions: questions, mayBeImpossible: mayBeImpossible)
  }

  /// The members of the file.
  private struct Document: Decodable {
    var data: [Article]

    struct Article: Decodable { var paragraphs: [Paragraph] }

    struct Paragraph: Decodable {
      var context: String
      var qas: [Question]
    }

    struct Question: Decodable {
      var id: String
      var question: String
      var answers: [Answer]
      var isImpossible: Bool?

      enum CodingKeys: String, CodingKey {
        case id, question, answers
        case isImpossible = "is_impossible"
      }
    }

    struct Answer: Decodable {
      var text: String
      var start: Int?

      enum CodingKeys: String, CodingKey {
        case text
        case start = "answer_start"
      }
    }
  }
}

/// The answers of a model, as the official scripts take them: a JSON object `{id: text}`.
package struct SQuADPredictions: Sendable, Hashable {
  package var answers: [String: String]

  package init(_ answers: [String: String]) { self.answers = answers }

  package init(at path: String) throws(TaskDataError) {
    answers = try JSONFile.decode(at: path)
  }

  /// The file's contents, sorted by id.
  package func json() throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
    return try encoder.encode(answers)
  }
}

/// Reads files that are one JSON document.
enum JSONFile {
  static func decode<Value: Decodable>(at path: String) throws(TaskDataError) -> Value {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw .unreadable(file: path)
    }
    do {
      return try JSONDecoder().decode(Value.self, from: data)
    } catch let error as DecodingError {
      throw failure(error, file: path)
    } catch {
      throw .badJSON(file: path, path: "", reason: "not JSON")
    }
  }

  private static func failure(_ error: DecodingError, file: String) -> TaskDataError {
    func place(_ path: [any CodingKey]) -> String {
      path.map { $0.intValue.map { "[\($0)]" } ?? ".\($0.stringValue)" }.joined()
        .trimmingPrefix(".").description
    }
    return switch error {
    case .keyNotFound(let key, let context):
      .badJSON(
        file: file, path: place(context.codingPath), reason: "has no ‘\(key.stringValue)’")
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      .badJSON(
        file: file, path: place(context.codingPath), reason: "a value of another type is needed")
    case .dataCorrupted:
      .badJSON(file: file, path: "", reason: "not valid JSON")
    @unknown default:
      .badJSON(file: file, path: "", reason: "not what this file should hold")
    }
  }
}
