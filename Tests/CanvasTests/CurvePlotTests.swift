import Canvas
import Testing

@Suite struct CurvePlotTests {
  private let points: [CurvePlot.Point] = [
    .init(x: 0, y: 97), .init(x: 0.25, y: 97), .init(x: 0.5, y: 96),
    .init(x: 0.75, y: 70, interval: 55...85, state: .running),
  ]
  private var plot: CurvePlot {
    CurvePlot(
      series: [
        .init(
          points: points, predicted: [.init(x: 0.75, y: 70), .init(x: 1, y: 10)],
          marker: .init(x: 0.55, interval: 0.5...0.6, label: "essential 55 ±5 %"))
      ], cursor: 0.6, baseline: 97, tolerance: 1)
  }

  @Test func aSmallPlotIsLegible() {
    #expect(
      screen(plot, 36, 5).lines == [
        "100 ┤●⠉⠉⠉⠉⠉⠉●⠉⠉⠑⠒⠒⠒●⠤⠤⣀⡀··⡄·······",
        "    │                 ┊⠈⠉⠑○⢄",
        " 50 ┤                 ┊      ⠢⢄",
        "  0 ┤              ╼▲━┊         ⠒⠄",
        "     0     25     50     75    100 %",
      ])
  }

  @Test func measuredRunningAndPredictedDifferInGlyphAndColor() {
    let canvas = screen(plot, 44, 12)
    #expect(
      canvas.lines == [
        "100 ┤●⠒⠒⠒⠒⠒⠒⠒⠒●⠒⠒⠒⠢⠤⠤⠤⠤●⡀·┊···············",
        "    │                   ⠈⠑⠢⢄    ⡄",
        "    │                     ┊ ⠉⠒⠤⣀⡇",
        "    │                     ┊     ○⡄",
        "    │                     ┊     ⠇ ⢠",
        " 50 ┤                     ┊        ⠑",
        "    │                     ┊         ⠈⠢⡀",
        "    │                     ┊            ⢄",
        "    │                     ┊             ⠃",
        "  0 ┤                     ┊",
        "    └┬──────┬──────┬───╼━▲╾───────┬──────┬",
        "     0     20     40     60      80    100 %",
      ])
    #expect(
      canvas.styleLines[2]
        == "05/00×4 03/00×1 05/00×18 05/01×3 0A/01+b×1 05/00×1 0D/00×5 05/00×11")
    #expect(canvas.styleLines[10] == "05/00×4 03/00×19 0E/00+b×4 03/00×15 05/00×2")
  }

  @Test func blocksAndAsciiDrawSteps() {
    #expect(
      screen(plot, 44, 12, .block).lines == [
        "100 ┤●────────●────────●─╮┊···············",
        "    │                    ╰──╮   ╎",
        "    │                     ┊ ╰───╮",
        "    │                     ┊     ○┄╮",
        "    │                     ┊     ╎ ╰╮",
        " 50 ┤                     ┊        ╰┄╮",
        "    │                     ┊          ╰┄╮",
        "    │                     ┊            ╰╮",
        "    │                     ┊             ╰┄",
        "  0 ┤                     ┊",
        "    └┬──────┬──────┬───╼━▲╾───────┬──────┬",
        "     0     20     40     60      80    100 %",
      ])
    #expect(
      screen(plot, 44, 12, .ascii, .mono).lines == [
        "100 +*--------*--------*-.|. .. .. .. .. .",
        "    |                    '--.   |",
        "    |                     | '---.",
        "    |                     |     o-.",
        "    |                     |     | '.",
        " 50 +                     |        '-.",
        "    |                     |          '-.",
        "    |                     |            '.",
        "    |                     |             '-",
        "  0 +                     |",
        "    ++------+------+---[=^]-------+------+",
        "     0     20     40     60      80    100 %",
      ])
  }

  @Test func aPointOfFewExamplesIsNoPartOfTheLine() {
    let begun = CurvePlot(
      series: [
        .init(points: [
          .init(x: 0, y: 90), .init(x: 0.5, y: 20, state: .begun), .init(x: 1, y: 80),
        ])
      ])
    #expect(begun.visibleRange.lowerBound >= 80)
    let lines = screen(begun, 30, 6, .ascii, .mono).lines
    #expect(lines.filter { $0.contains("o") }.count == 1, "its sign, at the edge of the range")
    #expect(lines[lines.count - 2].contains(" o "), "nothing leads there")
    #expect(begun.legend(look: Appearance()).map(\.text).joined() == "● measured  ○ running")
  }

  @Test(arguments: 4...24) func labelsOfTheVerticalAxisStandEvenly(rows: Int) {
    let plot = CurvePlot(series: [.init(points: [.init(x: 0, y: 80), .init(x: 1, y: 50)])])
    let lines = screen(plot, 60, rows + 2).lines
    let labelled = lines.indices.filter { lines[$0].contains("┤") }
    let gaps = zip(labelled.dropFirst(), labelled).map { $0 - $1 }
    guard gaps.count > 2, let least = gaps.min(), let most = gaps.max() else { return }
    #expect(most == least || (most == least + 1 && least >= 2))
  }

  @Test func seriesDifferInMarkerStrokeAndColor() {
    var two = plot
    two.series = [
      .init(name: "magnitude", points: points, marker: .init(x: 0.5, label: "50 %")),
      .init(name: "random", points: [.init(x: 0, y: 97), .init(x: 1, y: 10)]),
    ]
    let canvas = screen(two, 44, 9, .block)
    #expect(
      canvas.lines[...6] == [
        "100 ┤●────────●────────●───╮··············",
        "    │    ╰╌╌╌╌╌╌╮         ┊╰────╮",
        "    │           ╰╌╌╌╌╌╮   ┊     ○",
        " 50 ┤                 ╰╌╌╌╌╌╮   ╎",
        "    │                     ┊ ╰╌╌╌╌╌╮",
        "    │                     ┊       ╰╌╌╌╌╌╌╮",
        "  0 ┤                     ┊              ■",
      ])
    #expect(canvas.lines[7].contains("▲"))
    #expect(canvas[41, 6].style.foreground == .slot(0x09))
    #expect(
      two.legend(look: Appearance()).map(\.text).joined()
        == "● magnitude 50 %  ■ random  ○ running")
  }

  @Test func theLegendNamesOnlyWhatIsThere() {
    let look = Appearance()
    #expect(
      plot.legend(look: look).map(\.text).joined()
        == "● measured  ○ running  ┄ predicted  ▲ essential 55 ±5 %")
    let bare = CurvePlot(series: [.init(points: [.init(x: 0, y: 1)])])
    #expect(bare.legend(look: look).map(\.text).joined() == "● measured")
    #expect(CurvePlot(series: []).legend(look: look).isEmpty)
  }

  @Test func anEmptyPlotHasAxesAndSaysSo() {
    #expect(
      screen(CurvePlot(series: [.init(points: [])]), 30, 5, .block).lines == [
        "100 ┤",
        "    │",
        " 50 ┤ nothing measured yet",
        "  0 ┤",
        "     0         50        100 %",
      ])
  }

  @Test func theRangeStaysWithinItsLimitsAndDoesNotFlutter() {
    func range(_ last: Double) -> ClosedRange<Double> {
      CurvePlot(
        series: [.init(points: [.init(x: 0, y: 99), .init(x: 1, y: last)])], yLimits: 0...100
      ).visibleRange
    }
    #expect(range(9.8) == 0...100)
    #expect(range(9.8) == range(12.3))
    #expect(range(2) == 0...100)
  }
}

