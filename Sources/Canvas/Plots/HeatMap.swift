/// Shares by row and column, such as the sparsity of each kind of matrix in each block.
package struct HeatMap: Widget {
  package var rows: [String]
  package var columns: [String]
  /// 0 … 1 by row and column; nil where there is nothing.
  package var values: [[Double?]]
  /// The cell that is looked at.
  package var highlighted: (row: Int, column: Int)?

  package init(
    rows: [String], columns: [String], values: [[Double?]],
    highlighted: (row: Int, column: Int)? = nil
  ) {
    self.rows = rows
    self.columns = columns
    self.values = values
    self.highlighted = highlighted
  }

  /// Where the parts stand: cells are as wide as the room allows, up to eight columns.
  private struct Grid {
    let labelWidth: Int
    let cellWidth: Int
    let header: Rect
    let body: Rect
    let firstRow: Int

    init(_ map: HeatMap, in rect: Rect) {
      let widest = map.rows.map(DisplayWidth.of).max() ?? 0
      labelWidth = min(widest, rect.width / 3)
      let left = labelWidth > 0 ? labelWidth + 1 : 0
      cellWidth = min(max(1, (rect.width - left) / max(1, map.columns.count)), 8)
      (header, body) = rect.splitTop(rect.height >= 3 ? 1 : 0)
      firstRow = ListView.offset(
        keeping: map.highlighted?.row, height: body.height, count: map.rows.count, previous: 0)
    }

    func cell(line: Int, column: Int) -> Rect {
      let left = body.x + (labelWidth > 0 ? labelWidth + 1 : 0)
      return Rect(x: left + column * cellWidth, y: body.y + line, width: cellWidth, height: 1)
        .intersection(body)
    }
  }

  /// The cell under a place, for the mouse.
  package func cell(at point: Point, in rect: Rect) -> (row: Int, column: Int)? {
    let grid = Grid(self, in: rect)
    for line in 0..<min(grid.body.height, rows.count - grid.firstRow) {
      for column in columns.indices where grid.cell(line: line, column: column).contains(point) {
        return (grid.firstRow + line, column)
      }
    }
    return nil
  }

  package func draw(in rect: Rect, on canvas: inout Canvas, look: Appearance) {
    canvas.fill(rect, style: look.roles.text)
    let grid = Grid(self, in: rect)
    let ellipsis = look.symbols.symbol(.ellipsis)
    if !grid.header.isEmpty {
      for (column, label) in columns.enumerated() {
        let place = grid.cell(line: 0, column: column)
        let shown = label.truncated(to: max(0, grid.cellWidth - 1), ellipsis: ellipsis)
        let style = column == highlighted?.column ? look.roles.heading : look.roles.muted
        canvas.put(
          shown, x: place.maxX - DisplayWidth.of(shown), y: grid.header.y, style: style,
          maxWidth: grid.header.maxX - place.x)
      }
    }
    for line in 0..<min(grid.body.height, rows.count - grid.firstRow) {
      let row = grid.firstRow + line
      let label = rows[row].truncated(to: grid.labelWidth, ellipsis: ellipsis)
      let style = row == highlighted?.row ? look.roles.heading : look.roles.muted
      canvas.put(label, x: grid.body.x, y: grid.body.y + line, style: style)
      for column in columns.indices {
        guard row < values.count, column < values[row].count, let value = values[row][column]
        else { continue }
        let isHighlighted = highlighted.map { $0.row == row && $0.column == column } ?? false
        draw(
          value, in: grid.cell(line: line, column: column), isHighlighted: isHighlighted,
          on: &canvas, look: look)
      }
    }
  }

  private func draw(
    _ value: Double, in cell: Rect, isHighlighted: Bool, on canvas: inout Canvas, look: Appearance
  ) {
    guard !cell.isEmpty else { return }
    let style: Style
    if look.showsGradients {
      let color = look.theme.mapColor(value)
      style = Style(look.theme.ink(on: color), on: color)
    } else {
      style = Style(look.theme.gradient(value), on: .slot(0x00))
    }
    let number = "\(Int((min(max(value.isNaN ? 0 : value, 0), 1) * 100).rounded()))"
    // Brackets where there is room for them: a reversed cell reads as one that is missing.
    let hasBrackets = isHighlighted && cell.width >= number.count + 2
    let shown = isHighlighted ? style.adding(hasBrackets ? .bold : [.bold, .reverse]) : style
    canvas.fill(cell, style: shown)
    // Without colours behind them, numbers that touch could not be told apart.
    guard cell.width >= (look.showsGradients || number.count < 3 ? 3 : 4) else {
      if !look.showsGradients {
        canvas.fill(cell, with: Self.shade(value, look.symbols), style: shown)
      }
      return
    }
    let end = cell.maxX - (cell.width >= 4 ? 1 : 0)
    canvas.put(number, x: end - number.count, y: cell.y, style: shown)
    if hasBrackets {
      canvas.set("[", x: end - number.count - 1, y: cell.y, style: shown)
      canvas.set("]", x: end, y: cell.y, style: shown)
    } else if !look.showsGradients && cell.width >= 5 {
      canvas.set(Self.shade(value, look.symbols), x: cell.x, y: cell.y, style: shown)
    }
  }

  private static func shade(_ value: Double, _ symbols: GraphSymbols) -> Character {
    let steps = symbols.shades
    return steps[Bar.steps(of: value, width: 1, perCell: steps.count - 1)]
  }
}
