import Canvas

/// What has happened: the only input of the experiments view's `update`.
package enum RunsMessage: Sendable {
  case key(Key)
  case resized(Size)
  /// The look was changed elsewhere.
  case restyled(Appearance)
  /// All runs that there are, and what cannot be read.
  case runs([RunRow], problems: [String])
  /// How the connections to other machines are.
  case hosts([RunHost])
  /// A run that is watched.
  case detail(RunDetail)
  case masks(MaskTable)
  /// An order is carried out; a sentence for the person.
  case done(String)
  /// An order cannot be carried out, for a reason in one sentence.
  case failed(String)
  case themes([Theme], problems: [String])
}

/// What the outside world is asked to do.
package enum RunsEffect: Sendable, Equatable, ScreenEffect {
  case quit
  /// The explorer comes to the front again.
  case back
  case suspend
  case redraw
  case copy(String)
  /// Answer `.detail` for these runs, now and whenever they change.
  case watch(RunsWatch)
  /// Answer `.masks`.
  case compareMasks(MaskQuestion)
  case pause(RunRow.ID, Bool)
  case cancel(RunRow.ID)
  /// A process of its own goes on with the run.
  case start(RunRow.ID)
  case setWorkers(RunRow.ID, Int)
  case setNiceness(RunRow.ID, Int)
  case export([RunRow.ID], RunsExportFormat)
  /// Machines that cannot be reached are to be tried at once.
  case reconnect
  case listThemes
  case rememberTheme(String)
}

extension RunsEffect {
  /// Whether a `.done` or a `.failed` answers it.
  var isOrder: Bool {
    switch self {
    case .pause, .cancel, .start, .setWorkers, .setNiceness, .export: true
    default: false
    }
  }
}

/// What is looked at closely.
package struct RunsWatch: Sendable, Hashable {
  /// The selected run and the marked ones.
  package var runs: [RunRow.ID] = []
  /// The cell of the selected run whose training is to be shown beside the running ones.
  package var cell: String?

  package init(runs: [RunRow.ID] = [], cell: String? = nil) {
    self.runs = runs
    self.cell = cell
  }
}

/// What a run can be written as.
package enum RunsExportFormat: String, Sendable, Hashable, CaseIterable {
  case csv, json, tensorboard, svg

  package var explanation: String {
    switch self {
    case .csv: "every measured point, a line each"
    case .json: "the same as one document"
    case .tensorboard: "losses and metrics of each cell by step"
    case .svg: "every plot as a picture"
    }
  }
}
