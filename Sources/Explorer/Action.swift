import Canvas

/// Everything that a person can ask of the explorer.
package enum Action: String, ScreenAction {
  case less, more, lessFine, moreFine, lessCoarse, moreCoarse, dense, empty, typeLevel
  case previousMatrix, nextMatrix, wholeModel
  case toggleMatrix, toggleBlock, toggleKind, includeAll
  case chooseMethod, switchScope, newSeed
  case chooseTask, evaluateHere, pauseEngine, lowerTolerance, raiseTolerance, goToTurningPoint
  case showSensitivity
  case toggleLog, zoom, nextPanel, previousPanel
  case showMatrices, showMagnitudes, showAccuracy, showHeatMap, showMaskMap
  case filter, palette, help, chooseTheme, showRuns, copyCommand, redraw, suspend, quit
}

extension Action {
  /// The heading under which help lists the action.
  package enum Section: String, CaseIterable, Sendable {
    case sparsity = "Sparsity"
    case matrices = "Matrices"
    case pruning = "Pruning"
    case evaluation = "Evaluation"
    case view = "View"
    case program = "Program"
  }

  package var section: Section {
    switch self {
    case .less, .more, .lessFine, .moreFine, .lessCoarse, .moreCoarse, .dense, .empty, .typeLevel:
      .sparsity
    case .previousMatrix, .nextMatrix, .wholeModel, .toggleMatrix, .toggleBlock, .toggleKind,
      .includeAll, .filter:
      .matrices
    case .chooseMethod, .switchScope, .newSeed: .pruning
    case .chooseTask, .evaluateHere, .pauseEngine, .lowerTolerance, .raiseTolerance,
      .goToTurningPoint, .showSensitivity:
      .evaluation
    case .toggleLog, .zoom, .nextPanel, .previousPanel, .showMatrices, .showMagnitudes,
      .showAccuracy, .showHeatMap, .showMaskMap, .chooseTheme:
      .view
    case .palette, .help, .showRuns, .copyCommand, .redraw, .suspend, .quit: .program
    }
  }

  /// One line for help and the palette.
  package var title: String {
    switch self {
    case .less: "1 % less sparse"
    case .more: "1 % sparser"
    case .lessFine: "0.1 % less sparse"
    case .moreFine: "0.1 % sparser"
    case .lessCoarse: "10 % less sparse"
    case .moreCoarse: "10 % sparser"
    case .dense: "Dense: nothing pruned"
    case .empty: "Prune everything"
    case .typeLevel: "Type a level, such as 62.5 or 2:4, then Enter"
    case .previousMatrix: "Select the matrix above"
    case .nextMatrix: "Select the matrix below"
    case .wholeModel: "Select the whole model, or go back to the matrix"
    case .toggleMatrix: "Take the matrix out of the pruning, or put it back"
    case .toggleBlock: "Take its block out, or put it back"
    case .toggleKind: "Take all matrices of its kind out, or put them back"
    case .includeAll: "Put every matrix back"
    case .chooseMethod: "Choose the pruning method"
    case .switchScope: "One threshold for all matrices, or one for each"
    case .newSeed: "Next seed of random pruning"
    case .chooseTask: "Choose the task and its data"
    case .evaluateHere: "Evaluate at this level now"
    case .pauseEngine: "Pause or resume the engine"
    case .lowerTolerance: "Lower the tolerance ε"
    case .raiseTolerance: "Raise the tolerance ε"
    case .goToTurningPoint: "Go to the essential sparsity"
    case .showSensitivity: "Sensitivity: what the task loses when a part alone is pruned"
    case .toggleLog: "Logarithmic or linear histogram"
    case .zoom: "Zoom the panel, or back"
    case .nextPanel: "Next panel"
    case .previousPanel: "Previous panel"
    case .showMatrices: "Panel 1: matrices"
    case .showMagnitudes: "Panel 2: magnitudes"
    case .showAccuracy: "Panel 3: accuracy against sparsity"
    case .showHeatMap: "Panel 4: sparsity by block and kind"
    case .showMaskMap: "Panel 5: where the pruned weights lie"
    case .filter: "Filter the matrices"
    case .palette: "Find a command"
    case .help: "Help"
    case .chooseTheme: "Choose a theme"
    case .showRuns: "Experiments: the runs, their curves and their control"
    case .copyCommand: "Copy the command that repeats what is shown"
    case .redraw: "Redraw the screen"
    case .suspend: "Suspend to the shell"
    case .quit: "Quit"
    }
  }
}

