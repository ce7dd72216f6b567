import Foundation
import Testing

@testable import Tasks

/// The expected values come from a Python implementation of the official scripts' rules
/// (`evaluate-v1.1.py`, `evaluate-v2.0.py`) with Python's own `str.lower`, `re`, `string.punctuation`
/// and `collections.Counter`.
struct SQuADScoreTests {
  @Test(arguments: [
    ("The  Cat's-Meow!", ["catsmeow"]),
    ("an apple a day", ["apple", "day"]),
    ("the", []),
    ("a_the_b", ["atheb"]),
    ("“The” end…", ["“", "”", "end…"]),
    ("a\u{301} la carte", ["\u{301}", "la", "carte"]),
    ("Ἀθῆναι ΟΔΟΣ", ["ἀθῆναι", "οδος"]),
    ("İstanbul", ["i\u{307}stanbul"]),
    ("x\u{1c}y\u{a0}z\u{200b}w", ["x", "y", "z\u{200b}w"]),
    ("THE-END", ["theend"]),
    ("¾ a ٣", ["¾", "٣"]),
    ("a’s theatre An", ["’s", "theatre"]),
    ("ﬁ Straße ẞ", ["ﬁ", "straße", "ß"]),
    ("don't an't", ["dont", "ant"]),
    ("$5,000", ["5000"]),
    ("\u{3000}東京\u{3000}the東京", ["東京", "the東京"]),
    ("Σ ΑΣ. ΣΑ", ["σ", "ας", "σα"]),
  ]) func `answers are normalised as Python does`(text: String, tokens: [String]) {
    #expect(NormalizedAnswer(text).tokens == tokens.map { Array($0.utf8) })
  }

  private func dataset(_ answers: [[String]], mayBeImpossible: Bool = false) -> SQuADDataset {
    SQuADDataset(
      file: "references",
      questions: answers.enumerated().map { index, answers in
        SQuADQuestion(id: "q\(index)", question: "?", context: "", answers: answers)
      }, mayBeImpossible: mayBeImpossible)
  }

  private func predictions(_ texts: [String?]) -> SQuADPredictions {
    var answers: [String: String] = [:]
    for (index, text) in texts.enumerated() { answers["q\(index)"] = text }
    return SQuADPredictions(answers)
  }

  @Test func `version 1.1 counts a missing prediction as wrong`() {
    let references = dataset([
      ["Denver Broncos", "The Denver Broncos", "broncos"], ["café"], ["24–10", "24 to 10"], ["the"],
      ["one two two three"], ["x"],
    ])
    let score = SQuADScore(
      of: predictions([
        "denver the broncos team", "cafe\u{301}", "24-10", ".", "three two two two", nil,
      ]), against: references)
    #expect(score.rules == .version1)
    #expect(score.missing == ["q5"])
    #expect(score.questions.map(\.exactMatch) == [false, false, false, true, false, false])
    #expect(score.questions.map(\.f1) == [0.8, 0, 0, 0, 0.75, 0])
    #expect(abs(score.all.exactMatch - 16.666666666666668) < 1e-12)
    #expect(abs(score.all.f1 - 25.833333333333332) < 1e-12)
    #expect(score.all.count == 6)
  }

  @Test func `version 2.0 leaves a missing prediction out and honours no answer`() {
    let references = dataset(
      [["Paris"], [], [], ["the", "Rome"], ["a"], ["lost"]], mayBeImpossible: true)
    let score = SQuADScore(
      of: predictions(["in Paris", "", "Oslo", "Rome.", "", nil]), against: references)
    #expect(score.rules == .version2)
    #expect(score.missing == ["q5"])
    #expect(score.all.count == 5)
    #expect(abs(score.all.exactMatch - 60) < 1e-12)
    #expect(abs(score.all.f1 - 73.33333333333333) < 1e-12)
    #expect(abs(score.answerable.exactMatch - 66.66666666666667) < 1e-12)
    #expect(abs(score.answerable.f1 - 88.88888888888887) < 1e-12)
    #expect(score.impossible.exactMatch == 50 && score.impossible.count == 2)
  }
}

struct SQuADDatasetTests {
  @Test func `questions are read in order with their context`() throws {
    let folder = try TemporaryFolder([
      "dev.json": """
      {"version": "1.1", "data": [{"title": "t", "paragraphs": [{"context": "It is \\u00e9.", "qas": [
        {"id": "b", "question": "What?", "answers": [{"text": "é", "answer_start": 6}]},
        {"id": "a", "question": "Who?", "answers": []}]}]}]}
      """
    ])
    let data = try SQuADDataset(at: folder.path + "/dev.json")
    #expect(!data.mayBeImpossible)
    #expect(
      data.questions == [
        SQuADQuestion(
          id: "b", question: "What?", context: "It is é.", answers: ["é"], answerStarts: [6]),
        SQuADQuestion(id: "a", question: "Who?", context: "It is é.", answers: []),
      ])
  }

  @Test func `starts of answers count scalars in the file, and bytes here`() {
    func bytes(_ start: Int?) -> Range<Int>? {
      SQuADQuestion(
        id: "", question: "", context: "É 🙂 it", answers: ["it"],
        answerStarts: start.map { [$0] } ?? []
      ).answerBytes
    }
    #expect(bytes(4) == 8..<10)
    #expect(bytes(nil) == nil)
    #expect(bytes(99) == nil)
  }

  @Test func `is_impossible tells version 2`() throws {
    let folder = try TemporaryFolder([
      "dev.json": """
      {"data": [{"paragraphs": [{"context": "c", "qas": [
        {"id": "a", "question": "q", "answers": [], "is_impossible": true}]}]}]}
      """
    ])
    #expect(try SQuADDataset(at: folder.path + "/dev.json").mayBeImpossible)
  }

  @Test func `a member that is not there is named with its place`() throws {
    let folder = try TemporaryFolder([
      "a.json": "{\"data\": [{\"paragraphs\": [{\"context\": \"c\"}]}]}", "b.json": "[1]",
      "c.json": "{\"data\": []}",
    ])
    func message(_ name: String) -> String {
      let error = #expect(throws: TaskDataError.self) {
        try SQuADDataset(at: "\(folder.path)/\(name)")
      }
      return "\(error!)"
    }
    #expect(message("a.json").hasSuffix("a.json, data[0].paragraphs[0]: has no ‘qas’"))
    #expect(message("b.json").contains("b.json"))
    #expect(message("c.json").hasSuffix("c.json, data: holds no questions"))
  }

  @Test func `predictions are written as they are read`() throws {
    let folder = try TemporaryFolder()
    let predictions = SQuADPredictions(["b": "é/\"", "a": ""])
    try folder.write("p.json", Array(try predictions.json()))
    #expect(try SQuADPredictions(at: folder.path + "/p.json") == predictions)
    try folder.write("q.json", Array("{\"a\": 1}".utf8))
    #expect(throws: TaskDataError.self) { try SQuADPredictions(at: folder.path + "/q.json") }
  }
}

