import Canvas
import Testing

@Suite struct TicksTests {
  @Test func ticksAreRoundNumbers() {
    #expect(Ticks.nice(in: 0...97, limit: 6) == [0, 20, 40, 60, 80])
    #expect(Ticks.nice(in: 0...0.16, limit: 5) == [0, 0.05, 0.1, 0.15000000000000002])
    #expect(Ticks.nice(in: -1...1, limit: 5) == [-1, -0.5, 0, 0.5, 1])
    #expect(Ticks.nice(in: 3...3, limit: 5) == [3])
    #expect(Ticks.nice(in: 0...Double.infinity, limit: 5) == [])
  }

  @Test func thereAreNeverMoreThanAskedFor() {
    for exponent in -6...6 {
      for mantissa in [1.0, 1.7, 2.3, 4.9, 7.1, 9.9] {
        let top =
          mantissa
          * (0..<abs(exponent)).reduce(1.0) { value, _ in
            exponent < 0 ? value / 10 : value * 10
          }
        for limit in 2...9 {
          let ticks = Ticks.nice(in: 0...top, limit: limit)
          #expect((1...limit).contains(ticks.count))
        }
      }
    }
  }

  @Test func labelsShareTheirDecimals() {
    #expect(Ticks.labels([0, 0.05, 0.1]) == ["0.00", "0.05", "0.10"])
    #expect(Ticks.labels([0, 50, 100]) == ["0", "50", "100"])
  }

  @Test func aStableRangeDoesNotFollowSmallMoves() {
    #expect(Ticks.stable(9.7...96.4) == Ticks.stable(9.2...97.1))
    #expect(Ticks.stable(5...5) == 4...6)
  }

  @Test func countsAreGrouped() {
    #expect(Ticks.grouped(125_829) == "125 829")
    #expect(Ticks.grouped(999) == "999")
    #expect(Ticks.grouped(-1_000_000) == "-1 000 000")
  }
}

@Suite struct SparklineTests {
  private let values: [Double] = [0, 1, 4, 9, 16, 9, 4, 1, 0, 0, 0.1, 0]

  @Test func theShapeIsDrawnInEverySet() {
    #expect(screen(Sparkline(values), 6, 1).lines == ["⢀⣠⣧⣀ ⡀"])
    #expect(screen(Sparkline(values), 12, 1, .block).lines == [" ▁▂▅█▅▂▁  ▁"])
    #expect(screen(Sparkline(values), 12, 1, .ascii).lines == [" ..:#:..  ."])
  }

  @Test func fewerColumnsShowTheLargestOfEach() {
    #expect(screen(Sparkline(values), 3, 1, .block).lines == ["▅█▁"])
  }

  @Test func aCommonMaximumMakesRowsComparable() {
    #expect(screen(Sparkline([4, 8], maximum: 16), 2, 1, .block).lines == ["▂▄"])
  }
}

@Suite struct HistogramTests {
  private let counts = [
    1, 3, 8, 20, 40, 60, 70, 72, 64, 50, 36, 24, 15, 9, 5, 3, 2, 1, 1, 0, 0, 1, 0, 0,
  ]
  private var histogram: Histogram { Histogram(counts: counts, range: 0...0.12, threshold: 0.03) }

  @Test func whatIsPrunedDiffersInGlyphAndColor() {
    let canvas = screen(histogram, 24, 6, .block)
    #expect(
      canvas.lines == [
        "     .│█▄             72",
        "     ░│██▄",
        "    ░░│███▄",
        "   :░░│████▅",
        "..:░░░│██████▅▃▂▁▁▁  ▁",
        "0   0.03             |w|",
      ])
    #expect(
      canvas.styleLines[3...] == [
        "05/00×3 04/00×3 0A/00+b×1 0D/00×5 05/00×12",
        "04/00×6 0A/00+b×1 0D/00×12 05/00×2 0D/00×1 05/00×2",
        "04/00×1 05/00×3 0A/00+b×4 05/00×13 04/00×3",
      ])
  }

  @Test func asciiTellsThemApartToo() {
    #expect(
      screen(histogram, 24, 6, .ascii, .mono).lines == [
        "     .|#:             72",
        "     :|##:",
        "    ::|###:",
        "   .::|####|",
        "...:::|######|.....  .",
        "0   0.03             |w|",
      ])
  }

  @Test func brailleShowsTwoColumnsToACell() {
    #expect(Histogram.columns(in: Rect(x: 0, y: 0, width: 12, height: 5), symbols: .braille) == 24)
    #expect(
      screen(histogram, 12, 5).lines == [
        "  ⢀│⡄     72",
        "  ⢐│⣷",
        "  ⢕│⣿⣇",
        "⢀⢔⢕│⣿⣿⣦⣀⣀⡀⢀",
        " 0.03    |w|",
      ])
  }

  @Test func theLogScaleShowsTheTail() {
    var histogram = histogram
    histogram.isLogarithmic = true
    #expect(
      screen(histogram, 24, 6, .block).lines == [
        "    :░│█▇▅▂           72",
        "   :░░│████▆▂",
        "  :░░░│██████▅▁",
        " :░░░░│████████▅▂",
        "░░░░░░│██████████▆▆  ▆",
        "0   0.03             |w|",
      ])
  }

  @Test func thresholdsAtTheEndsPruneNothingAndEverything() {
    var histogram = histogram
    histogram.threshold = 0
    #expect(!screen(histogram, 24, 6, .block).text.contains("░"))
    histogram.threshold = 0.12
    #expect(!screen(histogram, 24, 6, .block).text.contains("█"))
    histogram.threshold = nil
    #expect(!screen(histogram, 24, 6, .block).text.contains("│"))
  }

  @Test func nothingToDrawIsSaid() {
    #expect(
      screen(Histogram(counts: [0, 0], range: 0...1), 20, 3).lines == [
        "", "  nothing to draw", "",
      ])
  }
}
