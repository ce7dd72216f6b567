import Testing

@testable import Tasks

struct MMLUDatasetTests {
  private func rows(_ text: String) throws -> [[String]] {
    var rows = CSVRows(Array(text.utf8), file: "rows.csv")
    var all: [[String]] = []
    while let row = try rows.next() { all.append(row.fields) }
    return all
  }

  @Test func `fields in quotes hold commas, line ends and doubled quotes`() throws {
    #expect(
      try rows("\u{feff}a,\"b, \"\"c\"\"\",\r\n\"1\n2\",,é\n\nlast,1,2")
        == [["a", "b, \"c\"", ""], ["1\n2", "", "é"], ["last", "1", "2"]])
    #expect(try rows("").isEmpty)
    #expect(try rows("\n\r\n").isEmpty)
  }

  @Test(arguments: [
    ("a,b\n\"c,d\ne,f\n", 2, "never closed"), ("a\nb\"c\n", 2, "a quote inside"),
    ("\"1\n2\"x\n", 2, "goes on after"),
  ])
  func `a quote out of place is an error of its line`(text: String, line: Int, part: String) {
    let error = #expect(throws: TaskDataError.self) { try rows(text) }
    #expect(error?.description.contains("rows.csv, line \(line): ") == true)
    #expect(error?.description.contains(part) == true)
  }

  private func folder() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try folder.write(
      "test/world_history_test.csv", Array("\" Who, then? \",x,\"y, z\",u,v,B\n".utf8))
    try folder.write("test/algebra_test.csv", Array("1+1?,1,2,3,4,B\n2+2?,1,2,3,4,D\n".utf8))
    try folder.write("dev/algebra_dev.csv", Array("0+1?,1,2,3,4,A\n0+3?,1,2,3,4,C\n".utf8))
    try folder.write("dev/world_history_dev.csv", Array("When?,a,b,c,d,D\n".utf8))
    return folder
  }

  @Test func `prompts describe the subject, as lm-evaluation-harness writes them`() throws {
    let folder = try folder()
    let data = try MMLUDataset(at: folder.path)
    #expect(data.questions.map(\.subject) == ["algebra", "algebra", "world_history"])
    #expect(data.questions.map(\.answer) == [1, 3, 1])
    #expect(
      data.context(of: 2) == """
        The following are multiple choice questions (with answers) about world history.

        Who, then?
        A. x
        B. y, z
        C. u
        D. v
        Answer:
        """)
  }

  @Test func `solved examples of the subject come first`() throws {
    let folder = try folder()
    let data = try MMLUDataset(at: "\(folder.path)/test/algebra_test.csv", shots: 2)
    #expect(data.questions.count == 2)
    #expect(
      data.context(of: 0) == """
        The following are multiple choice questions (with answers) about algebra.

        0+1?
        A. 1
        B. 2
        C. 3
        D. 4
        Answer: A

        0+3?
        A. 1
        B. 2
        C. 3
        D. 4
        Answer: C

        1+1?
        A. 1
        B. 2
        C. 3
        D. 4
        Answer:
        """)
    let error = #expect(throws: TaskDataError.self) { try MMLUDataset(at: folder.path, shots: 2) }
    #expect(error?.description.contains("world_history_dev.csv") == true)
  }

  @Test func `files of another layout are refused with their line`() throws {
    let folder = try TemporaryFolder(["five.csv": "q,a,b,c,d,A\nq,a,b,c,A\n"])
    let short = #expect(throws: TaskDataError.self) {
      try MMLUDataset(at: "\(folder.path)/five.csv")
    }
    #expect(short?.description.contains("five.csv, line 2: 5 columns") == true)
    try folder.write("letter.csv", Array("q,a,b,c,d,E\n".utf8))
    let letter = #expect(throws: TaskDataError.self) {
      try MMLUDataset(at: "\(folder.path)/letter.csv")
    }
    #expect(letter?.description.contains("‘E’") == true)
    #expect(
      throws: TaskDataError.noFile(folder: folder.path, names: ["test/SUBJECT_test.csv"])
    ) { try MMLUDataset(at: folder.path) }
  }
}
