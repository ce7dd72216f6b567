import Testing

@testable import Tasks

struct GLUEDatasetTests {
  @Test func `CoLA has no header and needs no line end at its end`() throws {
    let folder = try TemporaryFolder(["dev.tsv": "gj04\t1\t\tIt ran.\ngj04\t0\t*\tRan it it."])
    let data = try GLUEDataset(.cola, at: folder.path)
    #expect(
      data.examples == [
        SentenceExample(first: "It ran.", target: 1),
        SentenceExample(first: "Ran it it.", target: 0),
      ])
  }

  @Test func `quotes are characters and a byte order mark is none`() throws {
    let folder = try TemporaryFolder([
      "dev.tsv":
        "\u{feff}Quality\t#1 ID\t#2 ID\t#1 String\t#2 String\r\n1\t8\t9\t\" Yes\tHe's \"in\r\n"
    ])
    let data = try GLUEDataset(.mrpc, at: folder.path)
    #expect(data.examples == [SentenceExample(first: "\" Yes", second: "He's \"in", target: 1)])
  }

  @Test(arguments: [
    (GLUETask.sst2, "sentence\tlabel\nfine \t1\n", SentenceExample(first: "fine ", target: 1)),
    (
      .stsb, "h\na\tb\tc\td\te\tf\tg\tone\ttwo\t3.250\n",
      SentenceExample(first: "one", second: "two", target: 3.25)
    ),
    (
      .mnli, "h\n0\t\t\t\t\t\t\t\tone\ttwo\tneutral\tcontradiction\n",
      SentenceExample(first: "one", second: "two", target: 2)
    ),
    (
      .qnli, "h\n0\twho?\tme\tnot_entailment\n",
      SentenceExample(first: "who?", second: "me", target: 1)
    ),
    (.rte, "h\n0\ta\tb\tentailment\n", SentenceExample(first: "a", second: "b", target: 0)),
    (.wnli, "h\n0\ta\tb\t1\n", SentenceExample(first: "a", second: "b", target: 1)),
    (.qqp, "h\n0\t1\t2\ta?\tb?\t1\n", SentenceExample(first: "a?", second: "b?", target: 1)),
  ]) func `columns are found`(task: GLUETask, text: String, expected: SentenceExample) throws {
    let folder = try TemporaryFolder(["dev.tsv": text])
    #expect(try GLUEDataset(task, at: folder.path).examples == [expected])
  }

  @Test func `short rows are passed over in QQP and refused elsewhere by line`() throws {
    let folder = try TemporaryFolder([
      "dev.tsv": "h\n0\t1\t2\ta?\tb?\n0\t1\t2\ta?\tb?\t0\n", "train.tsv": "h\n\n0\tq\ts\n",
    ])
    #expect(try GLUEDataset(.qqp, at: folder.path).examples.count == 1)
    let error = #expect(throws: TaskDataError.self) {
      try GLUEDataset(.qnli, at: folder.path, split: "train")
    }
    #expect("\(error!)".hasSuffix("train.tsv, line 3: 3 columns where QNLI has at least 4"))
  }

  @Test func `labels that are none are told with file and line`() throws {
    let folder = try TemporaryFolder([
      "dev.tsv": "sentence\tlabel\ngood\t1\nbad\t2\n", "test.tsv": "sentence\tlabel\ngood\t-1\n",
    ])
    let wrong = #expect(throws: TaskDataError.self) { try GLUEDataset(.sst2, at: folder.path) }
    #expect("\(wrong!)".contains("dev.tsv, line 3: the label ‘2’ is not one of negative, positive"))
    let withheld = #expect(throws: TaskDataError.self) {
      try GLUEDataset(.sst2, at: folder.path, split: "test")
    }
    #expect("\(withheld!)".contains("withheld"))
  }

  @Test func `text that is not UTF-8 is told by line`() throws {
    let folder = try TemporaryFolder()
    try folder.write("dev.tsv", Array("h\tl\n".utf8) + [0xff, 0x09, 0x31, 0x0a])
    let error = #expect(throws: TaskDataError.self) { try GLUEDataset(.sst2, at: folder.path) }
    #expect("\(error!)".hasSuffix("line 2: the text is not UTF-8"))
  }

  @Test func `JSON lines have the columns of the hub`() throws {
    let folder = try TemporaryFolder([
      "validation.jsonl": """
      {"premise": "a\\tb", "hypothesis": "é", "label": 1, "idx": 0}
      {"premise": "c", "hypothesis": "d", "label": "Contradiction", "idx": 1}

      """,
      "train.jsonl": "{\"premise\": \"a\", \"label\": 1}\n",
    ])
    let data = try GLUEDataset(.mnli, at: folder.path)
    #expect(
      data.examples == [
        SentenceExample(first: "a\tb", second: "é", target: 1),
        SentenceExample(first: "c", second: "d", target: 2),
      ])
    let error = #expect(throws: TaskDataError.self) {
      try GLUEDataset(.mnli, at: folder.path, split: "train")
    }
    #expect("\(error!)".hasSuffix("train.jsonl, line 1: no text under ‘hypothesis’"))
  }

  @Test func `both dev sets of MNLI and subsets are found`() throws {
    func text(_ word: String) -> String { "h\n\t\t\t\t\t\t\t\t\(word)\tx\tneutral\n" }
    let folder = try TemporaryFolder([
      "dev_matched.tsv": text("in"), "dev_mismatched.tsv": text("out"),
      "small.dev.tsv": text("few"),
    ])
    #expect(try GLUEDataset(.mnli, at: folder.path).examples[0].first == "in")
    for (split, first) in [
      ("dev", "in"), ("dev_matched", "in"), ("matched", "in"), ("validation_matched", "in"),
      ("dev_mismatched", "out"), ("mismatched", "out"), ("validation_mismatched", "out"),
    ] {
      let data = try GLUEDataset(.mnli, at: folder.path, split: split)
      #expect(data.examples[0].first == first, "\(split)")
    }
    let file = try GLUEDataset(.mnli, at: "\(folder.path)/small.dev.tsv", split: "mismatched")
    #expect(file.examples[0].first == "few", "a file is what it is")
    let subset = try TemporaryFolder(["small.dev.tsv": text("few")])
    #expect(try GLUEDataset(.mnli, at: subset.path).examples[0].first == "few")
    let error = #expect(throws: TaskDataError.self) {
      try GLUEDataset(.mnli, at: subset.path, split: "train")
    }
    #expect("\(error!)" == "\(subset.path) holds no train.tsv; give the file itself")
  }
}

