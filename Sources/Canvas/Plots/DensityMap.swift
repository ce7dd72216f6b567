/// Where in a matrix the pruned weights lie: a share for each of many small tiles.
package struct DensityMap: Widget {
  /// Shares of 0 … 1, row by row.
  package var densities: [Float]
  package var rows: Int
  package var columns: Int
  /// What a share of 1 means, in the legend.
  package var label: String

  /// - Precondition: there are `rows · columns` densities.
  package init(densities: [Float], rows: Int, columns: Int, label: String = "pruned") {
    precondition(densities.count == rows * columns, "one density for each tile")
    self.densities = densities
    self.rows = rows
    self.columns = columns
    self.label = label
  }

  /// The rows and columns of tiles that a rectangle shows one by one.
  package static func resolution(in rect: Rect, look: Appearance) -> (rows: Int, columns: Int) {
    let map = mapArea(of: rect)
    return (usesHalves(look) ? 2 * map.height : map.height, map.width)
  }

  private static func usesHalves(_ look: Appearance) -> Bool {
    look.showsGradients && look.symbols != .ascii
  }

  private static func mapArea(of rect: Rect) -> Rect {
    rect.splitBottom(rect.height >= 4 ? 1 : 0).rest
  }

  package func draw(in rect: Rect, on canvas: inout Canvas, look: Appearance) {
    canvas.fill(rect, style: look.roles.text)
    let map = Self.mapArea(of: rect)
    guard rows > 0, columns > 0, !map.isEmpty else { return }
    let lines = Self.usesHalves(look) ? 2 * map.height : map.height
    for (line, y) in map.rows.enumerated() {
      for (column, x) in map.columns.enumerated() {
        if Self.usesHalves(look) {
          let top = color(line: 2 * line, of: lines, column: column, of: map.width, look.theme)
          let bottom = color(
            line: 2 * line + 1, of: lines, column: column, of: map.width, look.theme)
          // Equal halves are a blank: fewer bytes, and neighbours share one run.
          canvas.set(
            top == bottom ? " " : "▀", x: x, y: y,
            style: Style(top == bottom ? .slot(0x05) : top, on: bottom))
        } else {
          let share = density(line: line, of: lines, column: column, of: map.width)
          let steps = look.symbols.shades
          canvas.set(
            steps[Int((share * Double(steps.count - 1)).rounded())], x: x, y: y,
            style: Style(look.theme.gradient(share), on: .slot(0x00)))
        }
      }
    }
    if map.height < rect.height {
      drawLegend(in: rect.splitBottom(1).bottom, on: &canvas, look: look)
    }
  }

  /// The colour of a tile in nine steps: a map in motion should change cells only where it matters.
  private func color(line: Int, of lines: Int, column: Int, of width: Int, _ theme: Theme) -> Color
  {
    let share = density(line: line, of: lines, column: column, of: width)
    return theme.mapColor((share * 8).rounded() / 8)
  }

  /// The mean of the tiles under one place of the drawing.
  private func density(line: Int, of lines: Int, column: Int, of width: Int) -> Double {
    func tiles(_ index: Int, of count: Int, over total: Int) -> Range<Int> {
      let first = index * total / count
      return first..<max(first + 1, (index + 1) * total / count)
    }
    let (rowRange, columnRange) = (
      tiles(line, of: lines, over: rows), tiles(column, of: width, over: columns)
    )
    var sum: Float = 0
    for row in rowRange {
      for column in columnRange { sum += densities[row * columns + column] }
    }
    let mean = Double(sum) / Double(rowRange.count * columnRange.count)
    return mean.isNaN ? 0 : min(max(mean, 0), 1)
  }

  private func drawLegend(in line: Rect, on canvas: inout Canvas, look: Appearance) {
    var legend = [Fragment("0 % ", look.roles.muted)]
    for step in 0...4 {
      let share = Double(step) / 4
      if look.showsGradients {
        legend.append(Fragment("  ", Style(.slot(0x05), on: look.theme.mapColor(share))))
      } else {
        legend.append(
          Fragment(
            String(look.symbols.shades[step]), Style(look.theme.gradient(share), on: .slot(0x00))))
      }
    }
    legend.append(Fragment(" 100 % \(label)", look.roles.muted))
    canvas.put(legend, x: line.x, y: line.y, maxWidth: line.width)
  }
}
