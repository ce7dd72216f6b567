import Experiments

/// A task with the data that it is measured on.
package struct TaskSelection: Sendable, Hashable, Codable {
  /// As `--task` names it.
  package var name: String
  /// A file or a folder; nil for a task that brings its data.
  package var data: String?
  /// Which part of the data; nil where the task knows no parts.
  package var split: String?

  package init(name: String, data: String? = nil, split: String? = nil) {
    self.name = name
    self.data = data
    self.split = split
  }
}

/// A task whose data is being read in the background.
package struct TaskOpening: Sendable, Hashable {
  /// Where a failure is told.
  package enum Origin: Sendable, Hashable {
    /// A person chose: the question for the data comes back with the error.
    case person
    /// The program went back to what was remembered: a notice is enough.
    case memory
  }

  /// The number of the order; of several only the latest counts.
  package var number: Int
  package var selection: TaskSelection
  package var origin: Origin
  /// On the state's clock.
  package var started: Double
}

/// What has been measured on a task, so that it is there at once when a person comes back to it.
package struct TaskResults: Sendable {
  package var curves: [CurveIdentity: SparsityCurve] = [:]
  package var turningPoints: [CurveIdentity: TurningPoints] = [:]
  package var sensitivities: [PruningMethod: Sensitivities] = [:]
  package var speeds: [CurveIdentity: [SparsityLevel: LevelSpeed]] = [:]
}
