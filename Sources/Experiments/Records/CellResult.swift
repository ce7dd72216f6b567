/// What a finished cell leaves behind: the contents of `results/CELL.json`.
package struct CellResult: Sendable, Hashable, Codable {
  package var cell: ExperimentCell.ID
  /// The measured point with a score for each example; nil for a cell that only draws a ticket.
  package var point: CurvePoint?
  /// The mean score of guessing; nil where it is not known.
  package var chance: Double?
  /// Seconds of work over all attempts.
  package var seconds: Double
  /// Optimiser steps done.
  package var steps: Int?
  /// The mean training loss of the last steps.
  package var loss: Double?
  /// Examples trained on in a second.
  package var examplesPerSecond: Double?
  /// When it was finished: seconds since 1970, UTC. Set by the driver.
  package var finishedAt: Double = 0

  package init(
    cell: ExperimentCell.ID, point: CurvePoint? = nil, chance: Double? = nil, seconds: Double = 0,
    steps: Int? = nil, loss: Double? = nil, examplesPerSecond: Double? = nil
  ) {
    self.cell = cell
    self.point = point
    self.chance = chance
    self.seconds = seconds
    self.steps = steps
    self.loss = loss
    self.examplesPerSecond = examplesPerSecond
  }

  /// What shows that this cannot be what a cell has left behind; nil where nothing does.
  package func damage(asResultOf cell: ExperimentCell.ID) -> String? {
    if self.cell != cell { return "it is the result of \(self.cell)" }
    guard seconds.isFinite else { return "its time is no number" }
    guard let point else { return nil }
    if point.scores.isEmpty || point.scores.count != point.total {
      return "it has \(point.scores.count) scores for \(point.total) examples"
    }
    let isFinite = point.achieved.isFinite && point.scores.allSatisfy(\.isFinite)
    return isFinite ? nil : "a score in it is no number"
  }
}
