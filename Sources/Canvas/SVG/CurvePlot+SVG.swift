extension CurvePlot {
  /// The plot as an SVG file's text.
  ///
  /// Series differ in colour, marker and stroke as on the screen.
  package func svg(
    title: String, valueLabel: String, width: Double = 800, height: Double = 480,
    theme: Theme
  ) -> String {
    var drawing = CurveDrawing(self, theme, width: width, height: height)
    drawing.drawAxes(title: title, valueLabel: valueLabel)
    drawing.drawBaseline()
    drawing.drawMarkers()
    for index in series.indices.reversed() { drawing.draw(series: index) }
    drawing.drawLegend()
    return drawing.document.text
  }
}

/// The parts of a curve plot on an SVG page.
private struct CurveDrawing {
  let plot: CurvePlot
  let theme: Theme
  var document: SVGDocument

  private let left = 72.0, top = 44.0
  private let right: Double, bottom: Double
  private let range: ClosedRange<Double>

  init(_ plot: CurvePlot, _ theme: Theme, width: Double, height: Double) {
    self.plot = plot
    self.theme = theme
    document = SVGDocument(
      width: width, height: height, background: theme.rgb(.slot(0x00)))
    right = width - 24
    bottom = height - 52
    range = plot.visibleRange
  }

  private func x(_ value: Double) -> Double { left + value * (right - left) }

  private func y(_ value: Double) -> Double {
    let share = (value - range.lowerBound) / (range.upperBound - range.lowerBound)
    return bottom - min(max(share, 0), 1) * (bottom - top)
  }

  private func color(_ index: Int) -> RGB {
    let style = theme.roles.series[index % theme.roles.series.count]
    return theme.rgb(style.foreground ?? .slot(0x05))
  }

  private var ink: RGB { theme.rgb(.slot(0x05)) }
  private var faint: RGB { theme.rgb(.slot(0x03)) }

  mutating func drawAxes(title: String, valueLabel: String) {
    document.text(title, x: left, y: 22, ink, size: 15)
    document.text(valueLabel, x: left - 8, y: top - 10, ink, anchor: .end)
    let (ticks, labels) = plot.valueAxis.ticks(in: range, limit: 9)
    for (tick, label) in zip(ticks, labels) {
      document.line(from: (left, y(tick)), to: (right, y(tick)), faint, width: 0.5)
      document.text(label, x: left - 8, y: y(tick) + 4, ink, anchor: .end)
    }
    for tick in plot.horizontalAxis.ticks(columns: 80) {
      document.line(from: (x(tick.place), bottom), to: (x(tick.place), bottom + 5), ink)
      document.text(tick.label, x: x(tick.place), y: bottom + 20, ink, anchor: .middle)
    }
    document.text(
      plot.horizontalAxis.title, x: (left + right) / 2, y: bottom + 40, ink, anchor: .middle)
    document.polyline([(left, top), (left, bottom), (right, bottom)], ink, width: 1)
  }

  mutating func drawBaseline() {
    guard let baseline = plot.baseline else { return }
    if let tolerance = plot.tolerance, tolerance > 0 {
      document.rectangle(
        x: left, y: y(baseline), width: right - left,
        height: y(baseline - tolerance) - y(baseline), fill: ink, opacity: 0.1)
    }
    document.line(from: (left, y(baseline)), to: (right, y(baseline)), ink, dash: [6, 4])
  }

  mutating func drawMarkers() {
    for (index, one) in plot.series.enumerated() {
      guard let marker = one.marker else { continue }
      let color = plot.series.count > 1 ? color(index) : theme.rgb(.slot(0x0e))
      if let interval = marker.interval {
        document.rectangle(
          x: x(interval.lowerBound), y: top, width: x(interval.upperBound) - x(interval.lowerBound),
          height: bottom - top, fill: color, opacity: 0.12)
      }
      document.line(
        from: (x(marker.x), top), to: (x(marker.x), bottom), color, width: 1, dash: [2, 3])
    }
  }

  mutating func draw(series index: Int) {
    let one = plot.series[index]
    let color = color(index)
    func path(_ points: [CurvePlot.Point]) -> [(x: Double, y: Double)] {
      points.filter { $0.y.isFinite && $0.state != .begun }.sorted { $0.x < $1.x }.map {
        (x($0.x), y($0.y))
      }
    }
    document.polyline(path(one.predicted), faint, dash: [4, 4])
    let dashes: [[Double]] = [[], [8, 3, 2, 3], [2, 3], [8, 4]]
    document.polyline(path(one.points), color, dash: dashes[index % dashes.count])
    for point in one.points where point.y.isFinite {
      if let interval = point.interval {
        let (low, high) = (y(interval.lowerBound), y(interval.upperBound))
        document.line(from: (x(point.x), low), to: (x(point.x), high), color)
        for end in [low, high] {
          document.line(from: (x(point.x) - 3, end), to: (x(point.x) + 3, end), color)
        }
      }
      if one.showsMarkers {
        mark(index, x: x(point.x), y: y(point.y), isSolid: point.state == .measured)
      }
    }
  }

  /// The sign of a series: a circle, a square, a triangle or a diamond, as on the screen.
  private mutating func mark(_ index: Int, x: Double, y: Double, isSolid: Bool) {
    let color = color(index)
    let fill = isSolid ? color : theme.rgb(.slot(0x00))
    let r = 4.0
    switch index % 4 {
    case 0: document.circle(x: x, y: y, radius: r, fill: fill, stroke: color)
    case 1:
      document.polygon(
        [(x - r, y - r), (x + r, y - r), (x + r, y + r), (x - r, y + r)], fill: fill, stroke: color)
    case 2:
      document.polygon([(x, y - r), (x + r, y + r), (x - r, y + r)], fill: fill, stroke: color)
    default:
      document.polygon(
        [(x, y - r), (x + r, y), (x, y + r), (x - r, y)], fill: fill, stroke: color)
    }
  }

  mutating func drawLegend() {
    var row = bottom - 12 - 18 * Double(plot.series.count - 1)
    for index in plot.series.indices {
      let one = plot.series[index]
      mark(index, x: left + 18, y: row - 4, isSolid: true)
      document.text(
        [one.name, one.marker?.label].compactMap(\.self).joined(separator: ": "), x: left + 30,
        y: row, ink)
      row += 18
    }
  }
}
