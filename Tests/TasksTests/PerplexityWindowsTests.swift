import Testing

@testable import Tasks

struct PerplexityWindowsTests {
  /// The tokens that are scored, in order, each with how many the model sees before it.
  private func scored(_ windows: [TextWindow]) -> [[Int]] {
    windows.flatMap { window in window.scored.map { [window.tokens[$0], $0] } }
  }

  @Test func `fixed windows drop what is left over and score no first token`() {
    let windows = PerplexityWindows.fixed(length: 3).windows(of: Array(0..<8))
    #expect(windows.map(\.tokens) == [[0, 1, 2], [3, 4, 5]])
    #expect(scored(windows) == [[1, 1], [2, 2], [4, 1], [5, 2]])
    #expect(PerplexityWindows.fixed(length: 9).windows(of: Array(0..<8)).isEmpty)
  }

  @Test func `a text that is not UTF-8 is refused with the place`() throws {
    let folder = try TemporaryFolder(["good": "naïve"])
    try folder.write("bad", Array("naïve".utf8) + [0xff, 0x61])
    #expect(try RunningText.read("\(folder.path)/good") == "naïve")
    let error = #expect(throws: TaskDataError.self) {
      try RunningText.read("\(folder.path)/bad")
    }
    guard case .malformed(_, offset: 6, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func `a stride gives each token the context of the window before it`() {
    let windows = PerplexityWindows.strided(length: 4, stride: 2).windows(of: Array(0..<7))
    #expect(windows.map(\.tokens) == [[0, 1, 2, 3], [2, 3, 4, 5], [4, 5, 6]])
    #expect(scored(windows) == [[1, 1], [2, 2], [3, 3], [4, 2], [5, 3], [6, 2]])
  }

  @Test func `a stride of the length keeps what is left over`() {
    let windows = PerplexityWindows.strided(length: 3, stride: 3).windows(of: Array(0..<8))
    #expect(windows.map(\.tokens) == [[0, 1, 2], [3, 4, 5], [6, 7]])
  }

  @Test func `rolling windows score every token once after at most so many`() {
    let windows = PerplexityWindows.rolling(length: 3, prefix: -1).windows(of: Array(0..<7))
    // The inputs are [-1, 0, 1], [2, 3, 4] and, filled up with context, [3, 4, 5].
    #expect(windows.map(\.tokens) == [[-1, 0, 1, 2], [2, 3, 4, 5], [3, 4, 5, 6]])
    #expect(scored(windows).map(\.[0]) == Array(0..<7))
    #expect(windows.last?.scored == 3..<4)
  }

  @Test(arguments: [
    ("two words", 2, 9), ("one\n\n two\u{2003}three\u{1c}four", 4, 22), ("", 1, 0),
    (" ends ", 3, 6),
  ])
  func `words are counted as Python splits at white space`(text: String, words: Int, bytes: Int) {
    let length = TextLength(of: text)
    #expect(length.words == words)
    #expect(length.bytes == bytes)
  }
}
