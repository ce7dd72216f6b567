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
    case .palette(let prompt, let selection):
      return handlePalette(key, prompt: prompt, selection: selection)
    case .picker(let picker): return handlePicker(key, picker)
    case .level(let text, let before): return handleLevel(key, text: text, before: before)
    case .filter(let prompt, let before):
      return handleFilter(key, prompt: prompt, before: before)
    case .taskData(let form): return handleTaskData(key, form)
    case .sensitivity(let selection):
      handleSensitivity(key, selection: selection)
      return []
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
    if key == .control("c") { return [.quit] }
    overlay = helpSheet(scroll: scroll).offset(after: key, on: size).map { .help(scroll: $0) }
    return []
  }

  private mutating func handlePalette(
    _ key: Key, prompt: Prompt, selection: Int
  ) -> [Effect] {
    let list = palette(prompt, selection: selection)
    func move(_ step: Int) {
      let bounded = min(max(selection + step, 0), max(list.matches.count - 1, 0))
      overlay = .palette(prompt, selection: bounded)
    }
    switch key {
    case .arrow(.down, _), .control("n"), .tab: move(1)
    case .arrow(.up, _), .control("p"), .backtab: move(-1)
    case .pageDown: move(10)
    case .pageUp: move(-10)
    case .enter:
      overlay = nil
      if let effects = runTaskCommand(prompt.text) { return effects }
      guard list.matches.indices.contains(selection) else { return [] }
      let chosen = list.matches[selection].item.title
      if let action = Action.allCases.first(where: { $0.title == chosen }) {
        return perform(action)
      }
      return runTaskCommand(chosen) ?? []
    case .escape, .control("c"): overlay = nil
    default:
      var edited = prompt
      if edited.edit(key) { overlay = .palette(edited, selection: 0) }
    }
    return []
  }

  /// The palette: every action but itself and every task, ranked by what was typed.
  func palette(_ prompt: Prompt, selection: Int) -> PaletteList {
    let items = Action.allCases.filter { $0 != .palette }.map { action in
      PaletteList.Item(
        title: action.title, detail: action.section.rawValue,
        key: keys.label(for: action, symbols: look.symbols))
    }
    let commands = tasks.map { offer in
      PaletteList.Item(title: "task \(offer.name)", detail: offer.title)
    }
    let isTask = prompt.text.hasPrefix("task ")
    return PaletteList(
      prompt: prompt, items: items + commands, selection: selection,
      emptyText: isTask ? "task NAME PATH: Enter opens it" : "no command matches")
  }

  private mutating func handlePicker(_ key: Key, _ picker: Picker) -> [Effect] {
    var picker = picker
    switch key {
    case .arrow(.down, _), .character("j"), .tab, .character("m"), .character("T"),
      .character("t"):
      picker.selection = (picker.selection + 1) % max(picker.count, 1)
    case .arrow(.up, _), .character("k"), .backtab:
      picker.selection = (picker.selection + picker.count - 1) % max(picker.count, 1)
    case .home: picker.selection = 0
    case .end: picker.selection = max(picker.count - 1, 0)
    case .enter, .character(" "):
      overlay = nil
      return keep(picker)
    case .character("d"):
      guard case .tasks(let offers) = picker.choices else { return [] }
      overlay = nil
      return choose(offers[picker.selection], asking: true)
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
    case .methods(let methods, let before):
      // From the level that the list was opened at, so that looking at the coarse steps of 1:2 does
      // not cost it.
      request.sparsity = before.sparsity
      return setMethod(methods[picker.selection])
    case .themes(let themes, _):
      look.theme = themes[picker.selection]
      return []
    case .tasks: return []
    }
  }

  private mutating func keep(_ picker: Picker) -> [Effect] {
    switch picker.choices {
    case .methods: return []
    case .themes(let themes, let before):
      let chosen = themes[picker.selection]
      return chosen.name == before.name ? [] : [.rememberTheme(chosen.name)]
    case .tasks(let offers): return choose(offers[picker.selection])
    }
  }

  private mutating func takeBack(_ picker: Picker) -> [Effect] {
    switch picker.choices {
    case .methods(_, let before):
      guard request != before else { return [] }
      request = before
      return requestChanged()
    case .themes(_, let before):
      look.theme = before
      return []
    case .tasks: return []
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
      let effects = setMethod(method) + setLevel(SparsityLevel(pattern.sparsity))
      if unfitPattern != nil {
        notice = Notice(
          "No matrix fits \(pattern): no width is a multiple of \(pattern.m)", isWarning: true)
      }
      return effects
    }
    notice = Notice(
      "“\(text)” is no level: type a percentage from 0 to 100 or a pattern such as 2:4",
      isWarning: true)
    return []
  }

  private mutating func handleFilter(_ key: Key, prompt: Prompt, before: String) -> [Effect] {
    switch key {
    case .enter, .tab: overlay = nil
    case .escape, .control("c"):
      overlay = nil
      filterText = before
    case .arrow(.down, _): return perform(.nextMatrix)
    case .arrow(.up, _): return perform(.previousMatrix)
    default:
      var edited = prompt
      guard edited.edit(key) else { return [] }
      filterText = edited.text
      overlay = .filter(edited, before: before)
    }
    let visible = visibleMatrices
    if let first = visible.first, let index = selection.index, !visible.contains(index) {
      select(.matrix(first))
    }
    return []
  }
}
