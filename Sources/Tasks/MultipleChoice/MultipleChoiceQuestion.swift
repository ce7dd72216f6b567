import Foundation

/// A question with several answers of which one is right.
package struct MultipleChoiceQuestion: Sendable, Hashable {
  /// What it is about, such as `high_school_physics`.
  package var subject: String
  package var question: String
  package var choices: [String]
  /// The index of the right choice.
  package var answer: Int

  package init(subject: String, question: String, choices: [String], answer: Int) {
    self.subject = subject
    self.question = question
    self.choices = choices
    self.answer = answer
  }

  /// The letters that the choices go by.
  package static let letters = ["A", "B", "C", "D"]

  /// The question and its lettered choices, up to `Answer:`.
  var prompt: String {
    let lines = zip(Self.letters, choices).map { "\($0). \($1)" }
    let question = question.trimmingCharacters(in: .whitespacesAndNewlines)
    return ([question] + lines + ["Answer:"]).joined(separator: "\n")
  }

  /// What follows the prompt for each choice.
  package static var continuations: [String] { letters.map { " \($0)" } }
}
