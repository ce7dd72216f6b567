import Foundation

/// Questions of the Massive Multitask Language Understanding benchmark, with the prompts that a
/// language model is given.
///
/// Reads the layout that its authors distribute: `test/SUBJECT_test.csv`, `dev/SUBJECT_dev.csv` and
/// `val/SUBJECT_val.csv`, each row a question, four choices and the letter of the right one.
/// The prompts are those of EleutherAI's lm-evaluation-harness (`mmlu`, `_default_template_yaml`):
/// a description of the subject, solved examples from `dev` in their order, the question.
///
/// Source: Hendrycks et al., "Measuring Massive Multitask Language Understanding".
package struct MMLUDataset: Sendable, Hashable {
  /// The questions, by subject in alphabetical order, each subject's in the order of its file.
  package let questions: [MultipleChoiceQuestion]
  /// Solved examples in front of each question.
  package let shots: Int
  /// The examples of each subject, as many as `shots` says.
  private let examples: [String: [MultipleChoiceQuestion]]

  package init(
    questions: [MultipleChoiceQuestion], examples: [String: [MultipleChoiceQuestion]] = [:],
    shots: Int = 0
  ) {
    self.questions = questions
    self.examples = examples
    self.shots = shots
  }

  /// Reads a split.
  ///
  /// - Parameters:
  ///   - path: the folder that holds `test`, `dev` and `val`, or one subject's file; its examples are
  ///     then looked for in `../dev`.
  ///   - split: `test`, `val` or `dev`.
  ///   - shots: solved examples in front of each question; the published files have five.
  package init(at path: String, split: String = "test", shots: Int = 0) throws(TaskDataError) {
    var questions: [MultipleChoiceQuestion] = []
    var examples: [String: [MultipleChoiceQuestion]] = [:]
    let layout = try MMLULayout(path, split: split)
    for (subject, file) in layout.files {
      questions += try Self.read(file, subject: subject)
      guard shots > 0 else { continue }
      let file = "\(layout.root)/dev/\(subject)_dev.csv"
      guard FileManager.default.fileExists(atPath: file) else {
        throw .noExamples(file: file, shots: shots)
      }
      let solved = try Self.read(file, subject: subject)
      guard solved.count >= shots else {
        throw .badLine(
          file: file, line: solved.count,
          reason: "\(shots) examples are asked for, but the file holds \(solved.count)")
      }
      examples[subject] = Array(solved.prefix(shots))
    }
    self.init(questions: questions, examples: examples, shots: shots)
  }

  /// The text that the answer to a question is to follow.
  package func context(of index: Int) -> String {
    let question = questions[index]
    let subject = question.subject.replacing("_", with: " ")
    let solved = (examples[question.subject] ?? []).map {
      $0.prompt + MultipleChoiceQuestion.continuations[$0.answer]
    }
    return
      (["The following are multiple choice questions (with answers) about \(subject)."]
      + solved + [question.prompt]).joined(separator: "\n\n")
  }

  private static func read(
    _ file: String, subject: String
  ) throws(TaskDataError) -> [MultipleChoiceQuestion] {
    guard let data = FileManager.default.contents(atPath: file) else {
      throw .unreadable(file: file)
    }
    var rows = CSVRows(Array(data), file: file)
    var questions: [MultipleChoiceQuestion] = []
    let letters = MultipleChoiceQuestion.letters
    while let row = try rows.next() {
      guard row.fields.count == letters.count + 2 else {
        throw rows.failure(
          "\(row.fields.count) columns where MMLU has a question, four choices and a letter",
          line: row.line)
      }
      guard let answer = letters.firstIndex(of: row.fields[letters.count + 1]) else {
        throw rows.failure(
          "the answer ‘\(row.fields[letters.count + 1])’ is none of "
            + letters.joined(separator: ", "), line: row.line)
      }
      questions.append(
        MultipleChoiceQuestion(
          subject: subject, question: row.fields[0],
          choices: Array(row.fields[1...letters.count]), answer: answer))
    }
    guard !questions.isEmpty else {
      throw .badLine(file: file, line: 1, reason: "the file holds no questions")
    }
    return questions
  }
}

/// Where the files of a split are.
private struct MMLULayout {
  /// The folder of the splits' folders.
  let root: String
  let files: [(subject: String, file: String)]

  init(_ path: String, split: String) throws(TaskDataError) {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw .unreadable(file: path)
    }
    guard isFolder.boolValue else {
      let url = URL(filePath: path)
      let name = url.deletingPathExtension().lastPathComponent
      root = url.deletingLastPathComponent().deletingLastPathComponent().path
      files = [(Self.subject(of: name), path)]
      return
    }
    root = path
    let folder = "\(path)/\(split)"
    let ending = "_\(split).csv"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder))?.sorted() ?? []
    files = names.filter { $0.hasSuffix(ending) }.map {
      (String($0.dropLast(ending.count)), "\(folder)/\($0)")
    }
    guard !files.isEmpty else {
      throw .noFile(folder: path, names: ["\(split)/SUBJECT\(ending)"])
    }
  }

  private static func subject(of name: String) -> String {
    for ending in ["_test", "_dev", "_val"] where name.hasSuffix(ending) {
      return String(name.dropLast(ending.count))
    }
    return name
  }
}
