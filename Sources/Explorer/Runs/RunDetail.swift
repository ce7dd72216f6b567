import Experiments

/// What the panels show of one run.
package struct RunDetail: Sendable, Equatable {
  /// The run's `RunRow.id`.
  package var run: RunRow.ID
  package var cells: [CellRow]
  package var curves: [RunCurve]
  /// Of the running cells and of the one that is asked for.
  package var trainings: [TrainingSeries]
  /// What the run was made with, and its specification.
  package var record: [RecordLine]
  /// The command that makes the run again.
  package var command: String

  package init(
    run: RunRow.ID, cells: [CellRow] = [], curves: [RunCurve] = [],
    trainings: [TrainingSeries] = [], record: [RecordLine] = [], command: String = ""
  ) {
    self.run = run
    self.cells = cells
    self.curves = curves
    self.trainings = trainings
    self.record = record
    self.command = command
  }
}

/// One cell of the table.
package struct CellRow: Sendable, Hashable, Identifiable {
  package enum State: String, Sendable, Hashable {
    case waiting, blocked, running, paused, interrupted, failed, finished
  }

  package var id: ExperimentCell.ID
  package var state: State
  package var step: Int?
  package var steps: Int?
  package var loss: Double?
  package var score: Double?
  package var interval: Interval?
  package var seconds: Double?
  /// Why it failed.
  package var message: String?
  /// Whether the cell keeps a mask that can be compared.
  package var hasMask: Bool
  /// How the cell's task waits for Slurm, such as `queued (Priority)`; nil where it does not.
  package var slurm: String?

  package init(
    id: ExperimentCell.ID, state: State, step: Int? = nil, steps: Int? = nil, loss: Double? = nil,
    score: Double? = nil, interval: Interval? = nil, seconds: Double? = nil,
    message: String? = nil, hasMask: Bool = false, slurm: String? = nil
  ) {
    self.id = id
    self.state = state
    self.step = step
    self.steps = steps
    self.loss = loss
    self.score = score
    self.interval = interval
    self.seconds = seconds
    self.message = message
    self.hasMask = hasMask
    self.slurm = slurm
  }
}

/// The curve of one task and method with its turning point.
package struct RunCurve: Sendable, Equatable {
  package let `protocol`: ExperimentProtocol
  package let curves: SeedCurves
  package let points: [SeedCurves.Point]
  /// The tolerated drop, as the specification has it.
  package let tolerance: Double
  package let turn: Finding<ToleranceTurningPoint>

  /// Finds the turning point, which takes milliseconds: not for the thread of the screen.
  package init(_ curves: SeedCurves, protocol: ExperimentProtocol, tolerance: Double) {
    self.protocol = `protocol`
    self.curves = curves
    self.tolerance = tolerance
    points = curves.points
    let scale = Self.scale(of: curves.task)
    turn =
      TurningPoints(of: curves.pooled, epsilon: scale.drop(tolerance: tolerance)).tolerance
  }

  package var scale: MetricScale { Self.scale(of: curves.task) }

  static func scale(of task: String) -> MetricScale {
    task == "perplexity" ? .perplexity : .share
  }
}

/// How the training of one cell goes.
package struct TrainingSeries: Sendable, Equatable {
  package struct Value: Sendable, Hashable {
    package var step: Int
    package var value: Double

    package init(step: Int, value: Double) {
      self.step = step
      self.value = value
    }
  }

  package var cell: ExperimentCell.ID
  package var isRunning: Bool
  /// Steps of the whole training; nil where they are not known.
  package var steps: Int?
  package var losses: [Value]
  /// Mean scores on the held-out examples while training.
  package var scores: [Value]

  package init(
    cell: ExperimentCell.ID, isRunning: Bool, steps: Int? = nil, losses: [Value] = [],
    scores: [Value] = []
  ) {
    self.cell = cell
    self.isRunning = isRunning
    self.steps = steps
    self.losses = losses
    self.scores = scores
  }

  /// Values as at most so many, each the mean of neighbours: what a screen can show.
  package static func thinned(_ values: [Value], to count: Int) -> [Value] {
    guard values.count > count, count > 0 else { return values }
    return (0..<count).map { part in
      let range = (values.count * part / count)..<(values.count * (part + 1) / count)
      let sum = values[range].reduce(0) { $0 + $1.value }
      return Value(step: values[range.upperBound - 1].step, value: sum / Double(range.count))
    }
  }
}

/// A line of a run's record.
package struct RecordLine: Sendable, Hashable {
  /// Empty where the line goes on with the one above.
  package var label: String
  package var value: String

  package init(_ label: String, _ value: String) {
    self.label = label
    self.value = value
  }
}

/// Asks how alike the masks of two runs are; a run with itself compares its own levels.
package struct MaskQuestion: Sendable, Hashable {
  package var first: RunRow.ID
  package var second: RunRow.ID
  /// The cells whose masks are there, so that new masks make a new question.
  package var firstCells: [ExperimentCell.ID]
  package var secondCells: [ExperimentCell.ID]

  package init(
    first: RunRow.ID, second: RunRow.ID, firstCells: [ExperimentCell.ID],
    secondCells: [ExperimentCell.ID]
  ) {
    self.first = first
    self.second = second
    self.firstCells = firstCells
    self.secondCells = secondCells
  }
}

/// How alike kept masks are: rows are the first run's, columns the second's.
package struct MaskTable: Sendable, Equatable {
  package var question: MaskQuestion
  /// Levels in percent, by rising sparsity.
  package var rows: [String]
  package var columns: [String]
  /// `0...1`; nil where a mask keeps nothing.
  package var cosines: [[Double?]]
  /// What random masks of the columns' sparsities have with others of the same sparsity.
  package var random: [Double?]
  /// Why there is nothing, in one sentence.
  package var problem: String?

  package init(
    question: MaskQuestion, rows: [String] = [], columns: [String] = [],
    cosines: [[Double?]] = [], random: [Double?] = [], problem: String? = nil
  ) {
    self.question = question
    self.rows = rows
    self.columns = columns
    self.cosines = cosines
    self.random = random
    self.problem = problem
  }
}
