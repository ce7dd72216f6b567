import Canvas
import Testing

@Suite struct PromptTests {
  private func typed(_ keys: [Key], into text: String = "") -> Prompt {
    var prompt = Prompt(label: "/", text: text)
    for key in keys { prompt.edit(key) }
    return prompt
  }

  @Test func keysEditAsInAShell() {
    #expect(
      typed([.character("a"), .character("b"), .arrow(.left), .character("x")]).text == "axb")
    #expect(typed([.backspace], into: "ab").text == "a")
    #expect(typed([.home, .delete], into: "ab").text == "b")
    #expect(typed([.control("w")], into: "attn  out ").text == "attn  ")
    #expect(typed([.control("u")], into: "ab").text == "")
    #expect(typed([.home, .arrow(.right), .control("k")], into: "abc").text == "a")
    #expect(typed([.paste("two\nlines")]).text == "two lines")
    #expect(typed([.backspace, .delete, .control("w"), .arrow(.left)]).text == "")
  }

  @Test func otherKeysAreLeftToOthers() {
    var prompt = Prompt(label: "/")
    let keys: [Key] = [.enter, .arrow(.up), .arrow(.left, .shift), .character("a")]
    #expect(keys.map { prompt.edit($0) } == [false, false, false, true])
  }

  @Test func theCursorStandsWhereTypingGoesOn() {
    let canvas = screen(Prompt(label: "/", text: "attention", problem: "no such matrix"), 30, 1)
    #expect(canvas.lines == ["/ attention  no such matrix"])
    #expect(canvas.cursor == Point(x: 11, y: 0))
  }

  @Test func aLongLineShowsWhatLeadsUpToTheCursor() {
    let canvas = screen(Prompt(label: "/", text: "attention"), 8, 1)
    #expect(canvas.lines == ["/ ntion"])
    #expect(canvas.cursor == Point(x: 7, y: 0))
    #expect(screen(typed([.home], into: "attention"), 8, 1).lines == ["/ attent"])
  }
}

@Suite struct FuzzyMatchTests {
  private func ranked(_ query: String, _ items: [String]) -> [String] {
    FuzzyMatch.rank(items, query: query, by: { $0 }).map(\.item)
  }

  @Test func lettersMustOccurInTheirOrder() {
    #expect(FuzzyMatch("mts", in: "methods")?.positions == [0, 2, 6])
    #expect(FuzzyMatch("stm", in: "methods") == nil)
    #expect(FuzzyMatch("methodss", in: "methods") == nil)
  }

  @Test func startsOfWordsArePreferred() {
    #expect(FuzzyMatch("sm", in: "show masks")?.positions == [0, 5])
    #expect(FuzzyMatch("ao", in: "attn_proj attn_out")?.positions == [0, 15])
    #expect(ranked("sm", ["smaller", "dismiss", "show masks"]).last == "dismiss")
  }

  @Test func neighboursBeatScatteredLetters() {
    #expect(ranked("log", ["long job", "toggle log scale"]).first == "toggle log scale")
    #expect(FuzzyMatch("log", in: "toggle log")?.positions == [7, 8, 9])
  }

  @Test func anUpperCaseLetterMatchesOnlyItself() {
    #expect(FuzzyMatch("NM", in: "method: N:M") != nil)
    #expect(FuzzyMatch("N", in: "random") == nil)
    #expect(FuzzyMatch("n", in: "N:M") != nil)
  }

  @Test func nothingTypedMatchesEverythingInOrder() {
    #expect(ranked("", ["b", "a"]) == ["b", "a"])
    #expect(ranked(" ", ["b", "a"]) == ["b", "a"])
  }

  @Test func theBeginningOfAWordBeatsAnArticle() {
    let titles = ["Zoom the panel", "One threshold for all matrices", "Choose a theme"]
    #expect(ranked("th", titles).last == "Zoom the panel")
  }

  @Test func theShorterOfTwoEqualMatchesComesFirst() {
    #expect(ranked("theme", ["theme of the terminal itself", "theme"]).first == "theme")
  }
}

@Suite struct PaletteListTests {
  private let palette = PaletteList(
    prompt: Prompt(label: ":", text: "sm"),
    items: [
      .init(title: "show masks", key: "M"),
      .init(title: "save mask", detail: "to a file", key: "s"),
      .init(title: "quit", key: "q"),
    ])

  @Test func matchedLettersAreEmphasised() {
    let canvas = screen(palette, 30, 4)
    #expect(
      canvas.lines == [
        ": sm", "▸show masks                 M", " save mask  to a file       s", "",
      ])
    #expect(
      canvas.styleLines[2]
        == "05/00×1 09/00+bu×1 05/00×4 09/00+bu×1 05/00×3 04/00×11 05/00×7 09/00+b×1 05/00×1")
    #expect(canvas.cursor == Point(x: 4, y: 0))
  }

  @Test func nothingThatMatchesIsSaid() {
    let none = PaletteList(prompt: Prompt(label: ":", text: "zz"), items: [.init(title: "quit")])
    #expect(screen(none, 20, 2).lines == [": zz", " nothing matches"])
  }
}
