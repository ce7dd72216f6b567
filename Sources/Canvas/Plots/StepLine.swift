/// A curve of box-drawing characters: one row per column, joined by corners.
struct StepLine {
  let symbols: GraphSymbols
  /// The horizontal stroke, which tells series apart.
  let stroke: Character

  /// Draws through points given in dots, 2 × 4 to a cell, from left to right.
  func draw(
    _ points: [(x: Int, y: Int)], _ frame: PlotFrame, on canvas: inout Canvas, style: Style
  ) {
    var earlier: Int?
    for (x, row) in rows(through: points) {
      let column = frame.plot.x + x
      let from = earlier ?? row
      earlier = row
      guard from != row else {
        canvas.stamp(stroke, x: column, y: frame.plot.y + row, style: style)
        continue
      }
      let falls = row > from
      let corners: (upper: Character, lower: Character) =
        symbols == .ascii ? (".", "'") : falls ? ("╮", "╰") : ("╭", "╯")
      canvas.stamp(corners.upper, x: column, y: frame.plot.y + min(from, row), style: style)
      canvas.stamp(corners.lower, x: column, y: frame.plot.y + max(from, row), style: style)
      for y in (min(from, row) + 1)..<max(from, row) {
        canvas.stamp(
          symbols.symbol(.vertical), x: column, y: frame.plot.y + y, style: style)
      }
    }
  }

  /// The row of each column from the first point to the last.
  private func rows(through points: [(x: Int, y: Int)]) -> [(x: Int, row: Int)] {
    var rows: [(x: Int, row: Int)] = []
    for (start, end) in zip(points, points.dropFirst()) {
      for column in (start.x / 2)...(end.x / 2) {
        let length = end.x - start.x
        let share =
          length > 0 ? Double(min(max(2 * column - start.x, 0), length)) / Double(length) : 1
        let dot = Double(start.y) + Double(end.y - start.y) * share
        let row = Int(dot.rounded()) / 4
        if rows.last?.x == column { rows.removeLast() }
        rows.append((column, row))
      }
    }
    return rows
  }
}
