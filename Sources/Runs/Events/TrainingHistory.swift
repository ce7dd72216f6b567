import Experiments

/// The steps and the evaluations of one cell, as its events tell them.
///
/// A cell that goes on from a checkpoint does some steps once more; what it did the first time is
/// forgotten, so that steps always rise.
package struct TrainingHistory: Sendable, Hashable {
  package struct Entry<Value: Sendable & Hashable>: Sendable, Hashable {
    /// Seconds since 1970, UTC.
    package var time: Double
    package var step: Int
    package var value: Value
  }

  package private(set) var steps: [Entry<RunEvent.Step>] = []
  package private(set) var evaluations: [Entry<RunEvent.Evaluation>] = []

  package init() {}

  package init(_ events: some Sequence<RunEvent>) {
    for event in events { take(event) }
  }

  package mutating func take(_ event: RunEvent) {
    switch event.kind {
    case .step(let step): Self.add(step, at: step.step, event.time, to: &steps)
    case .evaluated(let evaluation):
      let step = evaluation.step ?? steps.last?.step ?? 0
      Self.add(evaluation, at: step, event.time, to: &evaluations)
    default: break
    }
  }

  private static func add<Value>(
    _ value: Value, at step: Int, _ time: Double, to entries: inout [Entry<Value>]
  ) {
    while let last = entries.last, last.step >= step { entries.removeLast() }
    entries.append(Entry(time: time, step: step, value: value))
  }
}
