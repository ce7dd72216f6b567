import Experiments

/// A run in the list.
package struct RunRow: Sendable, Hashable, Identifiable {
  /// The path of the run's folder, links resolved.
  package var id: String
  package var name: String
  package var `protocol`: ExperimentProtocol
  package var model: String
  package var tasks: [String]
  package var state: RunState
  /// Cells that are finished, have failed, and all.
  package var done: Int
  package var failed: Int
  package var total: Int
  /// `0...1`.
  package var progress: Double
  package var cellsPerHour: Double?
  package var secondsLeft: Double?
  /// The essential sparsity of the first curve that has one.
  package var turn: Double?
  /// Seconds since 1970, UTC.
  package var created: Double
  /// Threads to compute on, and how far the process lets others go first.
  package var workers: Int
  package var niceness: Int
  /// Where the run is; nil for this machine.
  package var place: Place?
  /// What Slurm has of it, such as `12 queued (Priority), 3 running`; nil where it has nothing.
  package var slurm: String?

  package init(
    id: String, name: String, protocol: ExperimentProtocol = .oneShot, model: String = "",
    tasks: [String] = [], state: RunState, done: Int = 0, failed: Int = 0, total: Int = 0,
    progress: Double = 0, cellsPerHour: Double? = nil, secondsLeft: Double? = nil,
    turn: Double? = nil, created: Double = 0, workers: Int = 1, niceness: Int = 0,
    slurm: String? = nil
  ) {
    self.id = id
    self.name = name
    self.protocol = `protocol`
    self.model = model
    self.tasks = tasks
    self.state = state
    self.done = done
    self.failed = failed
    self.total = total
    self.progress = progress
    self.cellsPerHour = cellsPerHour
    self.secondsLeft = secondsLeft
    self.turn = turn
    self.created = created
    self.workers = workers
    self.niceness = niceness
    self.slurm = slurm
  }
}

extension RunRow {
  /// Where another machine's run is, and how it is reached there.
  package struct Place: Sendable, Hashable {
    /// The machine, as `RunHost` calls it.
    package var host: String
    /// The command that runs the program there, such as `ssh gpu1 sparsescope`.
    package var command: String
    /// What the program there knows the run by.
    package var run: String
    /// The time of day at which the machine was last heard of, where it cannot be reached now.
    package var asOf: String?

    package init(host: String, command: String, run: String, asOf: String? = nil) {
      self.host = host
      self.command = command
      self.run = run
      self.asOf = asOf
    }
  }
}

/// How a run stands.
package enum RunState: String, Sendable, Hashable, CaseIterable {
  case queued, running, paused, interrupted, failed, finished, cancelled

  /// Whether a process works on the run.
  package var isAlive: Bool { self == .running || self == .paused }

  /// Whether a new process could go on with it.
  package var canBeStarted: Bool { !isAlive && self != .finished }
}

/// In which order the list has the runs.
package enum RunOrder: String, Sendable, Hashable, CaseIterable {
  case created, name, state, progress
  case turningPoint = "turning point"

  /// Sorts runs; those that are equal keep their order.
  package func sorted(_ runs: [RunRow]) -> [RunRow] {
    let places = Dictionary(
      uniqueKeysWithValues: RunState.listed.enumerated().map { ($1, $0) })
    return runs.enumerated().sorted { left, right in
      let isBefore: Bool?
      switch self {
      case .created: isBefore = Self.compare(right.element.created, left.element.created)
      case .name: isBefore = Self.compare(left.element.name, right.element.name)
      case .state:
        isBefore = Self.compare(
          places[left.element.state] ?? 0, places[right.element.state] ?? 0)
      case .progress: isBefore = Self.compare(right.element.progress, left.element.progress)
      case .turningPoint:
        isBefore = Self.compare(right.element.turn ?? -1, left.element.turn ?? -1)
      }
      return isBefore ?? (left.offset < right.offset)
    }.map(\.element)
  }

  private static func compare<Value: Comparable>(_ left: Value, _ right: Value) -> Bool? {
    left == right ? nil : left < right
  }

  package var next: RunOrder {
    let all = Self.allCases
    return all[(all.firstIndex(of: self)! + 1) % all.count]
  }
}

extension RunState {
  /// What needs a person comes first, what is done last.
  fileprivate static let listed: [RunState] = [
    .failed, .interrupted, .running, .paused, .queued, .cancelled, .finished,
  ]
}
