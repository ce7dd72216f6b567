/// Curves over sparsity: what is measured, what is being measured, and what is only expected.
///
/// x runs over 0 … 1. Series differ in colour, marker and stroke; the state of a point shows in its
/// marker, a guess in its dashes.
package struct CurvePlot: Widget {
  package struct Point: Sendable, Hashable {
    package enum State: Sendable, Hashable {
      case measured, running
      /// Of too few examples to say much: a sign with its whisker, but no part of the line, and
      /// nothing that the y range would follow.
      case begun
    }

    /// 0 … 1.
    package var x: Double
    package var y: Double
    /// Where the true value lies, in the units of y.
    package var interval: ClosedRange<Double>?
    package var state: State

    package init(
      x: Double, y: Double, interval: ClosedRange<Double>? = nil, state: State = .measured
    ) {
      self.x = x
      self.y = y
      self.interval = interval
      self.state = state
    }
  }

  package struct Series: Sendable, Hashable {
    package var name: String
    package var points: [Point]
    /// A guess for where nothing is measured, drawn dashed and without markers.
    package var predicted: [Point]
    /// Whether each point has its sign; a dense series such as a loss is a line alone.
    package var showsMarkers: Bool
    /// The place on the x axis that matters for this series.
    package var marker: Marker?

    package init(
      name: String = "", points: [Point], predicted: [Point] = [], showsMarkers: Bool = true,
      marker: Marker? = nil
    ) {
      self.name = name
      self.points = points
      self.predicted = predicted
      self.showsMarkers = showsMarkers
      self.marker = marker
    }
  }

  /// A place on the x axis that matters, with what it is known to.
  package struct Marker: Sendable, Hashable {
    package var x: Double
    package var interval: ClosedRange<Double>?
    /// What the legend says, such as `essential 68 ±2 %`.
    package var label: String

    package init(x: Double, interval: ClosedRange<Double>? = nil, label: String) {
      self.x = x
      self.interval = interval
      self.label = label
    }
  }

  /// What the labels of the y axis say of y.
  package enum ValueAxis: Sendable, Hashable {
    case linear
    /// y is minus the natural logarithm of what is labelled: large values lie low, evenly by
    /// factors. So perplexity falls on a plot where the model gets worse.
    case negativeLogarithm
  }

  package var series: [Series]
  package var horizontalAxis: HorizontalAxis
  package var valueAxis: ValueAxis
  /// The visible y range; nil for one of round numbers about everything drawn.
  package var yRange: ClosedRange<Double>?
  /// What y can be at all, which an automatic range does not leave.
  package var yLimits: ClosedRange<Double>
  /// The level that the slider is at.
  package var cursor: Double?
  /// The value of the dense model.
  package var baseline: Double?
  /// How far below the baseline still counts as no loss.
  package var tolerance: Double?
  /// Shown where there is no point yet.
  package var emptyText: String

  package init(
    series: [Series], horizontalAxis: HorizontalAxis = .sparsity,
    valueAxis: ValueAxis = .linear, yRange: ClosedRange<Double>? = nil,
    yLimits: ClosedRange<Double> = -Double.infinity...Double.infinity, cursor: Double? = nil,
    baseline: Double? = nil, tolerance: Double? = nil,
    emptyText: String = "nothing measured yet"
  ) {
    self.series = series
    self.horizontalAxis = horizontalAxis
    self.valueAxis = valueAxis
    self.yRange = yRange
    self.yLimits = yLimits
    self.cursor = cursor
    self.baseline = baseline
    self.tolerance = tolerance
    self.emptyText = emptyText
  }

  /// The range of y that is shown.
  package var visibleRange: ClosedRange<Double> {
    if let yRange, yRange.lowerBound < yRange.upperBound { return yRange }
    var values = series.flatMap { one in
      (one.points.filter { $0.state != .begun } + one.predicted).map(\.y)
    }
    if let baseline { values += [baseline, baseline - (tolerance ?? 0)] }
    // What lies beyond the limits stands on the edge, and must not cost the rest its room.
    values = values.map { min(max($0, yLimits.lowerBound), yLimits.upperBound) }
    values.removeAll { !$0.isFinite }
    guard let least = values.min(), let most = values.max() else { return 0...100 }
    let range = Ticks.stable(least...most)
    let lower = max(range.lowerBound, yLimits.lowerBound)
    let upper = min(range.upperBound, yLimits.upperBound)
    return lower < upper ? lower...upper : range
  }

  /// What the signs mean, for a panel's title: only those that are in use.
  package func legend(look: Appearance) -> [Fragment] {
    var entries: [[Fragment]] = []
    func add(_ sign: Character, _ style: Style, _ text: String) {
      entries.append([Fragment("\(sign) ", style), Fragment(text, look.roles.muted)])
    }
    let states = Set(series.flatMap { $0.points.map(\.state) })
    if series.count > 1 {
      for (index, one) in series.enumerated() {
        add(
          look.symbols.marker(index, solid: true), seriesStyle(index, look: look),
          [one.name, one.marker?.label].compactMap(\.self).joined(separator: " "))
      }
    } else if states.contains(.measured) {
      add(look.symbols.marker(0, solid: true), seriesStyle(0, look: look), "measured")
    }
    if !states.isDisjoint(with: [.running, .begun]) {
      add(look.symbols.marker(0, solid: false), seriesStyle(0, look: look), "running")
    }
    if series.contains(where: { !$0.predicted.isEmpty }) {
      add(look.symbols.symbol(.dashed), look.roles.muted, "predicted")
    }
    if series.count == 1, let marker = series[0].marker {
      add(look.symbols.symbol(.essential), look.roles.essential, marker.label)
    }
    return Array(entries.joined(separator: [Fragment("  ", look.roles.muted)]))
  }

  /// A marker is drawn like its series where there are several.
  func markerStyle(_ index: Int, look: Appearance) -> Style {
    series.count > 1 ? seriesStyle(index, look: look).adding(.bold) : look.roles.essential
  }

  func seriesStyle(_ index: Int, look: Appearance) -> Style {
    look.roles.series[index % look.roles.series.count]
  }

  package func draw(in rect: Rect, on canvas: inout Canvas, look: Appearance) {
    canvas.fill(rect, style: look.roles.text)
    let frame = PlotFrame(rect: rect, yRange: visibleRange, axis: valueAxis)
    guard !frame.plot.isEmpty else { return }
    drawBands(frame, on: &canvas, look: look)
    drawVerticalAxis(frame, on: &canvas, look: look)
    drawHorizontalAxis(frame, on: &canvas, look: look)
    drawBaseline(frame, on: &canvas, look: look)
    drawCursor(frame, on: &canvas, look: look)
    drawCurves(frame, on: &canvas, look: look)
    if series.allSatisfy({ $0.points.isEmpty }) {
      let text = emptyText.truncated(
        to: frame.plot.width, ellipsis: look.symbols.symbol(.ellipsis))
      canvas.put(
        text, x: frame.plot.x + (frame.plot.width - DisplayWidth.of(text)) / 2,
        y: frame.plot.y + frame.plot.height / 2, style: look.roles.muted)
    }
  }
}