struct AnswerSearchTests {
  /// A window of [CLS] q [SEP] and the words of a context, each one letter and a space.
  private func window(_ starts: [Float], _ ends: [Float], from word: Int = 0) -> AnswerSearch.Window
  {
    let count = starts.count - 3
    return AnswerSearch.Window(
      starts: starts, ends: ends, context: 3..<starts.count,
      offsets: [0..<0, 0..<1, 0..<0] + (0..<count).map { 2 * ($0 + word)..<2 * ($0 + word) + 1 })
  }

  private let context = "a b c d e"

  @Test func `the best pair inside the context wins`() {
    let windows = [window([9, 9, 9, 1, 5, 0], [9, 9, 9, 6, 1, 2])]
    // The best end stands before the best start, and the largest logits outside the context.
    #expect(AnswerSearch().answer(in: windows, of: context) == "b c")
  }

  @Test func `the best window wins and the first of equals`() {
    let first = window([0, 0, 0, 1, 0], [0, 0, 0, 1, 0])
    let second = window([0, 0, 0, 3, 0], [0, 0, 0, 0, 3], from: 3)
    #expect(AnswerSearch().answer(in: [first, second], of: context) == "d e")
    #expect(AnswerSearch().answer(in: [first, first], of: context) == "a")
  }

  @Test func `an answer is no longer than allowed`() {
    var search = AnswerSearch()
    search.maximumLength = 2
    let windows = [window([0, 0, 0, 9, 0, 0], [0, 0, 0, 0, 1, 9])]
    #expect(search.answer(in: windows, of: context) == "a b")
  }

  @Test func `only the most likely tokens are tried`() {
    var search = AnswerSearch()
    search.candidates = 1
    let windows = [window([0, 0, 0, 1, 0, 5], [0, 0, 0, 0, 5, 1])]
    #expect(search.answer(in: windows, of: context) == "")
  }

  @Test func `no answer wins where it may and every window finds it likelier`() {
    let sure = window([9, 0, 0, 1, 0], [9, 0, 0, 0, 1])
    let unsure = window([0, 0, 0, 0, 0], [0, 0, 0, 0, 0], from: 3)
    let search = AnswerSearch(mayBeImpossible: true)
    #expect(search.answer(in: [sure], of: context) == "")
    #expect(search.answer(in: [sure, unsure], of: context) == "a b")
    #expect(AnswerSearch().answer(in: [sure], of: context) == "a b")
  }

  @Test func `the n-best list begins with the answer, and nothing has its place in it`() {
    let windows = [window([1, 0, 0, 4, 0, 0], [1, 0, 0, 3, 2, 0])]
    let answers = AnswerSearch().answers(in: windows, of: context)
    #expect(answers.prefix(3).map(\.text) == ["a", "a b", "a b c"])
    #expect(answers.prefix(3).map(\.score) == [7, 6, 4])
    let orNothing = AnswerSearch(mayBeImpossible: true).answers(in: windows, of: context)
    #expect(orNothing.count == answers.count + 1)
    #expect(orNothing.first { $0.text.isEmpty }?.score == 2)
    #expect(orNothing.map(\.score) == orNothing.map(\.score).sorted(by: >))
  }
}

@Suite struct `A folder of SQuAD` {
  private func document(_ id: String) -> String {
    """
    {"version": "1.1", "data": [{"paragraphs": [{"context": "c", "qas": [{"id": "\(id)",
      "question": "q", "answers": [{"text": "c", "answer_start": 0}]}]}]}]}
    """
  }

  @Test func `each split is found by the beginning of its name`() throws {
    let folder = try TemporaryFolder([
      "train-v1.1.json": document("train"), "dev-v1.1.json": document("dev"),
    ])
    #expect(try SQuADDataset(at: folder.path, split: "train").questions.map(\.id) == ["train"])
    #expect(try SQuADDataset(at: folder.path, split: "dev").questions.map(\.id) == ["dev"])
    #expect(throws: TaskDataError.noFile(folder: folder.path, names: ["test-*.json"])) {
      try SQuADDataset(at: folder.path, split: "test")
    }
  }
}
