import Canvas

extension ScreenState {
  /// Gives a key to the overlay that is open, else to the action that it is bound to.
  mutating func handle(_ key: Key) -> [Effect] {
    switch key {
    case .resize(let size):
      self.size = size
      return [.redraw]
    case .mouse(let mouse): return handle(mouse)
    default: notice = nil
    }
    switch overlay {
    case .help(let scroll):
      if key == .control("c") { return [.quit] }
      overlay = helpSheet(scroll: scroll).offset(after: key, on: size).map { .help(scroll: $0) }
      return []
    case .palette(let prompt, let selection):
      return handlePalette(key, prompt, selection: selection)
    case .filter(let prompt, let before):
      handleFilter(key, prompt, before: before)
      return []
    case .themes(let list, let before): return handleThemes(key, list, before: before)
    case .own(let own): return handle(key, on: own)
    case nil: return handleFree(key)
    }
  }

  /// Takes a key when no overlay does.
  mutating func handleFree(_ key: Key) -> [Effect] {
    if key == .escape {
      // One step back from whatever narrows the view.
      if zoomed {
        zoomed = false
      } else if !filterText.isEmpty {
        filterText = ""
      } else {
        return goBack()
      }
      return []
    }
    prepare(for: key)
    return keys.action(for: key).map { perform($0) } ?? []
  }

  private mutating func handlePalette(
    _ key: Key, _ prompt: Prompt, selection: Int
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
      if let effects = runCommand(prompt.text) { return effects }
      guard list.matches.indices.contains(selection) else { return [] }
      let chosen = list.matches[selection].item.title
      if let action = Action.allCases.first(where: { $0.title == chosen }) {
        return perform(action)
      }
      return runCommand(chosen) ?? []
    case .escape, .control("c"): overlay = nil
    default:
      var edited = prompt
      if edited.edit(key) { overlay = .palette(edited, selection: 0) }
    }
    return []
  }

  private mutating func handleFilter(_ key: Key, _ prompt: Prompt, before: String) {
    switch key {
    case .enter, .tab: overlay = nil
    case .escape, .control("c"):
      overlay = nil
      filterText = before
    case .arrow(.down, _): moveSelection(by: 1)
    case .arrow(.up, _): moveSelection(by: -1)
    case .pageDown: moveSelection(by: 10)
    case .pageUp: moveSelection(by: -10)
    default:
      var edited = prompt
      guard edited.edit(key) else { return }
      filterText = edited.text
      overlay = .filter(edited, before: before)
    }
    selectVisible()
  }

  private mutating func handleThemes(
    _ key: Key, _ list: ShortList<Theme>, before: Theme
  ) -> [Effect] {
    var list = list
    switch list.take(key, openedBy: "T") {
    case .moved:
      look.theme = list.selected
      overlay = .themes(list, before: before)
    case .kept:
      overlay = nil
      if look.theme.name != before.name { return [.rememberTheme(look.theme.name)] }
    case .left:
      overlay = nil
      look.theme = before
    case nil: break
    }
    return []
  }

  // MARK: The mouse

  /// Clicks choose panels and what is in them; the wheel moves what is under the pointer.
  private mutating func handle(_ mouse: Key.Mouse) -> [Effect] {
    guard !isTooSmall else { return [] }
    if overlay != nil {
      switch mouse.action {
      case .wheelUp: return handle(.arrow(.up))
      case .wheelDown: return handle(.arrow(.down))
      case .press: return handle(.escape)
      case .drag, .release: return []
      }
    }
    let isPress = mouse.action == .press && mouse.button == .left
    if isPress { notice = nil }
    if let effects = handleBesidePanels(mouse) { return effects }
    let layout = layout
    let hit = layout.panels.first { $0.value.contains(mouse.point) }
    switch mouse.action {
    case .press where isPress:
      if mouse.y == layout.header.y, mouse.x >= layout.header.maxX - 7 { return perform(.help) }
      guard let (panel, rect) = hit else { return [] }
      look(at: panel)
      return click(mouse.point, on: panel, in: rect)
    case .wheelUp: return scroll(over: hit?.key, by: -1)
    case .wheelDown: return scroll(over: hit?.key, by: 1)
    case .press, .drag, .release: return []
    }
  }
}