@Suite struct HeatMapTests {
  private let map = HeatMap(
    rows: ["block 0", "block 1", "block 2"], columns: ["q", "k", "in"],
    values: [[0.1, 0.5, 1], [nil, 0, 0.62], [0.3, 0.4, 0.5]], highlighted: (1, 2))

  @Test func valuesAreNumbersOnTheirColor() {
    let canvas = screen(map, 24, 4)
    #expect(
      canvas.lines == [
        "            q    k   in",
        "block 0   10   50  100",
        "block 1         0  [62]",
        "block 2   30   40   50",
      ])
    #expect(
      canvas.styleLines[2]
        == "05/00+b×7 05/00×6 #d7dce4/#1f2732×5 #ffffff/#4b749c+b×5 05/00×1")
  }

  @Test func withoutColorsShadesStandBesideTheNumbers() {
    #expect(
      screen(map, 24, 4, .ascii, .mono).lines == [
        "            q    k   in",
        "block 0 . 10 : 50 #100",
        "block 1         0  [62]",
        "block 2 . 30 : 40 : 50",
      ])
  }

  @Test func narrowCellsKeepTheirColorOrShade() {
    #expect(
      screen(map, 14, 4, .ascii, .mono).lines == [
        "       q  k in", "blo~  10 50###", "blo~      0 62", "blo~  30 40 50",
      ])
    #expect(screen(map, 8, 2, .block, .mono).lines == ["b… ░▒█", "b…   ▒"])
  }

  @Test func theHighlightedRowIsScrolledTo() {
    var map = map
    map.highlighted = (2, 0)
    #expect(screen(map, 24, 2).lines == ["block 1         0   62", "block 2  [30]  40   50"])
  }

  @Test func aPlaceBelongsToItsCell() {
    let rect = Rect(x: 1, y: 1, width: 24, height: 4)
    let cell = map.cell(at: Point(x: 1 + 8 + 5, y: 3), in: rect)
    #expect(cell?.row == 1 && cell?.column == 1)
    #expect(map.cell(at: Point(x: 2, y: 3), in: rect) == nil)
  }
}

@Suite struct DensityMapTests {
  private let map = DensityMap(
    densities: [0, 0.25, 0.5, 1, 1, 0.5, 0.25, 0], rows: 2, columns: 4)

  @Test func halfBlocksDoubleTheRowsWhereColorsAllow() {
    let canvas = screen(map, 4, 1)
    #expect(canvas.lines == ["▀▀▀▀"])
    #expect(
      canvas.styleLines == [
        "#1f2732/#66a2db×1 #31465c/#436587×1 #436587/#31465c×1 #66a2db/#1f2732×1"
      ])
    let rect = Rect(x: 0, y: 0, width: 10, height: 4)
    #expect(DensityMap.resolution(in: rect, look: Appearance()) == (6, 10))
    #expect(DensityMap.resolution(in: rect, look: Appearance(depth: .mono)) == (3, 10))
  }

  @Test func shadesAndALegendStandInForColors() {
    #expect(
      screen(map, 26, 5, .block, .mono).lines == [
        "       ░░░░░░▒▒▒▒▒▒▒██████",
        "       ░░░░░░▒▒▒▒▒▒▒██████",
        "███████▒▒▒▒▒▒░░░░░░░",
        "███████▒▒▒▒▒▒░░░░░░░",
        "0 %  ░▒▓█ 100 % pruned",
      ])
    #expect(screen(map, 4, 2, .ascii, .mono).lines == [" .:#", "#:."])
  }

  @Test func aSmallerDrawingShowsMeans() {
    #expect(screen(map, 1, 1, .ascii, .mono).lines == [":"])
  }
}
