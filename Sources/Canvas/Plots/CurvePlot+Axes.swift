extension CurvePlot {
  /// Tints what lies within the tolerance, and the columns that the marker may lie in.
  func drawBands(_ frame: PlotFrame, on canvas: inout Canvas, look: Appearance) {
    func tint(_ rect: Rect) {
      canvas.restyle(rect.intersection(frame.plot)) { $0.background = .slot(0x01) }
    }
    if let baseline, let tolerance, tolerance > 0 {
      let (top, bottom) = (frame.row(baseline), frame.row(baseline - tolerance))
      tint(
        Rect(x: frame.plot.x, y: top, width: frame.plot.width, height: bottom - top + 1))
    }
    for interval in series.compactMap(\.marker?.interval) {
      let (left, right) = (frame.column(interval.lowerBound), frame.column(interval.upperBound))
      tint(
        Rect(x: left, y: frame.plot.y, width: right - left + 1, height: frame.plot.height))
    }
  }

  func drawVerticalAxis(_ frame: PlotFrame, on canvas: inout Canvas, look: Appearance) {
    guard let axis = frame.axisColumn else { return }
    for y in frame.plot.rows {
      canvas.set(look.symbols.symbol(.vertical), x: axis, y: y, style: look.roles.border)
    }
    for (row, label) in frame.yTicks {
      canvas.set(look.symbols.symbol(.tickLeft), x: axis, y: row, style: look.roles.border)
      canvas.put(
        label, x: frame.labelColumns.upperBound - label.count, y: row, style: look.roles.muted)
    }
  }

  func drawHorizontalAxis(_ frame: PlotFrame, on canvas: inout Canvas, look: Appearance) {
    let ticks = horizontalAxis.ticks(columns: frame.plot.width)
    if let row = frame.axisRow {
      for x in frame.plot.columns {
        canvas.set(look.symbols.symbol(.horizontal), x: x, y: row, style: look.roles.border)
      }
      for tick in ticks {
        canvas.set(
          look.symbols.symbol(.tickBelow), x: frame.column(tick.place), y: row,
          style: look.roles.border)
      }
      if let axis = frame.axisColumn {
        canvas.set(look.symbols.symbol(.cornerLowerLeft), x: axis, y: row, style: look.roles.border)
      }
    }
    if let row = frame.labelRow {
      // A label may stand under the axis and one column beyond the plot.
      let left = frame.axisColumn ?? frame.plot.x
      let right = frame.axisColumn == nil ? frame.plot.maxX : frame.plot.maxX + 2
      var labels = AxisLabels(rect: Rect(x: left, y: row, width: right - left, height: 1))
      // The ends first: they say what the axis is.
      for tick in ticks.suffix(1) + ticks.dropLast() {
        labels.put(
          tick.label, at: frame.column(tick.place), style: look.roles.muted, on: &canvas)
      }
    }
    for (index, one) in series.enumerated().reversed() {
      guard let marker = one.marker else { continue }
      drawMarker(marker, markerStyle(index, look: look), frame, on: &canvas, look: look)
    }
  }

  /// Percentages with at least six columns between them.
  static func percentTicks(width: Int) -> [Int] {
    let step = [5, 10, 20, 25, 50].first { width * $0 / 100 >= 6 } ?? 100
    return Array(stride(from: 0, through: 100, by: step))
  }

  /// The sign of the marker with its interval, on the axis or, where that is missing, on the last
  /// row of the plot.
  private func drawMarker(
    _ marker: Marker, _ style: Style, _ frame: PlotFrame, on canvas: inout Canvas,
    look: Appearance
  ) {
    let row = frame.axisRow ?? frame.plot.maxY - 1
    if let interval = marker.interval {
      let (left, right) = (frame.column(interval.lowerBound), frame.column(interval.upperBound))
      for x in left...max(left, right) {
        let symbol: GraphSymbols.Symbol =
          left == right ? .band : x == left ? .bandLeft : x == right ? .bandRight : .band
        canvas.stamp(look.symbols.symbol(symbol), x: x, y: row, style: style)
      }
    }
    canvas.stamp(
      look.symbols.symbol(.essential), x: frame.column(marker.x), y: row, style: style)
  }

  func drawBaseline(_ frame: PlotFrame, on canvas: inout Canvas, look: Appearance) {
    guard let baseline else { return }
    let row = frame.row(baseline)
    func rule(_ symbol: GraphSymbols.Symbol, y: Int) {
      for (index, x) in frame.plot.columns.enumerated() {
        // Without a dashed character the gaps make the dashes.
        if look.symbols == .ascii && index % 3 == 2 { continue }
        canvas.stamp(look.symbols.symbol(symbol), x: x, y: y, style: look.roles.border)
      }
    }
    rule(.baseline, y: row)
    guard let tolerance, tolerance > 0 else { return }
    let limit = frame.row(baseline - tolerance)
    if limit != row { rule(.dotted, y: limit) }
  }

  func drawCursor(_ frame: PlotFrame, on canvas: inout Canvas, look: Appearance) {
    guard let cursor else { return }
    for y in frame.plot.rows {
      canvas.stamp(
        look.symbols.symbol(.cursorLine), x: frame.column(cursor), y: y, style: look.roles.level)
    }
  }
}

extension Canvas {
  /// Sets a character and leaves the background of the cell as it is.
  mutating func stamp(_ character: Character, x: Int, y: Int, style: Style) {
    set(character, x: x, y: y, style: style.on(self[x, y].style.background))
  }
}
