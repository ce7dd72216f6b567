import Experiments

/// The losses and scores of a cell's training in little memory: where there are too many, every
/// second goes.
///
/// As with `TrainingHistory`, steps that are done once more replace what they were.
package struct TrainingTrace: Sendable, Hashable {
  package struct Point: Sendable, Hashable {
    package var step: Int
    package var value: Double
  }

  /// Points of either kind at most; a screen has fewer columns.
  private static let most = 2048

  package private(set) var losses: [Point] = []
  package private(set) var scores: [Point] = []
  /// Steps of the whole training; nil where they are not known.
  package private(set) var steps: Int?

  package init() {}

  package mutating func take(_ event: RunEvent) {
    switch event.kind {
    case .step(let step):
      steps = step.steps
      Self.add(Point(step: step.step, value: step.loss), to: &losses)
    case .evaluated(let evaluation):
      let step = evaluation.step ?? losses.last?.step ?? 0
      Self.add(Point(step: step, value: evaluation.score), to: &scores)
    default: break
    }
  }

  private static func add(_ point: Point, to points: inout [Point]) {
    while let last = points.last, last.step >= point.step { points.removeLast() }
    points.append(point)
    if points.count > most {
      points = points.enumerated().filter { $0.offset % 2 == 1 }.map(\.element)
    }
  }
}
