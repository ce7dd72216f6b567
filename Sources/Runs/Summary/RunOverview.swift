import Experiments

/// A run in a line: what lists show, the index keeps and `runs --json` prints.
package struct RunOverview: Sendable, Hashable, Codable {
  /// The essential sparsity of one curve.
  package struct Turn: Sendable, Hashable, Codable {
    package var task: String
    package var method: ExperimentMethod
    /// nil where there is none yet; `undecided` says why.
    package var sparsity: Double?
    package var interval: Interval?
    package var undecided: String?
  }

  package var name: String
  package var path: String
  package var `protocol`: ExperimentProtocol
  package var model: String
  package var tasks: [String]
  package var state: RunSummary.State
  package var done: Int
  package var failed: Int
  package var total: Int
  /// `0...1`.
  package var progress: Double
  package var cellsPerHour: Double?
  package var secondsLeft: Double?
  /// The latest loss of the cell that was last heard of.
  package var loss: Double?
  package var turns: [Turn]
  /// Seconds since 1970, UTC.
  package var created: Double
  package var updated: Double
  /// What Slurm has of it; nil where it has nothing.
  package var slurm: SlurmCounts?

  /// The state for a person: of a run that waits for Slurm, in what way.
  package var stateText: String {
    state == .queued ? slurm?.words ?? state.rawValue : state.rawValue
  }

  /// - Parameter previous: of the same run, whose turning points are taken over where nothing has been
  ///   measured since.
  package init(_ summary: RunSummary, previous: RunOverview? = nil) {
    name = summary.name
    path = summary.path
    `protocol` = summary.spec.protocol
    model = summary.spec.model
    tasks = summary.spec.tasks.map(\.name)
    state = summary.state
    done = summary.done
    failed = summary.failed
    total = summary.total
    progress = summary.progress
    cellsPerHour = summary.cellsPerHour
    secondsLeft = summary.secondsLeft
    let latest = summary.cells.filter { $0.step != nil }
      .max { ($0.updated ?? 0) < ($1.updated ?? 0) }
    loss = latest?.step?.loss
    created = summary.created
    updated = summary.updated
    slurm = summary.slurm
    if let previous, previous.done == done, previous.created == created {
      turns = previous.turns
      return
    }
    turns = zip(summary.curves, summary.essentialSparsities()).map { curve, finding -> Turn in
      // What is missing says more than where the few points that there are do not fall.
      let pruned = curve.points.count { $0.level != .dense }
      let doubt = [0: "not measured yet", 1: "too few levels"][pruned]
      return Turn(
        task: curve.task, method: curve.method, sparsity: finding.value?.sparsity,
        interval: finding.value?.interval,
        undecided: finding.value == nil ? doubt ?? finding.doubt?.description : nil)
    }
  }

  /// Whether nothing can change any more.
  package var isFinal: Bool { state == .finished }
}