extension KeyTable<Explorer.Action> {
  package static var standard: Self { explorerKeys }
}

private let explorerKeys = KeyTable<Explorer.Action>(
  own: [
    .init(action: .less, keys: [.arrow(.left), .character("h")]),
    .init(action: .more, keys: [.arrow(.right), .character("l")]),
    .init(action: .lessFine, keys: [.character(","), .arrow(.left, .shift)]),
    .init(action: .moreFine, keys: [.character("."), .arrow(.right, .shift)]),
    .init(action: .lessCoarse, keys: [.pageDown]),
    .init(action: .moreCoarse, keys: [.pageUp]),
    .init(action: .dense, keys: [.home]),
    .init(action: .empty, keys: [.end]),
    .init(action: .typeLevel, keys: [.character("="), .enter]),

    .init(action: .previousMatrix, keys: [.arrow(.up), .character("k")]),
    .init(action: .nextMatrix, keys: [.arrow(.down), .character("j")]),
    .init(action: .wholeModel, keys: [.character("w")]),
    .init(action: .toggleMatrix, keys: [.character(" ")]),
    .init(action: .toggleBlock, keys: [.character("b")]),
    .init(action: .toggleKind, keys: [.character("K")]),
    .init(action: .includeAll, keys: [.character("a")]),

    .init(action: .chooseMethod, keys: [.character("m")]),
    .init(action: .switchScope, keys: [.character("s")]),
    .init(action: .newSeed, keys: [.character("n")]),

    .init(action: .chooseTask, keys: [.character("t")]),
    .init(action: .evaluateHere, keys: [.character("e")]),
    .init(action: .pauseEngine, keys: [.character("p")]),
    .init(action: .goToTurningPoint, keys: [.character("G")]),
    .init(action: .showSensitivity, keys: [.character("v")]),
    .init(action: .lowerTolerance, keys: [.character("-")]),
    .init(action: .raiseTolerance, keys: [.character("+")]),

    .init(action: .toggleLog, keys: [.character("g")]),
    .init(action: .showMatrices, keys: [.character("1")]),
    .init(action: .showMagnitudes, keys: [.character("2")]),
    .init(action: .showAccuracy, keys: [.character("3")]),
    .init(action: .showHeatMap, keys: [.character("4")]),
    .init(action: .showMaskMap, keys: [.character("5")]),

    .init(action: .showRuns, keys: [.character("r")]),
  ],
  hints: [
    .init(actions: [.less, .more], text: "1 %"),
    .init(actions: [.lessFine, .moreFine], text: "0.1 %"),
    .init(actions: [.previousMatrix, .nextMatrix], text: "matrix"),
    .init(actions: [.chooseMethod], text: "method"),
    .init(actions: [.chooseTask], text: "task"),
    .init(actions: [.switchScope], text: "scope"),
    .init(actions: [.toggleMatrix], text: "in/out"),
    .init(actions: [.evaluateHere], text: "evaluate"),
    .init(actions: [.nextPanel], text: "panel"),
    .init(actions: [.zoom], text: "zoom"),
    .init(actions: [.showSensitivity], text: "sensitivity"),
    .init(actions: [.showRuns], text: "runs"),
    .init(actions: [.filter], text: "filter"),
    .init(actions: [.palette], text: "command"),
    .init(actions: [.toggleLog], text: "log"),
    .init(actions: [.chooseTheme], text: "theme"),
    .init(actions: [.goToTurningPoint], text: "essential"),
  ])
