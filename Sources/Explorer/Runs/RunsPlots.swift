import Canvas
import Experiments

/// The plots of runs, the same on the screen and in exported pictures.
package enum RunsPlots {
  /// Curves over sparsity with their intervals and turning points.
  ///
  /// The dense model and ε are those of the first curve.
  package static func sparsity(_ curves: [NamedCurve]) -> CurvePlot {
    let scale = curves.first?.curve.scale ?? .share
    let series = curves.map { named in
      CurvePlot.Series(
        name: named.name,
        points: named.curve.points.map { point in
          CurvePlot.Point(
            x: point.level.fraction, y: height(point.mean, scale),
            interval: point.interval.map { height($0.low, scale)...height($0.high, scale) })
        }, marker: marker(named.curve.turn))
    }
    let dense = curves.first.flatMap { $0.curve.points.first { $0.level == .dense }?.mean }
    let tolerance = curves.first.map { scale.drop(tolerance: $0.curve.tolerance) }
    return CurvePlot(
      series: series.isEmpty ? [CurvePlot.Series(points: [])] : series,
      valueAxis: scale == .perplexity ? .negativeLogarithm : .linear,
      yLimits: scale == .share ? 0...100 : -Double.infinity...0,
      baseline: dense.map { height($0, scale) },
      tolerance: dense == nil ? nil : tolerance.map { height($0, scale) },
      emptyText: "no cell has a result yet")
  }

  /// The second curve minus the first.
  package static func difference(_ named: NamedDifference) -> CurvePlot {
    CurvePlot(
      series: [
        CurvePlot.Series(
          name: "\(named.second) − \(named.first)",
          points: named.difference.points.map { point in
            CurvePlot.Point(
              x: point.level.fraction, y: height(point.mean, named.scale),
              interval: point.interval.map {
                height($0.low, named.scale)...height($0.high, named.scale)
              })
          })
      ], baseline: 0, emptyText: "no level and seed in common")
  }

  /// Losses by training step.
  package static func losses(_ trainings: [TrainingSeries]) -> CurvePlot {
    steps(trainings, showsMarkers: false, emptyText: "no step yet") { training in
      TrainingSeries.thinned(training.losses, to: 200).map { ($0.step, $0.value) }
    }
  }

  /// Scores on the held-out examples by training step.
  package static func scores(_ trainings: [TrainingSeries]) -> CurvePlot {
    steps(trainings, showsMarkers: true, emptyText: "not measured yet") { training in
      training.scores.map { ($0.step, 100 * $0.value) }
    }
  }

  private static func steps(
    _ trainings: [TrainingSeries], showsMarkers: Bool, emptyText: String,
    _ values: (TrainingSeries) -> [(step: Int, value: Double)]
  ) -> CurvePlot {
    let last =
      trainings.map { training in
        training.steps ?? max(training.losses.last?.step ?? 0, training.scores.last?.step ?? 0)
      }.max() ?? 1
    return CurvePlot(
      series: trainings.map { training in
        CurvePlot.Series(
          name: training.cell,
          points: values(training).map { step, value in
            CurvePlot.Point(x: Double(step) / Double(max(1, last)), y: value)
          }, showsMarkers: showsMarkers)
      }, horizontalAxis: .steps(last), emptyText: emptyText)
  }

  /// Cosines of masks, and below them what chance gives.
  package static func masks(_ comparison: MaskTable) -> HeatMap {
    HeatMap(
      rows: comparison.rows + ["random"], columns: comparison.columns,
      values: comparison.cosines + [comparison.random])
  }

  /// Where a score, or a difference of scores, stands on a plot: percent, or nats.
  private static func height(_ score: Double, _ scale: MetricScale) -> Double {
    scale == .share ? 100 * score : score
  }

  private static func marker(_ turn: Finding<ToleranceTurningPoint>) -> CurvePlot.Marker? {
    guard let turn = turn.value else { return nil }
    return CurvePlot.Marker(
      x: turn.sparsity, interval: turn.interval.low...max(turn.interval.low, turn.interval.high),
      label: "essential \(text(turn)) %")
  }

  /// The turning point and the ends of its interval, which need not lie evenly about it.
  static func text(_ turn: ToleranceTurningPoint) -> String {
    let decimals = Percent.decimals(for: turn.interval)
    let ends = [turn.interval.low, turn.interval.high].map {
      Percent.text($0, decimals: decimals)
    }
    return "\(Percent.text(turn.sparsity, decimals: decimals)) (\(ends.joined(separator: "-")))"
  }
}
