extension HeatMap {
  /// The map as an SVG file's text, each cell with its share in percent.
  package func svg(title: String, theme: Theme) -> String {
    let (cellWidth, cellHeight) = (52.0, 24.0)
    let longest = rows.map(\.count).max() ?? 0
    let left = 24 + 7 * Double(longest)
    let top = 64.0
    var document = SVGDocument(
      width: left + cellWidth * Double(max(1, columns.count)) + 24,
      height: top + cellHeight * Double(max(1, rows.count)) + 24,
      background: theme.rgb(.slot(0x00)))
    let ink = theme.rgb(.slot(0x05))
    document.text(title, x: 16, y: 24, ink, size: 15)
    for (column, label) in columns.enumerated() {
      document.text(
        label, x: left + cellWidth * (Double(column) + 0.5), y: top - 8, ink, anchor: .middle)
    }
    for (row, label) in rows.enumerated() {
      let y = top + cellHeight * Double(row)
      document.text(label, x: left - 8, y: y + 16, ink, anchor: .end)
      for (column, value) in values[row].enumerated() {
        guard let value else { continue }
        let color = theme.mapColor(value)
        let x = left + cellWidth * Double(column)
        document.rectangle(
          x: x, y: y, width: cellWidth - 1, height: cellHeight - 1, fill: theme.rgb(color))
        document.text(
          "\(Int((100 * value).rounded()))", x: x + cellWidth / 2, y: y + 16,
          theme.rgb(theme.ink(on: color)), anchor: .middle)
      }
    }
    return document.text
  }
}
