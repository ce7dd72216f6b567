import Canvas
import Experiments

/// Panel 3: performance against sparsity, growing while the engine measures.
struct AccuracyPanel: Widget {
  let state: ExplorerState

  init(_ state: ExplorerState) { self.state = state }

  func draw(in rect: Rect, on canvas: inout Canvas, look: Appearance) {
    let isFocused = state.focus == .accuracy
    guard case .available(_, _, let metric, _) = state.model.evaluation else {
      let panel = Panel(key: "3", title: "accuracy", isFocused: isFocused)
      drawUnavailable(in: panel.frame(in: rect, on: &canvas, look: look), on: &canvas, look)
      return
    }
    if let failure = state.indexFailure ?? state.engineFailure {
      let panel = Panel(key: "3", title: metric + " %", isFocused: isFocused)
      canvas.put(
        failure, in: panel.frame(in: rect, on: &canvas, look: look), style: look.roles.error)
      return
    }
    let plot = plot(metric: metric)
    let panel = Panel(
      key: "3", title: metric + " %", trailing: legend(of: plot, width: rect.width, look),
      isFocused: isFocused)
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
      let interval = point.interval().map { 100 * $0.low...100 * $0.high }
      return CurvePlot.Point(
        x: point.level.fraction, y: 100 * mean, interval: interval,
        state: point.isComplete ? .measured : .running)
    }
    let dense = curve.dense.flatMap { $0.isComplete ? $0.mean : nil }
    return CurvePlot(
      series: [CurvePlot.Series(name: metric, points: points, predicted: predicted(from: curve))],
      yLimits: 0...100, cursor: state.level.fraction, marker: marker,
      baseline: dense.map { 100 * $0 }, tolerance: dense == nil ? nil : 100 * state.tolerance,
      emptyText: state.preview == nil ? "waiting for the weights" : "nothing measured yet")
  }

  /// The guess for the gaps: drawn only where nothing has been measured nearby.
  private func predicted(from curve: SparsityCurve) -> [CurvePlot.Point] {
    let guess = PredictedCurve(curve)
    return (0...50).compactMap { step in
      let x = Double(step) / 50
      guard !guess.isMeasured(at: x), let mean = guess.mean(at: x) else { return nil }
      return CurvePlot.Point(x: x, y: 100 * mean)
    }
  }

  private var turningPoints: TurningPoints? {
    state.turningPoints[CurveIdentity(state.request)]
  }

  private var marker: CurvePlot.Marker? {
    guard let turn = turningPoints?.tolerance.value else { return nil }
    return CurvePlot.Marker(
      x: turn.sparsity, interval: turn.interval.low...max(turn.interval.low, turn.interval.high),
      label: "essential \(text(turn.sparsity, within: turn.interval)) %")
  }

  private func text(_ share: Double, within interval: Interval) -> String {
    let text = Percent.text(share, within: interval)
    return state.look.symbols == .ascii ? text.replacing("±", with: "+-") : text
  }

  /// As much of the legend as the panel's top line has room for; the turning point goes last.
  private func legend(of plot: CurvePlot, width: Int, _ look: Appearance) -> [Fragment] {
    let whole = plot.legend(look: look)
    if whole.width + 22 <= width { return whole }
    var short = plot
    short.series = [CurvePlot.Series(points: [])]
    return short.legend(look: look)
  }

  /// One line: the tolerance, and as much of what the other rules say as there is room for.
  private func findings(_ look: Appearance, width: Int) -> [Fragment] {
    let epsilon = look.symbols == .ascii ? "tolerance" : "ε"
    var pieces = [
      Fragment("\(epsilon) \(Percent.text(state.tolerance)) points", look.roles.text)
    ]
    func add(_ label: String, _ value: String?) {
      guard let value else { return }
      let more = [
        Fragment("   \(label) ", look.roles.muted), Fragment(value, look.roles.text),
      ]
      if (pieces + more).width <= width { pieces += more }
    }
    guard let points = turningPoints else { return pieces }
    switch points.tolerance {
    case .found(let turn): add("sure up to", "\(turn.certain) %")
    case .undecided(let doubt): add("essential:", doubt.description)
    }
    add("Kneedle", points.kneedle.value.map { "\($0.level) %" })
    add(
      "broken line",
      points.brokenLine.value.map { "\(text($0.sparsity, within: $0.interval)) %" })
    return pieces
  }
}
