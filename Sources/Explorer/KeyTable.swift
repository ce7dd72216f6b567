import Canvas

/// Which key does what: the one table behind dispatch, key hints, help and the palette of a screen.
package struct KeyTable<Action: Hashable & Sendable>: Sendable {
  /// An action and the keys that ask for it, the one to show first.
  package struct Binding: Sendable {
    package var action: Action
    package var keys: [Key]
  }

  /// A short entry of the bottom line; it stands for one action or for a pair such as left and
  /// right.
  package struct Hint: Sendable {
    package var actions: [Action]
    package var text: String
  }

  package private(set) var bindings: [Binding]
  /// The most important first: a narrow screen shows only the beginning.
  package var hints: [Hint]
  private var actions: [Key: Action] = [:]

  package init(bindings: [Binding], hints: [Hint]) {
    self.bindings = bindings
    self.hints = hints
    for binding in bindings {
      for key in binding.keys {
        assert(actions[key] == nil, "\(key) is bound twice")
        actions[key] = binding.action
      }
    }
  }

  package func action(for key: Key) -> Action? { actions[key] }

  package func keys(for action: Action) -> [Key] {
    bindings.first { $0.action == action }?.keys ?? []
  }

  /// The keys of an action as help writes them: `← h`; empty where only the palette has it.
  package func label(for action: Action, symbols: GraphSymbols) -> String {
    keys(for: action).map { $0.label(symbols: symbols) }.joined(separator: " ")
  }

  /// The keys of a hint as the bottom line writes them: `←→`.
  package func label(for hint: Hint, symbols: GraphSymbols) -> String {
    hint.actions.compactMap { keys(for: $0).first?.label(symbols: symbols) }.joined()
  }
}

extension Key {
  /// The key's name, with nothing beyond seven bits where the terminal has no more.
  func label(symbols: GraphSymbols) -> String {
    guard symbols == .ascii else { return description }
    return switch self {
    case .character(" "): "Space"
    case .control(let character): "^" + String(character)
    case .arrow(.left, let modifiers): modifiers.isEmpty ? "<-" : "S-<-"
    case .arrow(.right, let modifiers): modifiers.isEmpty ? "->" : "S-->"
    case .arrow(.up, _): "Up"
    case .arrow(.down, _): "Dn"
    case .backtab: "S-Tab"
    default: description
    }
  }
}

extension KeyTable<Explorer.Action> {
  package static var standard: Self { explorerKeys }
}

private let explorerKeys = KeyTable<Explorer.Action>(
  bindings: [
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
    .init(action: .filter, keys: [.character("/")]),
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

    .init(action: .nextPanel, keys: [.tab]),
    .init(action: .previousPanel, keys: [.backtab]),
    .init(action: .zoom, keys: [.character("z")]),
    .init(action: .toggleLog, keys: [.character("g")]),
    .init(action: .chooseTheme, keys: [.character("T")]),
    .init(action: .showMatrices, keys: [.character("1")]),
    .init(action: .showMagnitudes, keys: [.character("2")]),
    .init(action: .showAccuracy, keys: [.character("3")]),
    .init(action: .showHeatMap, keys: [.character("4")]),
    .init(action: .showMaskMap, keys: [.character("5")]),

    .init(action: .palette, keys: [.character(":"), .control("p")]),
    .init(action: .help, keys: [.character("?"), .function(1)]),
    .init(action: .showRuns, keys: [.character("r")]),
    .init(action: .copyCommand, keys: [.character("y")]),
    .init(action: .redraw, keys: [.control("l")]),
    .init(action: .suspend, keys: [.control("z")]),
    .init(action: .quit, keys: [.character("q"), .control("c")]),
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
