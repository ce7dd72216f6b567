import Experiments

extension RemoteLine {
  /// Whether the numbers are such that can be shown; another machine may say anything.
  package var isPlausible: Bool {
    switch self {
    case .hello, .masks, .noResult, .removed, .problems, .current, .alive, .unknown: true
    case .run(let description): description.environment.map { Self.isTime($0.created) } ?? true
    case .standing(_, let standing):
      (standing.heartbeat.map(Self.isTime) ?? true)
        && (standing.workers.map { (1...ExperimentSpec.mostWorkers) ~= $0 } ?? true)
        && (standing.niceness.map { (0...19) ~= $0 } ?? true)
    case .event(_, let event): Self.isPlausible(event)
    case .result(_, let result): Self.isPlausible(result)
    }
  }

  private static func isPlausible(_ event: RunEvent) -> Bool {
    guard isTime(event.time), event.sequence > 0 else { return false }
    switch event.kind {
    case .step(let step):
      // A training that diverges has losses that are no numbers.
      return isCount(step.step) && (step.steps.map(isCount) ?? true)
        && (!step.loss.isFinite || abs(step.loss) < 1e12)
    case .evaluated(let evaluation):
      return isScore(evaluation.score) && (evaluation.step.map(isCount) ?? true)
    default: return true
    }
  }

  private static func isPlausible(_ result: CellResult) -> Bool {
    guard (0..<1e11) ~= result.seconds, isTime(result.finishedAt),
      result.steps.map(isCount) ?? true
    else { return false }
    guard let point = result.point else { return true }
    return (0...1) ~= point.achieved && isCount(point.pruned) && isCount(point.total)
      && point.scores.allSatisfy { isScore(Double($0)) }
  }

  /// Seconds since 1970 that a calendar has.
  private static func isTime(_ seconds: Double) -> Bool { (0..<1e11) ~= seconds }
  private static func isCount(_ value: Int) -> Bool { (0...1 << 50) ~= value }
  private static func isScore(_ value: Double) -> Bool { abs(value) < 1e9 }
}
