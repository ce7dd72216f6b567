extension CurvePlot {
  /// Draws lines, whiskers and markers; the first series ends on top.
  func drawCurves(_ frame: PlotFrame, on canvas: inout Canvas, look: Appearance) {
    switch look.symbols {
    case .braille: drawDots(frame, on: &canvas, look: look)
    case .block, .ascii: drawStrokes(frame, on: &canvas, look: look)
    }
    for (index, one) in series.enumerated().reversed() {
      for point in one.points where one.showsMarkers && point.y.isFinite {
        canvas.stamp(
          look.symbols.marker(index, solid: point.state == .measured),
          x: frame.column(point.x), y: frame.row(point.y), style: seriesStyle(index, look: look))
      }
    }
  }

  private func drawDots(_ frame: PlotFrame, on canvas: inout Canvas, look: Appearance) {
    var dots = DotGrid(width: frame.plot.width, height: frame.plot.height)
    for (index, one) in series.enumerated().reversed() {
      dots.polyline(
        Self.path(one.predicted, frame), pattern: .dashed, style: look.roles.muted)
      for point in one.points {
        guard let interval = point.interval else { continue }
        let x = frame.dotColumn(point.x)
        dots.line(
          from: (x, frame.dotRow(interval.upperBound)), to: (x, frame.dotRow(interval.lowerBound)),
          style: seriesStyle(index, look: look))
      }
      dots.polyline(
        Self.path(one.points, frame), pattern: .series(index),
        style: seriesStyle(index, look: look))
    }
    dots.stamp(on: &canvas, at: frame.plot)
  }

  private func drawStrokes(_ frame: PlotFrame, on canvas: inout Canvas, look: Appearance) {
    for (index, one) in series.enumerated().reversed() {
      let style = seriesStyle(index, look: look)
      StepLine(symbols: look.symbols, stroke: look.symbols.symbol(.dashed))
        .draw(Self.path(one.predicted, frame), frame, on: &canvas, style: look.roles.muted)
      for point in one.points {
        guard let interval = point.interval else { continue }
        let rows = frame.row(interval.upperBound)...frame.row(interval.lowerBound)
        for y in rows {
          canvas.stamp(
            look.symbols.symbol(.whisker), x: frame.column(point.x), y: y, style: style)
        }
      }
      StepLine(symbols: look.symbols, stroke: look.symbols.stroke(index))
        .draw(Self.path(one.points, frame), frame, on: &canvas, style: style)
    }
  }

  /// The points as dots from left to right.
  private static func path(_ points: [Point], _ frame: PlotFrame) -> [(x: Int, y: Int)] {
    points.filter { $0.y.isFinite && $0.state != .begun }.sorted { $0.x < $1.x }
      .map { (frame.dotColumn($0.x), frame.dotRow($0.y)) }
  }
}
