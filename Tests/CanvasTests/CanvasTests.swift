import Canvas
import Testing

@Suite struct CanvasTests {
  private let red = Style(.slot(0x08))

  @Test func textIsClippedOnAllSides() {
    var canvas = Canvas(size: Size(width: 4, height: 2))
    canvas.put("abcdef", x: -2, y: 0)
    canvas.put("xyz", x: 2, y: 1)
    canvas.put("no", x: 0, y: 2)
    canvas.put("no", x: 0, y: -1)
    #expect(canvas.lines == ["cdef", "  xy"])
  }

  @Test func textStopsAtItsWidth() {
    var canvas = Canvas(size: Size(width: 8, height: 1))
    #expect(canvas.put("日本語", x: 0, y: 0, maxWidth: 5) == 4)
    #expect(canvas.lines == ["日本"])
  }

  @Test func aWideCharacterAtTheEdgeLeavesABlank() {
    var canvas = Canvas(size: Size(width: 3, height: 1))
    canvas.put("a日b", x: -2, y: 0)
    canvas.put("語", x: 2, y: 0)
    #expect(canvas.lines == [" b"])
  }

  @Test func halfOfAWideCharacterDoesNotSurvive() {
    var canvas = Canvas(size: Size(width: 6, height: 1))
    canvas.put("日本語", x: 0, y: 0)
    canvas.put("x", x: 1, y: 0)
    canvas.put("y", x: 2, y: 0)
    #expect(canvas.lines == [" xy 語"])
    canvas.put("界", x: 3, y: 0)
    #expect(canvas.lines == [" xy界"])
  }

  @Test func noEscapeSequenceGetsThrough() {
    var canvas = Canvas(size: Size(width: 40, height: 1))
    canvas.put("a\u{1b}[2Jb\r\nc\td\u{7f}\u{9b}\u{202e}\u{2028}e\u{301}\u{0}", x: 0, y: 0)
    #expect(canvas.lines == ["a?[2Jb?c?d????e\u{301}?"])
    for cell in canvas.row(0) {
      for scalar in cell.character.unicodeScalars {
        #expect(scalar.value >= 0x20 && !(0x7f...0x9f).contains(scalar.value))
      }
    }
  }

  @Test func clustersThatTerminalsDisagreeAboutAreReduced() {
    #expect(DisplayWidth.of("👨‍👩‍👧") == 2)
    #expect(DisplayWidth.of("e\u{301}") == 1)
    #expect(DisplayWidth.of("●▲⣿█ｗ한") == 8)
    let marks = Character("e" + String(repeating: "\u{301}", count: 30))
    #expect(DisplayWidth.drawable(marks).character.unicodeScalars.count == 5)
    #expect(DisplayWidth.drawable("👨‍👩‍👧").character == "👨")
  }

  @Test func textIsTruncatedWithAnEllipsis() {
    #expect("magnitudes".truncated(to: 10) == "magnitudes")
    #expect("magnitudes".truncated(to: 5) == "magn…")
    #expect("日本語".truncated(to: 4) == "日…")
    #expect("abc".truncated(to: 0) == "")
  }

  @Test func drawingStaysInsideTheClip() {
    var canvas = Canvas(size: Size(width: 6, height: 3))
    canvas.clipped(to: Rect(x: 1, y: 1, width: 3, height: 1)) { canvas in
      canvas.fill(canvas.bounds, with: "#")
      canvas.clipped(to: Rect(x: 3, y: 0, width: 9, height: 9)) { $0.put("....", x: 0, y: 1) }
    }
    #expect(canvas.lines == ["", " ##.", ""])
    canvas.put("z", x: 5, y: 2)
    #expect(canvas.lines[2] == "     z")
  }

  @Test func nothingDrawsOnAnEmptyCanvas() {
    var canvas = Canvas(size: Size(width: -4, height: 0))
    canvas.put("text", x: 0, y: 0)
    canvas.fill(Rect(x: 0, y: 0, width: 9, height: 9), with: "#")
    canvas[0, 0] = Cell("x")
    #expect(canvas.lines.isEmpty)
    #expect(canvas[3, 3] == .blank)
  }

  @Test func anAbsurdSizeIsCut() {
    #expect(Canvas(size: Size(width: .max, height: 1)).size.width == 2000)
  }

  @Test func styleLinesGroupNeighbours() {
    var canvas = Canvas(size: Size(width: 6, height: 1))
    canvas.put("ab", x: 1, y: 0, style: Style(.slot(0x0d), on: .slot(0x02), [.bold, .underline]))
    canvas.put("c", x: 3, y: 0, style: Style(.rgb(RGB(hex: 0x7cafc2)), .reverse))
    #expect(canvas.styleLines == ["-×1 0D/02+bu×2 #7cafc2+r×1 -×2"])
  }
}

@Suite struct CanvasChangesTests {
  private let red = Style(.slot(0x08))

  private func canvas(_ text: String, style: Style = Style()) -> Canvas {
    var canvas = Canvas(size: Size(width: 8, height: 2))
    canvas.put(text, x: 0, y: 0, style: style)
    return canvas
  }

  @Test func equalFramesNeedNothing() {
    #expect(canvas("same").changes(from: canvas("same")).isEmpty)
  }

  @Test func onlyWhatDiffersIsInARun() {
    #expect(
      canvas("abXYef").changes(from: canvas("abcdef"))
        == [Canvas.Run(x: 2, y: 0, text: "XY", style: Style(), width: 2)])
  }

  @Test func aRunEndsWhereTheStyleDoes() {
    var new = canvas("abcd")
    new.put("XY", x: 1, y: 0, style: red)
    new.put("Z", x: 3, y: 0)
    #expect(
      new.changes(from: canvas("abcd")) == [
        Canvas.Run(x: 1, y: 0, text: "XY", style: red, width: 2),
        Canvas.Run(x: 3, y: 0, text: "Z", style: Style(), width: 1),
      ])
  }

  @Test func aChangeOfStyleAloneIsAChange() {
    #expect(canvas("a", style: red).changes(from: canvas("a")).map(\.text) == ["a"])
  }

  @Test func wideCharactersStayWhole() {
    let runs = canvas("日本").changes(from: canvas("ab"))
    #expect(runs == [Canvas.Run(x: 0, y: 0, text: "日本", style: Style(), width: 4)])
    #expect(canvas("ab").changes(from: canvas("日本")).map(\.text) == ["ab  "])
  }

  @Test func anotherSizeChangesEverything() {
    let runs = canvas("a").changes(from: Canvas(size: Size(width: 7, height: 2)))
    #expect(runs.map(\.width) == [8, 8])
    #expect(canvas("a").changes(from: nil).count == 2)
  }

  @Test func runsTurnOneFrameIntoTheOther() {
    var generator = SplitMix(state: 1)
    let letters: [String] = ["a", "b", "日", " ", "é"]
    for _ in 0..<200 {
      func random() -> Canvas {
        var canvas = Canvas(size: Size(width: 9, height: 2))
        for _ in 0..<12 {
          canvas.put(
            letters.randomElement(using: &generator)!, x: .random(in: -1...9, using: &generator),
            y: .random(in: 0...1, using: &generator),
            style: Bool.random(using: &generator) ? red : Style())
        }
        return canvas
      }
      let (old, new) = (random(), random())
      var rebuilt = old
      for run in new.changes(from: old) {
        rebuilt.put(run.text, x: run.x, y: run.y, style: run.style)
      }
      #expect(rebuilt.lines == new.lines)
      #expect(rebuilt.changes(from: new).isEmpty)
    }
  }
}

/// A small generator that gives the same numbers in every run.
/// Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014.
private struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}
