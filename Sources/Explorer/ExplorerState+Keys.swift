import Canvas
import Experiments

extension ExplorerState {
  /// Gives a key to the overlay that is open, else to the action that it is bound to.
  mutating func handle(_ key: Key) -> [Effect] {
    if case .resize(let size) = key {
      self.size = size
      return [.redraw]
    }
    if case .mouse(let mouse) = key { return handle(mouse) }
    notice = nil
    switch overlay {
    case .help(let scroll): return handleHelp(key, scroll: scroll)
    case .palette(let query, let selection):
      return handlePalette(key, query: query, selection: selection)
    case .picker(let picker): return handlePicker(key, picker)
    case .level(let text, let before): return handleLevel(key, text: text, before: before)
    case .filter(let before): return handleFilter(key, before: before)
    case nil: return handleMain(key)
    }
  }

  private mutating func handleMain(_ key: Key) -> [Effect] {
    if key == .escape {
      // One step back from whatever narrows the view.
      if zoomed { zoomed = false } else { filterText = "" }
      return []
    }
    // A digit is both a panel's number and the beginning of a level: the panel comes at once, and
    // goes again if a number follows.
    if case .character(let character) = key, "0123456789".contains(character) {
      overlay = .level(text: String(character), before: recent)
    }
    guard let action = keys.action(for: key) else { return [] }
    return perform(action)
  }

  // MARK: Overlays

  private mutating func handleHelp(_ key: Key, scroll: Int) -> [Effect] {
    switch key {
    case .arrow(.down, _), .character("j"): overlay = .help(scroll: scroll + 1)
    case .arrow(.up, _), .character("k"): overlay = .help(scroll: max(0, scroll - 1))
    case .pageDown, .character(" "): overlay = .help(scroll: scroll + 10)
    case .pageUp: overlay = .help(scroll: max(0, scroll - 10))
    case .home: overlay = .help(scroll: 0)
    case .control("c"): return [.quit]
    default: overlay = nil
    }
    return []
  }

  private mutating func handlePalette(_ key: Key, query: String, selection: Int) -> [Effect] {
    let actions = paletteActions(for: query)
    func move(_ step: Int) {
      let bounded = min(max(selection + step, 0), max(actions.count - 1, 0))
      overlay = .palette(query: query, selection: bounded)
    }
    switch key {
    case .arrow(.down, _), .control("n"), .tab: move(1)
    case .arrow(.up, _), .control("p"), .backtab: move(-1)
    case .pageDown: move(10)
    case .pageUp: move(-10)
    case .enter:
      overlay = nil
      if actions.indices.contains(selection) { return perform(actions[selection]) }
    case .escape, .control("c"): overlay = nil
    default:
      if let edited = TextEdit.apply(key, to: query) {
        overlay = .palette(query: edited, selection: 0)
      }
    }
    return []
  }

  /// The actions that a query finds, the best first.
  package func paletteActions(for query: String) -> [Action] {
    let all = Action.allCases.filter { $0 != .palette }
    return FuzzyMatch.rank(all.map(\.title), query: query).map { all[$0.index] }
  }

  private mutating func handlePicker(_ key: Key, _ picker: Picker) -> [Effect] {
    var picker = picker
    switch key {
    case .arrow(.down, _), .character("j"), .tab, .character("m"), .character("T"):
      picker.selection = (picker.selection + 1) % max(picker.count, 1)
    case .arrow(.up, _), .character("k"), .backtab:
      picker.selection = (picker.selection + picker.count - 1) % max(picker.count, 1)
    case .home: picker.selection = 0
    case .end: picker.selection = max(picker.count - 1, 0)
    case .enter, .character(" "):
      overlay = nil
      return []
    case .escape, .character("q"), .control("c"):
      overlay = nil
      return takeBack(picker)
    default: return []
    }
    overlay = .picker(picker)
    return apply(picker)
  }

  private mutating func apply(_ picker: Picker) -> [Effect] {
    switch picker.choices {
    case .methods(let methods, _): return setMethod(methods[picker.selection])
    case .themes(let themes, _):
      theme = themes[picker.selection]
      return []
    }
  }

  private mutating func takeBack(_ picker: Picker) -> [Effect] {
    switch picker.choices {
    case .methods(_, let before):
      guard request != before else { return [] }
      request = before
      return requestChanged()
    case .themes(_, let before):
      theme = before
      return []
    }
  }

  private mutating func handleLevel(_ key: Key, text: String, before: [PanelID]) -> [Effect] {
    switch key {
    case .character(let character) where "0123456789.:%".contains(character):
      guard text.count < 12 else { return [] }
      // It is a number after all, so the panel that the first digit brought goes back.
      recent = before
      overlay = .level(text: text + String(character), before: before)
    case .backspace:
      overlay = text.count <= 1 ? nil : .level(text: String(text.dropLast()), before: before)
    case .enter:
      overlay = nil
      recent = before
      return goToLevel(text)
    case .escape, .control("c"): overlay = nil
    default:
      overlay = nil
      return handleMain(key)
    }
    return []
  }

  /// Goes to a level as it was typed: `62.5`, `62.5 %`, or a pattern such as `2:4`.
  private mutating func goToLevel(_ text: String) -> [Effect] {
    if text.isEmpty { return [] }
    if let level = SparsityLevel(percentText: text) { return setLevel(level) }
    if let pattern = NMPattern(text), pattern.m <= 4096 {
      let method = PruningMethod.nm(groupSize: pattern.m)
      let effects = setMethod(method)
      return effects + setLevel(SparsityLevel(pattern.sparsity))
    }
    notice = Notice(
      "“\(text)” is no level: type a percentage from 0 to 100 or a pattern such as 2:4",
      isWarning: true)
    return []
  }

  private mutating func handleFilter(_ key: Key, before: String) -> [Effect] {
    switch key {
    case .enter, .tab: overlay = nil
    case .escape, .control("c"):
      overlay = nil
      filterText = before
    case .arrow(.down, _): return perform(.nextMatrix)
    case .arrow(.up, _): return perform(.previousMatrix)
    default:
      if let edited = TextEdit.apply(key, to: filterText) { filterText = edited }
    }
    if let first = visibleMatrices.first, let index = selection.index,
      !visibleMatrices.contains(index)
    {
      select(.matrix(first))
    }
    return []
  }
}

/// The editing of one line of text, at its end.
enum TextEdit {
  /// The text after a key; nil for keys that do not edit.
  static func apply(_ key: Key, to text: String) -> String? {
    switch key {
    case .character(let character): text + String(character)
    case .paste(let pasted): text + pasted.replacing("\n", with: " ")
    case .backspace: String(text.dropLast())
    case .control("u"): ""
    case .control("w"):
      String(text.drop { _ in false }.reversed().drop { $0 == " " }.drop { $0 != " " }.reversed())
    default: nil
    }
  }
}
