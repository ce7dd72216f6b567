import Foundation

/// How often magnitudes occur, with what lies below a threshold set apart by glyph and colour.
package struct Histogram: Widget {
  /// One count per column of equal width; ask `columns(in:symbols:)` how many fit.
  package var counts: [Int]
  /// The values at the left edge of the first column and at the right edge of the last.
  package var range: ClosedRange<Double>
  /// Columns below it are drawn as pruned, and a line stands at it.
  package var threshold: Double?
  /// Heights by log(1 + count) rather than by count.
  package var isLogarithmic: Bool
  /// What the axis counts, at its right end.
  package var xLabel: String
  /// Shown where there is nothing to draw.
  package var emptyText: String

  package init(
    counts: [Int], range: ClosedRange<Double>, threshold: Double? = nil,
    isLogarithmic: Bool = false, xLabel: String = "|w|", emptyText: String = "nothing to draw"
  ) {
    self.counts = counts
    self.range = range
    self.threshold = threshold
    self.isLogarithmic = isLogarithmic
    self.xLabel = xLabel
    self.emptyText = emptyText
  }

  /// How many counts a rectangle has room for.
  package static func columns(in rect: Rect, symbols: GraphSymbols) -> Int {
    symbols == .braille ? 2 * rect.width : rect.width
  }

  package func draw(in rect: Rect, on canvas: inout Canvas, look: Appearance) {
    canvas.fill(rect, style: look.roles.text)
    guard let largest = counts.max(), largest > 0 else {
      let text = emptyText.truncated(to: rect.width, ellipsis: look.symbols.symbol(.ellipsis))
      canvas.put(
        text, x: rect.x + (rect.width - DisplayWidth.of(text)) / 2, y: rect.y + rect.height / 2,
        style: look.roles.muted)
      return
    }
    let (plot, axis) = rect.splitBottom(rect.height >= 3 ? 1 : 0)
    drawBars(in: plot, largest: largest, on: &canvas, look: look)
    drawMaximum(in: plot, largest: largest, on: &canvas, look: look)
    let line = thresholdColumn(in: plot)
    if let line {
      for y in plot.rows {
        canvas.set(look.symbols.symbol(.vertical), x: line, y: y, style: look.roles.level)
      }
    }
    drawAxis(in: axis, thresholdColumn: line, on: &canvas, look: look)
  }

  /// The height of a column as a share of the plot's.
  private func share(_ count: Int, largest: Int) -> Double {
    isLogarithmic
      ? log(1 + Double(count)) / log(1 + Double(largest)) : Double(count) / Double(largest)
  }

  private func drawBars(
    in plot: Rect, largest: Int, on canvas: inout Canvas, look: Appearance
  ) {
    let perCell = look.symbols == .braille ? 2 : 1
    let stepsPerRow = look.symbols == .braille ? 4 : look.symbols.bars.count - 1
    let columns = plot.width * perCell
    let all = plot.height * stepsPerRow
    let levels = (0..<columns).map { column -> Int in
      // Counts for another width than this are spread or gathered rather than cut off.
      let first = column * counts.count / columns
      let last = max(first + 1, (column + 1) * counts.count / columns)
      let count = counts[first..<min(last, counts.count)].max() ?? 0
      guard count > 0 else { return 0 }
      return min(max(Int((share(count, largest: largest) * Double(all)).rounded()), 1), all)
    }
    for (index, x) in plot.columns.enumerated() {
      let isPruned = isPruned(column: index, of: plot.width)
      for (line, y) in plot.rows.enumerated() {
        let base = (plot.height - 1 - line) * stepsPerRow
        let steps = (0..<perCell).map {
          min(max(levels[index * perCell + $0] - base, 0), stepsPerRow)
        }
        guard steps.contains(where: { $0 > 0 }) else { continue }
        canvas.set(
          isPruned
            ? Self.prunedGlyph(steps, of: stepsPerRow, symbols: look.symbols)
            : Self.keptGlyph(steps, symbols: look.symbols),
          x: x, y: y, style: isPruned ? look.roles.pruned : look.roles.kept)
      }
    }
  }

  private static func keptGlyph(_ steps: [Int], symbols: GraphSymbols) -> Character {
    symbols == .braille ? symbols.pair(steps[0], steps[1]) : symbols.bars[steps[0]]
  }

  /// The same height in a texture: what is pruned is still there to be seen, but does not count.
  private static func prunedGlyph(
    _ steps: [Int], of full: Int, symbols: GraphSymbols
  ) -> Character {
    switch symbols {
    case .braille:
      let bits = Braille.leftBars[steps[0]] | Braille.rightBars[steps[1]]
      let texture = bits & Braille.halftone
      // A single dot that the texture would take away stays.
      return Braille.character(texture == 0 ? bits : texture)
    case .block: return steps[0] * 3 > full * 2 ? "░" : steps[0] * 3 > full ? ":" : "."
    case .ascii: return steps[0] * 2 > full ? ":" : "."
    }
  }

  private func position(of value: Double, width: Int) -> Double {
    let length = range.upperBound - range.lowerBound
    return length > 0 ? (value - range.lowerBound) / length * Double(width) : 0
  }

  private func isPruned(column: Int, of width: Int) -> Bool {
    threshold.map { Double(column) < position(of: $0, width: width).rounded() } ?? false
  }

  private func thresholdColumn(in plot: Rect) -> Int? {
    guard let threshold, threshold.isFinite, range.contains(threshold), plot.width > 0 else {
      return nil
    }
    let column = Int(position(of: threshold, width: plot.width).rounded())
    return plot.x + min(max(column, 0), plot.width - 1)
  }

  /// The largest count, at the end of the top line that the bars leave free.
  private func drawMaximum(
    in plot: Rect, largest: Int, on canvas: inout Canvas, look: Appearance
  ) {
    let text = Ticks.grouped(largest)
    guard plot.height >= 3, plot.width >= text.count + 8 else { return }
    let isRightFree = (plot.maxX - text.count - 1..<plot.maxX).allSatisfy {
      canvas[$0, plot.y].character == " "
    }
    canvas.put(
      text, x: isRightFree ? plot.maxX - text.count : plot.x, y: plot.y, style: look.roles.muted)
  }

  private func drawAxis(
    in axis: Rect, thresholdColumn: Int?, on canvas: inout Canvas, look: Appearance
  ) {
    guard !axis.isEmpty else { return }
    var labels = AxisLabels(rect: axis)
    if let thresholdColumn, let threshold {
      labels.put(
        String(format: "%.3g", threshold), at: thresholdColumn, style: look.roles.level,
        on: &canvas)
    }
    labels.putLast(xLabel, style: look.roles.muted, on: &canvas)
    let ticks = Ticks.nice(in: range, limit: max(2, axis.width / 10))
    for (tick, label) in zip(ticks, Ticks.labels(ticks)) {
      let column = Int(position(of: tick, width: axis.width - 1).rounded())
      labels.put(label, at: axis.x + column, style: look.roles.muted, on: &canvas)
    }
  }
}
