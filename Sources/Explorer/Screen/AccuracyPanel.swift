import Canvas
import Experiments
import Foundation

/// Panel 3: performance against sparsity, growing while the engine measures.
struct AccuracyPanel: Widget {
  let state: ExplorerState

  init(_ state: ExplorerState) { self.state = state }

  func draw(in rect: Rect, on canvas: inout Canvas, look: Appearance) {
    let isFocused = state.focus == .accuracy
    guard case .available(_, _, let metric, _, _) = state.model.evaluation else {
      let panel = Panel(key: "3", title: "performance", isFocused: isFocused)
      drawUnavailable(in: panel.frame(in: rect, on: &canvas, look: look), on: &canvas, look)
      return
    }
    if let failure = state.indexFailure ?? state.engineFailure {
      let panel = Panel(key: "3", title: axisTitle(metric), isFocused: isFocused)
      canvas.put(
        failure, in: panel.frame(in: rect, on: &canvas, look: look), style: look.roles.error)
      return
    }
    let plot = plot(metric: metric)
    let (title, legend) = heading(metric, plot, width: rect.width, look)
    let panel = Panel(key: "3", title: title, trailing: legend, isFocused: isFocused)
    var inner = panel.frame(in: rect, on: &canvas, look: look)
    // The other rules' answers, and what the tolerance rule still doubts, where there is room.
    if inner.height >= 10 || (inner.height >= 7 && isFocused) {
      let (rest, line) = inner.splitBottom(1)
      inner = rest
      canvas.put(findings(look, width: line.width - 2), x: line.x + 1, y: line.y)
    }
    canvas.draw(plot, in: inner, look: look)
  }

  private func drawUnavailable(in inner: Rect, on canvas: inout Canvas, _ look: Appearance) {
    guard case .unavailable(let reason) = state.model.evaluation else { return }
    let text =
      state.indexFailure
      ?? "This model \(reason) Scrubbing, the histograms and the maps work all the same."
    canvas.put(text, in: inner, style: look.roles.muted)
  }

  private func plot(metric: String) -> CurvePlot {
    let curve = state.curve ?? state.emptyCurve
    let points = curve.points.compactMap { point -> CurvePlot.Point? in
      guard let mean = point.mean else { return nil }
      let interval = point.interval().map { height($0.low)...height($0.high) }
      return CurvePlot.Point(
        x: point.level.fraction, y: height(mean), interval: interval,
        state: point.isComplete ? .measured : Self.isTelling(point) ? .running : .begun)
    }
    let dense = curve.dense.flatMap { $0.isComplete ? $0.mean : nil }
    return CurvePlot(
      series: [
        CurvePlot.Series(
          name: metric, points: points, predicted: predicted(from: curve), marker: marker)
      ],
      valueAxis: state.scale == .perplexity ? .negativeLogarithm : .linear,
      yLimits: limits(curve),
      cursor: state.level.fraction, baseline: dense.map(height),
      tolerance: dense == nil ? nil : height(state.toleratedDrop),
      emptyText: state.preview == nil ? "waiting for the weights" : "nothing measured yet")
  }

  /// Where a score, or a difference of scores, stands on the plot: percent, or nats, which the axis
  /// labels as perplexity.
  private func height(_ score: Double) -> Double {
    state.scale == .share ? 100 * score : score
  }

  /// What the axis does not leave: a model that is worse than guessing evenly among all tokens is
  /// drawn at the edge, because perplexity knows no bounds.
  private func limits(_ curve: SparsityCurve) -> ClosedRange<Double> {
    switch state.scale {
    case .share: 0...100
    case .perplexity: (curve.chance ?? -.infinity)...0
    }
  }

  /// The metric with what its axis shows.
  private func axisTitle(_ metric: String) -> String {
    state.scale == .share ? metric + " %" : metric + " (log)"
  }

  /// Whether a point rests on enough examples to be a part of the curve: a quarter of all.
  private static func isTelling(_ point: CurvePoint) -> Bool {
    point.isComplete || 4 * point.scores.count >= point.total
  }

