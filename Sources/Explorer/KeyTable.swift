import Canvas

/// Which key does what: the one table behind dispatch, key hints, help and the palette.
package struct KeyTable: Sendable {
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

extension KeyTable {
  package static let standard = KeyTable(
    bindings: [
      Binding(action: .less, keys: [.arrow(.left), .character("h")]),
      Binding(action: .more, keys: [.arrow(.right), .character("l")]),
      Binding(action: .lessFine, keys: [.character(","), .arrow(.left, .shift)]),
      Binding(action: .moreFine, keys: [.character("."), .arrow(.right, .shift)]),
      Binding(action: .lessCoarse, keys: [.pageDown]),
      Binding(action: .moreCoarse, keys: [.pageUp]),
      Binding(action: .dense, keys: [.home]),
      Binding(action: .empty, keys: [.end]),
      Binding(action: .typeLevel, keys: [.character("="), .enter]),

      Binding(action: .previousMatrix, keys: [.arrow(.up), .character("k")]),
      Binding(action: .nextMatrix, keys: [.arrow(.down), .character("j")]),
      Binding(action: .wholeModel, keys: [.character("w")]),
      Binding(action: .filter, keys: [.character("/")]),
      Binding(action: .toggleMatrix, keys: [.character(" ")]),
      Binding(action: .toggleBlock, keys: [.character("b")]),
      Binding(action: .toggleKind, keys: [.character("K")]),
      Binding(action: .includeAll, keys: [.character("a")]),

      Binding(action: .chooseMethod, keys: [.character("m")]),
      Binding(action: .switchScope, keys: [.character("s")]),
      Binding(action: .newSeed, keys: [.character("n")]),

      Binding(action: .chooseTask, keys: [.character("t")]),
      Binding(action: .evaluateHere, keys: [.character("e")]),
      Binding(action: .pauseEngine, keys: [.character("p")]),
      Binding(action: .goToTurningPoint, keys: [.character("G")]),
      Binding(action: .lowerTolerance, keys: [.character("-")]),
      Binding(action: .raiseTolerance, keys: [.character("+")]),

      Binding(action: .nextPanel, keys: [.tab]),
      Binding(action: .previousPanel, keys: [.backtab]),
      Binding(action: .zoom, keys: [.character("z")]),
      Binding(action: .toggleLog, keys: [.character("g")]),
      Binding(action: .chooseTheme, keys: [.character("T")]),
      Binding(action: .showMatrices, keys: [.character("1")]),
      Binding(action: .showMagnitudes, keys: [.character("2")]),
      Binding(action: .showAccuracy, keys: [.character("3")]),
      Binding(action: .showHeatMap, keys: [.character("4")]),
      Binding(action: .showMaskMap, keys: [.character("5")]),

      Binding(action: .palette, keys: [.character(":"), .control("p")]),
      Binding(action: .help, keys: [.character("?"), .function(1)]),
      Binding(action: .copyCommand, keys: [.character("y")]),
      Binding(action: .redraw, keys: [.control("l")]),
      Binding(action: .suspend, keys: [.control("z")]),
      Binding(action: .quit, keys: [.character("q"), .control("c")]),
    ],
    hints: [
      Hint(actions: [.less, .more], text: "1 %"),
      Hint(actions: [.lessFine, .moreFine], text: "0.1 %"),
      Hint(actions: [.previousMatrix, .nextMatrix], text: "matrix"),
      Hint(actions: [.chooseMethod], text: "method"),
      Hint(actions: [.chooseTask], text: "task"),
      Hint(actions: [.switchScope], text: "scope"),
      Hint(actions: [.toggleMatrix], text: "in/out"),
      Hint(actions: [.evaluateHere], text: "evaluate"),
      Hint(actions: [.nextPanel], text: "panel"),
      Hint(actions: [.zoom], text: "zoom"),
      Hint(actions: [.filter], text: "filter"),
      Hint(actions: [.palette], text: "command"),
      Hint(actions: [.toggleLog], text: "log"),
      Hint(actions: [.chooseTheme], text: "theme"),
      Hint(actions: [.goToTurningPoint], text: "essential"),
    ])
}
