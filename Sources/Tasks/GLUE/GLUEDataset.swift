import Foundation

/// A sentence, or a pair of them, with what a model should say about it.
package struct SentenceExample: Sendable, Hashable {
  package var first: String
  package var second: String?
  /// The number of the class in the task's own order; for STS-B the similarity.
  package var target: Double

  package init(first: String, second: String? = nil, target: Double) {
    self.first = first
    self.second = second
    self.target = target
  }
}

/// One split of a GLUE task, in the order of its file.
package struct GLUEDataset: Sendable, Hashable {
  package let task: GLUETask
  package let file: String
  package let examples: [SentenceExample]

  package init(task: GLUETask, file: String, examples: [SentenceExample]) {
    self.task = task
    self.file = file
    self.examples = examples
  }

  /// Reads a split.
  ///
  /// - Parameters:
  ///   - path: a file of tab-separated values or, where its name ends in `.jsonl` or `.json`, of JSON
  ///     lines; or a folder, where the split is looked for under the official names, then under
  ///     names such as `subset.dev.tsv`.
  ///   - split: `dev`, `train`, and for MNLI also `dev_matched` and `dev_mismatched`.
  package init(_ task: GLUETask, at path: String, split: String = "dev") throws(TaskDataError) {
    let file = try Self.file(of: task, at: path, split: split)
    guard let data = FileManager.default.contents(atPath: file) else {
      throw .unreadable(file: file)
    }
    let isJSON = [".jsonl", ".json"].contains { file.hasSuffix($0) }
    let lines = TextLines(Array(data), file: file)
    let examples =
      isJSON
      ? try lines.compactMap(JSONLineReader(task).example)
      : try TabSeparatedReader(task).examples(lines)
    guard !examples.isEmpty else {
      throw .badLine(file: file, line: 1, reason: "the file holds no examples of \(task.title)")
    }
    self.init(task: task, file: file, examples: examples)
  }

  private static func file(
    of task: GLUETask, at path: String, split: String
  ) throws(TaskDataError) -> String {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw .unreadable(file: path)
    }
    guard isFolder.boolValue else { return path }
    guard let present = try? FileManager.default.contentsOfDirectory(atPath: path).sorted() else {
      throw .unreadable(file: path)
    }
    let names = task.fileStems(split: split).flatMap { stem in
      ["tsv", "jsonl", "json"].map { "\(stem).\($0)" }
    }
    if let name = names.first(where: present.contains) { return "\(path)/\(name)" }
    for ending in names {
      if let name = present.first(where: { $0.hasSuffix(".\(ending)") }) {
        return "\(path)/\(name)"
      }
    }
    throw .noFile(folder: path, names: names.filter { $0.hasSuffix(".tsv") })
  }
}

extension GLUETask {
  /// The target that a label stands for.
  ///
  /// Names are compared without case, and `-`, `_` and spaces in them count nothing; a number is a
  /// class in GLUE's order.
  /// - Returns: nil where it is none, -1 included, which stands for a label that is withheld.
  func target(of label: some StringProtocol) -> Double? {
    if self == .stsb {
      guard let value = Double(label), (0...Self.largestSimilarity).contains(value) else {
        return nil
      }
      return value
    }
    if let number = Int(label) { return classes.indices.contains(number) ? Double(number) : nil }
    let name = LabelName(label)
    return classes.firstIndex { LabelName($0) == name }.map(Double.init)
  }

  /// How the files of the task write a prediction: a class by its name in MNLI, QNLI and RTE, by its
  /// number in the others, and the similarity of STS-B as it is.
  package func label(of prediction: Double) -> String {
    switch self {
    case .mnli, .qnli, .rte: classes[Int(prediction)]
    case .stsb: "\(prediction)"
    default: "\(Int(prediction))"
    }
  }

  /// What a label should have been, for messages.
  fileprivate var expectedLabels: String {
    self == .stsb
      ? "a similarity from 0 to 5"
      : "one of \(classes.joined(separator: ", ")), or a number below \(classes.count)"
  }

  fileprivate func badLabel(_ label: String) -> String {
    label == "-1"
      ? "the label is withheld (-1), so that nothing can be measured; use the dev split"
      : "the label ‘\(label)’ is not \(expectedLabels)"
  }
}

/// Reads rows whose columns are separated by tabs, with quotes as any other character.
private struct TabSeparatedReader {
  let task: GLUETask
  let columns: GLUEColumns

  init(_ task: GLUETask) {
    self.task = task
    columns = GLUEColumns(task)
  }

  func examples(_ lines: TextLines) throws(TaskDataError) -> [SentenceExample] {
    var isHeader = columns.hasHeader
    return try lines.compactMap { line throws(TaskDataError) in
      defer { isHeader = false }
      return isHeader ? nil : try example(line)
    }
  }

  private func example(_ line: TextLines.Line) throws(TaskDataError) -> SentenceExample? {
    let fields = line.bytes.split(separator: UInt8(ascii: "\t"), omittingEmptySubsequences: false)
    guard fields.count >= columns.count else {
      if columns.skipsShortRows { return nil }
      throw line.failure(
        "\(fields.count) columns where \(task.title) has at least \(columns.count)")
    }
    let labelColumn =
      switch columns.label {
      case .column(let column): column
      case .last: fields.count - 1
      }
    let label = try line.text(fields[labelColumn])
    guard let target = task.target(of: label) else { throw line.failure(task.badLabel(label)) }
    return SentenceExample(
      first: try line.text(fields[columns.first]),
      second: try columns.second.map { column throws(TaskDataError) in
        try line.text(fields[column])
      },
      target: target)
  }
}

/// Reads lines that each hold a JSON object with the columns of the Hugging Face hub.
private struct JSONLineReader {
  let task: GLUETask

  init(_ task: GLUETask) { self.task = task }

  func example(_ line: TextLines.Line) throws(TaskDataError) -> SentenceExample? {
    let row: [String: Value]
    do {
      row = try JSONDecoder().decode([String: Value].self, from: Data(line.bytes))
    } catch {
      throw line.failure("not a JSON object; each line must hold one")
    }
    let members = task.textMembers
    func text(_ member: String) throws(TaskDataError) -> String {
      guard case .text(let text) = row[member] else {
        throw line.failure("no text under ‘\(member)’")
      }
      return text
    }
    let label =
      switch row["label"] {
      case .text(let text): text
      case .number(let number): Int(exactly: number).map(String.init) ?? String(number)
      default: throw line.failure("no label under ‘label’")
      }
    guard let target = task.target(of: label) else { throw line.failure(task.badLabel(label)) }
    return SentenceExample(
      first: try text(members.first),
      second: try members.second.map { member throws(TaskDataError) in try text(member) },
      target: target)
  }

  private enum Value: Decodable {
    case text(String)
    case number(Double)
    /// A value that no column of GLUE has.
    case other

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let text = try? container.decode(String.self) {
        self = .text(text)
      } else if let number = try? container.decode(Double.self) {
        self = .number(number)
      } else {
        self = .other
      }
    }
  }
}
