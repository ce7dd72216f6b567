import Canvas
import Testing

@Suite struct PanelTests {
  @Test func theKeyAndTheTitleStandInTheTopLine() {
    let panel = Panel(
      key: "1", title: "layers", trailing: [Fragment("pruned", roles.muted)], isFocused: true)
    let canvas = screen(panel, 28, 3)
    #expect(
      canvas.lines == [
        "╭ 1 layers ─────── pruned ─╮",
        "│                          │",
        "╰──────────────────────────╯",
      ])
    #expect(
      canvas.styleLines == [
        "0D/00×1 05/00×1 09/00+b×2 05/00+b×7 0D/00×7 05/00×1 04/00×6 05/00×1 0D/00×2",
        "0D/00×1 05/00×26 0D/00×1",
        "0D/00×28",
      ])
  }

  @Test func whatDoesNotFitIsLeftOut() {
    let panel = Panel(key: "1", title: "layers", trailing: [Fragment("pruned", roles.muted)])
    #expect(screen(panel, 14, 2).lines == ["╭ 1 layers ──╮", "╰────────────╯"])
    #expect(screen(panel, 14, 2).styleLines[0] == "03/00×1 05/00×1 09/00+b×2 05/00×7 03/00×3")
    let long = Panel(key: "2", title: "magnitudes")
    #expect(screen(long, 12, 2, .ascii).lines == ["+ 2 magn~ -+", "+----------+"])
    #expect(screen(long, 12, 2, .block).lines == ["┌ 2 magn… ─┐", "└──────────┘"])
    #expect(screen(long, 2, 2).lines == ["╭╮", "╰╯"])
  }

  @Test func theInteriorIsInsideOfTheBorder() {
    let rect = Rect(x: 3, y: 2, width: 10, height: 4)
    #expect(Panel.interior(of: rect) == Rect(x: 4, y: 3, width: 8, height: 2))
    #expect(Panel.interior(of: Rect(x: 0, y: 0, width: 1, height: 1)).isEmpty)
  }
}

@Suite struct BarTests {
  @Test(arguments: [
    (0.0, "", "........"), (0.001, "▏", "-......."), (0.5, "████", "####...."),
    (0.9999, "███████▉", "#######-"), (1, "████████", "########"), (7, "████████", "########"),
    (-1, "", "........"),
  ])
  func onlyNothingIsEmptyAndOnlyAllIsFull(share: Double, blocks: String, ascii: String) {
    #expect(screen(Bar(share), 8, 1).lines == [blocks])
    #expect(screen(Bar(share), 8, 1, .ascii).lines == [ascii])
  }

  @Test func everyWidthKeepsTheEndsApart() {
    for width in 1...12 {
      for symbols in GraphSymbols.allCases {
        let lines = [0, 1e-9, 1 - 1e-9, 1].map { screen(Bar($0), width, 1, symbols).lines[0] }
        #expect(lines[0] != lines[1] && lines[2] != lines[3])
      }
    }
  }

  @Test func theTrackLiesBehindTheBar() {
    #expect(screen(Bar(0.5), 4, 1).styleLines == ["0D/01×4"])
    #expect(screen(Bar(0.5, hasTrack: false), 4, 1).styleLines == ["0D/00×4"])
  }
}

@Suite struct SliderTrackTests {
  @Test(arguments: [
    (0.0, "├●─────────┤", "[O---------]"), (0.5, "├━━━━━●────┤", "[=====O----]"),
    (1.0, "├━━━━━━━━━●┤", "[=========O]"),
  ])
  func theKnobStandsAtTheValue(value: Double, unicode: String, ascii: String) {
    #expect(screen(SliderTrack(value: value), 12, 1).lines == [unicode])
    #expect(screen(SliderTrack(value: value), 12, 1, .ascii).lines == [ascii])
  }

  @Test func theMousePutsTheKnobUnderItself() {
    let rect = Rect(x: 7, y: 0, width: 43, height: 1)
    for x in (rect.x + 1)..<(rect.maxX - 1) {
      #expect(SliderTrack.column(of: SliderTrack.value(at: x, in: rect), in: rect) == x)
    }
    #expect(SliderTrack.value(at: -100, in: rect) == 0)
    #expect(SliderTrack.value(at: 100, in: rect) == 1)
    #expect(SliderTrack.value(at: rect.x, in: rect) == 0)
    #expect(SliderTrack.value(at: rect.maxX - 2, in: rect) == 1)
  }
}

@Suite struct ListViewTests {
  private let rows = (0..<9).map { [Fragment("row \($0)", roles.text)] }

