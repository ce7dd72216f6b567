import Canvas

/// Everything that a person can ask of the experiments view.
package enum RunsAction: String, ScreenAction {
  case previous, next, pageUp, pageDown, first, last
  case open, mark, unmarkAll, filter, sort, nextTask
  case pause, cancel, moreWorkers, fewerWorkers, lowerPriority, raisePriority
  case showRuns, showCurves, showTraining, showCells, showDifference, showMasks, showRecord
  case nextPanel, previousPanel, zoom, chooseTheme
  case reconnect
  case copyCommand, export, palette, help, redraw, suspend, back, quit
}

extension RunsAction {
  /// The heading under which help lists the action.
  package enum Section: String, CaseIterable, Sendable {
    case runs = "Runs"
    case control = "Control"
    case panels = "Panels"
    case program = "Program"
  }

  package var section: Section {
    switch self {
    case .previous, .next, .pageUp, .pageDown, .first, .last, .open, .mark, .unmarkAll, .filter,
      .sort, .nextTask:
      .runs
    case .pause, .cancel, .moreWorkers, .fewerWorkers, .lowerPriority, .raisePriority: .control
    case .showRuns, .showCurves, .showTraining, .showCells, .showDifference, .showMasks,
      .showRecord, .nextPanel, .previousPanel, .zoom, .chooseTheme:
      .panels
    case .reconnect, .copyCommand, .export, .palette, .help, .redraw, .suspend, .back, .quit:
      .program
    }
  }

  /// One line for help and the palette.
  package var title: String {
    switch self {
    case .previous: "Select the run above; in the cells, the cell"
    case .next: "Select the run below; in the cells, the cell"
    case .pageUp: "Ten up"
    case .pageDown: "Ten down"
    case .first: "To the top"
    case .last: "To the end"
    case .open: "Go on with a run that nothing works on; of others show the curves"
    case .mark: "Mark the run to compare it, or take the mark away"
    case .unmarkAll: "Take all marks away"
    case .filter: "Filter the runs by words: name, model, task, state"
    case .sort: "Sort by time, name, state, progress, turning point"
    case .nextTask: "Curves of the next task"
    case .pause: "Pause the run, or let it go on"
    case .cancel: "Cancel the run; it is asked for once more"
    case .moreWorkers: "One thread more"
    case .fewerWorkers: "One thread fewer"
    case .lowerPriority: "Let others go first: lower the priority"
    case .raisePriority: "Raise the priority again"
    case .showRuns: "Panel 1: runs"
    case .showCurves: "Panel 2: curves over sparsity"
    case .showTraining: "Panel 3: losses and scores while training"
    case .showCells: "Panel 4: cells"
    case .showDifference: "Panel 5: the second marked run minus the first"
    case .showMasks: "Panel 6: how alike the masks are"
    case .showRecord: "Panel 7: what the run was made with"
    case .nextPanel: "Next panel"
    case .previousPanel: "Previous panel"
    case .zoom: "Zoom the panel, or back"
    case .chooseTheme: "Choose a theme"
    case .reconnect: "Try lost machines at once"
    case .copyCommand: "Copy the command that repeats the run"
    case .export: "Export the run, or all marked: CSV, JSON, TensorBoard, SVG"
    case .palette: "Find a command"
    case .help: "Help"
    case .redraw: "Redraw the screen"
    case .suspend: "Suspend to the shell"
    case .back: "Back to the explorer"
    case .quit: "Quit; runs go on without the view"
    }
  }

  /// Whether it changes a run, which a view that only reads does not do.
  package var changesRuns: Bool {
    switch self {
    case .pause, .cancel, .moreWorkers, .fewerWorkers, .lowerPriority, .raisePriority: true
    default: false
    }
  }
}

extension KeyTable<RunsAction> {
  package static var runs: Self { runsKeys }
}

private let runsKeys = KeyTable<RunsAction>(
  own: [
    .init(action: .previous, keys: [.arrow(.up), .character("k")]),
    .init(action: .next, keys: [.arrow(.down), .character("j")]),
    .init(action: .pageUp, keys: [.pageUp]),
    .init(action: .pageDown, keys: [.pageDown]),
    .init(action: .first, keys: [.home]),
    .init(action: .last, keys: [.end]),
    .init(action: .open, keys: [.enter]),
    .init(action: .mark, keys: [.character(" ")]),
    .init(action: .unmarkAll, keys: [.character("u")]),
    .init(action: .sort, keys: [.character("s")]),
    .init(action: .nextTask, keys: [.character("t")]),

    .init(action: .pause, keys: [.character("p")]),
    .init(action: .cancel, keys: [.character("c")]),
    .init(action: .moreWorkers, keys: [.character("+")]),
    .init(action: .fewerWorkers, keys: [.character("-")]),
    .init(action: .lowerPriority, keys: [.character("[")]),
    .init(action: .raisePriority, keys: [.character("]")]),

    .init(action: .showRuns, keys: [.character("1")]),
    .init(action: .showCurves, keys: [.character("2")]),
    .init(action: .showTraining, keys: [.character("3")]),
    .init(action: .showCells, keys: [.character("4")]),
    .init(action: .showDifference, keys: [.character("5")]),
    .init(action: .showMasks, keys: [.character("6")]),
    .init(action: .showRecord, keys: [.character("7")]),

    .init(action: .reconnect, keys: [.character("R")]),
    .init(action: .export, keys: [.character("x")]),
    .init(action: .back, keys: [.character("r")]),
  ],
  hints: [
    .init(actions: [.previous, .next], text: "run"),
    .init(actions: [.open], text: "go on"),
    .init(actions: [.mark], text: "compare"),
    .init(actions: [.pause], text: "pause"),
    .init(actions: [.cancel], text: "cancel"),
    .init(actions: [.nextPanel], text: "panel"),
    .init(actions: [.zoom], text: "zoom"),
    .init(actions: [.sort], text: "sort"),
    .init(actions: [.filter], text: "filter"),
    .init(actions: [.export], text: "export"),
    .init(actions: [.copyCommand], text: "copy"),
    .init(actions: [.fewerWorkers, .moreWorkers], text: "threads"),
    .init(actions: [.lowerPriority, .raisePriority], text: "priority"),
    .init(actions: [.back], text: "explorer"),
    .init(actions: [.palette], text: "command"),
  ])
