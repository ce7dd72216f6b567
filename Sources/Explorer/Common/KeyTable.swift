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

extension KeyTable where Action: ScreenAction {
  /// As many hints as fit, and always the way to all of them and the way out.
  func drawHints(in rect: Rect, on canvas: inout Canvas, _ look: Appearance) {
    let last = fragments(for: .init(actions: [.quit], text: "quit"), look)
    var x = rect.x + 1
    let end = rect.maxX - last.width
    for hint in hints {
      let pieces = fragments(for: hint, look)
      if x + pieces.width > end { break }
      x += canvas.put(pieces, x: x, y: rect.y)
    }
    canvas.put(last, x: x, y: rect.y, maxWidth: rect.maxX - x)
  }

  private func fragments(for hint: Hint, _ look: Appearance) -> [Fragment] {
    [
      Fragment(label(for: hint, symbols: look.symbols), look.roles.keyHint),
      Fragment(" \(hint.text)  ", look.roles.muted),
    ]
  }
}