  @Test func theSelectionIsMarkedAndTheScrollbarTellsThePlace() {
    let canvas = screen(ListView(rows: rows, offset: 3, selection: 5), 10, 4)
    #expect(canvas.lines == [" row 3", " row 4", "▸row 5   ┃", " row 6"])
    #expect(canvas.styleLines[2] == "0A/02+b×1 05/02+b×8 0D/00×1")
    #expect(
      screen(ListView(rows: rows, offset: 3, selection: 5), 10, 4, .ascii).lines[2]
        == ">row 5   #")
  }

  @Test func withoutTheKeyboardTheSelectionIsOnlyAMark() {
    let canvas = screen(ListView(rows: rows, selection: 0, isFocused: false), 12, 9)
    #expect(canvas.lines[0] == "▸row 0")
    #expect(canvas.styleLines[0] == "04/00×1 05/00×11")
  }

  @Test func theOffsetMovesNoMoreThanItMust() {
    func offset(_ selection: Int?, _ previous: Int) -> Int {
      ListView.offset(keeping: selection, height: 4, count: 9, previous: previous)
    }
    #expect(offset(2, 0) == 0)
    #expect(offset(4, 0) == 1)
    #expect(offset(1, 3) == 1)
    #expect(offset(8, 0) == 5)
    #expect(offset(nil, 99) == 5)
    #expect(ListView.offset(keeping: 2, height: 0, count: 9, previous: 0) == 0)
    #expect(ListView.offset(keeping: 2, height: 9, count: 3, previous: 2) == 0)
  }

  @Test func aPlaceBelongsToItsRow() {
    let list = ListView(rows: rows, offset: 3)
    let rect = Rect(x: 2, y: 2, width: 9, height: 7)
    #expect(list.index(at: Point(x: 2, y: 2), in: rect) == 3)
    #expect(list.index(at: Point(x: 2, y: 8), in: rect) == nil)
    #expect(list.index(at: Point(x: 1, y: 2), in: rect) == nil)
  }

  @Test func onlyVisibleRowsAreMade() {
    var made: [Int] = []
    let list = ListView(count: 1_000_000, offset: 500) { index, width in
      made.append(index)
      return [Fragment(String(repeating: "x", count: width), roles.text)]
    }
    _ = screen(list, 10, 3)
    #expect(made == [500, 501, 502])
  }
}

@Suite struct ProgressBarTests {
  @Test func aShareAndItsPercentageAreShown() {
    #expect(
      screen(ProgressBar(share: 0.42, label: "evaluating"), 30, 1).lines
        == ["evaluating █████▌         42 %"])
    #expect(screen(ProgressBar(share: 0.999), 5, 1).lines == ["99 %"])
  }

  @Test func withoutAShareThereIsASignOfLife() {
    #expect(
      screen(ProgressBar(share: nil, label: "reading", tick: 3), 12, 1).lines == ["reading ⠸"])
    #expect(screen(ProgressBar(share: nil, tick: 4), 3, 1, .ascii).lines == ["|"])
  }
}

@Suite struct HelpSheetTests {
  private let help = HelpSheet(sections: [
    .init(
      title: "Sparsity",
      entries: [
        .init(keys: "← →", action: "one percent"), .init(keys: "PgUp", action: "ten percent"),
      ]),
    .init(title: "Panels", entries: [.init(keys: "z", action: "zoom")]),
  ])

  @Test func sectionsStandInAsManyColumnsAsFit() {
    #expect(
      screen(help, 44, 3).lines == [
        "Sparsity            Panels",
        "← →   one percent   z     zoom",
        "PgUp  ten percent",
      ])
    #expect(help.maxOffset(in: Rect(x: 0, y: 0, width: 44, height: 3)) == 0)
  }

  @Test func whatDoesNotFitScrolls() {
    var help = help
    #expect(
      screen(help, 20, 3).lines == [
        "Sparsity           ┃", "← →   one percent", "PgUp  ten percent",
      ])
    help.offset = 99
    #expect(
      screen(help, 20, 3).lines == ["", "Panels", "z     zoom         ┃"])
    #expect(help.maxOffset(in: Rect(x: 0, y: 0, width: 20, height: 3)) == 3)
  }
}

@Suite struct DialogTests {
  private let dialog = Dialog(
    title: "Overwrite?", message: ["The folder is not empty."],
    choices: [("y", "replace"), ("Esc", "keep")])

  @Test func aDialogIsAsSmallAsItsText() {
    let frame = dialog.frame(on: Rect(x: 0, y: 0, width: 80, height: 25))
    #expect(frame == Rect(x: 26, y: 10, width: 28, height: 5))
    #expect(
      screen(dialog, frame.width, frame.height).lines == [
        "╭ Overwrite? ──────────────╮",
        "│ The folder is not empty. │",
        "│                          │",
        "│ y replace   Esc keep     │",
        "╰──────────────────────────╯",
      ])
  }

  @Test func paragraphsAreWrappedAtBlanks() {
    #expect(
      Dialog.wrap(["one two three", "", "incomprehensible"], to: 7)
        == ["one two", "three", "", "incompr", "ehensib", "le"])
    #expect(Dialog.wrap(["日本語"], to: 1) == ["日", "本", "語"])
    #expect(Dialog.wrap(["words"], to: 0) == [])
  }
}