struct LabelOrderTests {
  @Test func `names decide in any order and spelling`() throws {
    let order = try LabelOrder(of: ["CONTRADICTION", "Entailment", "neutral"], for: .mnli)
    #expect(order.classes == [2, 0, 1])
    #expect(try LabelOrder(of: ["POS", "neg"], for: .sst2).classes == [1, 0])
    #expect(try LabelOrder(of: ["not-entailment", "entailment"], for: .rte).classes == [1, 0])
  }

  @Test func `numbers are GLUE's order`() throws {
    #expect(try LabelOrder(of: ["LABEL_0", "LABEL_1"], for: .wnli).classes == [0, 1])
    #expect(try LabelOrder(of: ["1", "0"], for: .wnli).classes == [1, 0])
    #expect(try LabelOrder(of: ["LABEL_0"], for: .stsb).classes == [0])
  }

  @Test(arguments: [
    (["cat", "dog"], GLUETask.sst2), (["LABEL_0", "LABEL_1"], .mnli),
    (["negative", "negative"], .sst2), (["LABEL_0", "LABEL_1"], .stsb),
    (["negative", "LABEL_1"], .sst2),
  ]) func `other classes are refused`(labels: [String], task: GLUETask) {
    let error = #expect(throws: TaskDataError.self) { try LabelOrder(of: labels, for: task) }
    #expect("\(error!)".contains(labels.joined(separator: ", ")))
  }
}