  /// The guess for the gaps: drawn only where nothing has been measured nearby.
  private func predicted(from curve: SparsityCurve) -> [CurvePlot.Point] {
    var telling = state.emptyCurve
    for point in curve.points where Self.isTelling(point) { telling.update(point) }
    let guess = PredictedCurve(telling)
    return (0...50).compactMap { step in
      let x = Double(step) / 50
      guard !guess.isMeasured(at: x), let mean = guess.mean(at: x) else { return nil }
      return CurvePlot.Point(x: x, y: height(mean))
    }
  }

  private var turningPoints: TurningPoints? {
    state.turningPoints[CurveIdentity(state.request)]
  }

  private var marker: CurvePlot.Marker? {
    guard let turn = turningPoints?.tolerance.value else { return nil }
    return CurvePlot.Marker(
      x: turn.sparsity, interval: turn.interval.low...max(turn.interval.low, turn.interval.high),
      label: "essential \(Self.text(turn.sparsity, turn.interval)) %")
  }

  /// A value and the ends of its interval, which need not lie evenly about it: `76 (71-80)`.
  private static func text(_ share: Double, _ interval: Interval) -> String {
    let decimals = Percent.decimals(for: interval)
    let ends = [interval.low, interval.high].map { Percent.text($0, decimals: decimals) }
    return "\(Percent.text(share, decimals: decimals)) (\(ends.joined(separator: "-")))"
  }

  /// The panel's top line: as much of what was measured at the slider's level, and of the legend, as
  /// there is room for; the metric's name and the turning point go last.
  private func heading(
    _ metric: String, _ plot: CurvePlot, width: Int, _ look: Appearance
  ) -> (title: String, legend: [Fragment]) {
    var short = plot
    short.series = [CurvePlot.Series(points: [])]
    let legends = [plot.legend(look: look), short.legend(look: look)]
    let name = axisTitle(metric)
    var titles = [name]
    if let score = scoreHere {
      titles.insert("\(name) · \(score)", at: 0)
      if let metrics = metricsHere { titles.insert("\(name) · \(score) · \(metrics)", at: 0) }
    }
    for legend in legends {
      for title in titles where DisplayWidth.of(title) + legend.width + 10 <= width {
        return (title, legend)
      }
    }
    return (metric, legends[1])
  }

  /// The complete point at the slider's level.
  private var pointHere: CurvePoint? {
    state.curve?[state.level].flatMap { $0.isComplete ? $0 : nil }
  }

  private var scoreHere: String? {
    pointHere?.mean.map { state.scale.text(score: $0) }
  }

  /// The official metrics at the slider's level; nil where the score is all there is.
  private var metricsHere: String? {
    guard let point = pointHere, let mean = point.mean else { return nil }
    let score = state.scale == .share ? mean : exp(-mean)
    let others = point.metrics.filter { abs($0.value - score) > 1e-4 * max(1, abs(score)) }
    guard !others.isEmpty else { return nil }
    return others.sorted { $0.key < $1.key }
      .map { "\($0.key.replacing("_", with: " ")) \(NumberText.decimals($0.value, 3))" }
      .joined(separator: " · ")
  }

  /// One line: the tolerance, and as much of what the other rules say as there is room for.
  private func findings(_ look: Appearance, width: Int) -> [Fragment] {
    let epsilon = look.symbols == .ascii ? "tolerance" : "ε"
    var pieces = [
      Fragment("\(epsilon) \(state.scale.text(tolerance: state.tolerance))", look.roles.text)
    ]
    func add(_ label: String, _ value: String?, _ style: Style? = nil) {
      guard let value else { return }
      let more = [
        Fragment("   \(label) ", look.roles.muted), Fragment(value, style ?? look.roles.text),
      ]
      if (pieces + more).width <= width { pieces += more }
    }
    guard let points = turningPoints else {
      add("here", metricsHere)
      add("speed", state.measuredSpeed)
      add("speed", state.speedDoubt, look.roles.muted)
      return pieces
    }
    switch points.tolerance {
    case .found(let turn): add("sure up to", "\(turn.certain) %")
    case .undecided(let doubt):
      add("essential:", state.scale.text(doubt, tolerance: state.tolerance))
    }
    add("speed", state.measuredSpeed)
    add("Kneedle", points.kneedle.value.map { "\($0.level) %" })
    add(
      "broken line",
      points.brokenLine.value.map { "\(Self.text($0.sparsity, $0.interval)) %" })
    add("here", metricsHere)
    add("speed", state.speedDoubt, look.roles.muted)
    return pieces
  }
}
