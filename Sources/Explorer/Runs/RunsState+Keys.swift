import Canvas

extension RunsState {
  /// Gives a key to the overlay that is open, else to the action that it is bound to.
  mutating func handle(_ key: Key) -> [RunsEffect] {
    if case .resize(let size) = key {
      self.size = size
      return [.redraw]
    }
    awaitedSelection = nil
    if case .mouse(let mouse) = key { return handle(mouse) }
    notice = nil
    switch overlay {
    case .help(let scroll): return handleHelp(key, scroll: scroll)
    case .palette(let prompt, let selection):
      return handlePalette(key, prompt: prompt, selection: selection)
    case .filter(let prompt, let before):
      handleFilter(key, prompt: prompt, before: before)
      return []
    case .themes(let themes, let selection, let before):
      return handleThemes(key, themes, selection: selection, before: before)
    case .export(let selection): return handleExport(key, selection: selection)
    case .cancelling(let run): return handleCancelling(key, run)
    case nil: return handleMain(key)
    }
  }

  private mutating func handleMain(_ key: Key) -> [RunsEffect] {
    if key == .escape {
      // One step back from whatever narrows the view, in the end to the explorer.
      if zoomed {
        zoomed = false
      } else if !filterText.isEmpty {
        filterText = ""
      } else {
        return hasExplorer ? [.back] : []
      }
      return []
    }
    guard let action = keys.action(for: key) else { return [] }
    return perform(action)
  }

  // MARK: Overlays

  private mutating func handleHelp(_ key: Key, scroll: Int) -> [RunsEffect] {
    if key == .control("c") { return [.quit] }
    overlay = helpSheet(scroll: scroll).offset(after: key, on: size).map { .help(scroll: $0) }
    return []
  }

  private mutating func handlePalette(
    _ key: Key, prompt: Prompt, selection: Int
  ) -> [RunsEffect] {
    let list = palette(prompt, selection: selection)
    switch key {
    case .arrow(.down, _), .control("n"), .tab:
      overlay = .palette(prompt, selection: min(selection + 1, max(0, list.matches.count - 1)))
    case .arrow(.up, _), .control("p"), .backtab:
      overlay = .palette(prompt, selection: max(0, selection - 1))
    case .enter:
      overlay = nil
      guard list.matches.indices.contains(selection) else { return [] }
      let title = list.matches[selection].item.title
      return RunsAction.allCases.first { $0.title == title }.map { perform($0) } ?? []
    case .escape, .control("c"): overlay = nil
    default:
      var edited = prompt
      if edited.edit(key) { overlay = .palette(edited, selection: 0) }
    }
    return []
  }

  /// The palette: every action but itself, ranked by what was typed.
  func palette(_ prompt: Prompt, selection: Int) -> PaletteList {
    PaletteList(
      prompt: prompt,
      items: RunsAction.allCases.filter { $0 != .palette }.map { action in
        PaletteList.Item(
          title: action.title, detail: action.section.rawValue,
          key: keys.label(for: action, symbols: look.symbols))
      }, selection: selection, emptyText: "no command matches")
  }

  private mutating func handleFilter(_ key: Key, prompt: Prompt, before: String) {
    switch key {
    case .enter, .tab: overlay = nil
    case .escape, .control("c"):
      overlay = nil
      filterText = before
    case .arrow(.down, _): moveRun(by: 1)
    case .arrow(.up, _): moveRun(by: -1)
    default:
      var edited = prompt
      guard edited.edit(key) else { return }
      filterText = edited.text
      overlay = .filter(edited, before: before)
    }
    keepSelected()
  }

  private mutating func handleThemes(
    _ key: Key, _ themes: [Theme], selection: Int, before: Theme
  ) -> [RunsEffect] {
    switch key {
    case .enter, .character(" "):
      overlay = nil
      return look.theme.name == before.name ? [] : [.rememberTheme(look.theme.name)]
    case .escape, .character("q"), .control("c"):
      overlay = nil
      look.theme = before
    default:
      guard let moved = Self.moved(selection, by: key, count: themes.count, also: "T") else {
        return []
      }
      look.theme = themes[moved]
      overlay = .themes(themes, selection: moved, before: before)
    }
    return []
  }

  private mutating func handleExport(_ key: Key, selection: Int) -> [RunsEffect] {
    let formats = RunsExportFormat.allCases
    switch key {
    case .enter, .character(" "):
      overlay = nil
      let runs = marks.isEmpty ? [self.selection].compactMap(\.self) : marks
      return [.export(runs, formats[selection])]
    case .escape, .character("q"), .control("c"): overlay = nil
    default:
      if let moved = Self.moved(selection, by: key, count: formats.count, also: "x") {
        overlay = .export(selection: moved)
      }
    }
    return []
  }

  /// Where a key moves to in a short list that goes round; nil where it does not move.
  private static func moved(
    _ selection: Int, by key: Key, count: Int, also letter: Character
  ) -> Int? {
    guard count > 0 else { return nil }
    return switch key {
    case .arrow(.down, _), .character("j"), .tab, .character(letter): (selection + 1) % count
    case .arrow(.up, _), .character("k"), .backtab: (selection + count - 1) % count
    case .home: 0
    case .end: count - 1
    default: nil
    }
  }

  /// Another key than the one that asked has to confirm, so that a key that is held down, or pressed
  /// twice, ends nothing.
  private mutating func handleCancelling(_ key: Key, _ run: RunRow.ID) -> [RunsEffect] {
    overlay = nil
    if key == .character("y") { return [.cancel(run)] }
    notice = Notice("Nothing was cancelled")
    return []
  }

  // MARK: The mouse

  private mutating func handle(_ mouse: Key.Mouse) -> [RunsEffect] {
    guard !isTooSmall else { return [] }
    if overlay != nil {
      switch mouse.action {
      case .wheelUp: return handle(.arrow(.up))
      case .wheelDown: return handle(.arrow(.down))
      case .press: return handle(.escape)
      case .drag, .release: return []
      }
    }
    guard let (panel, rect) = layout.panels.first(where: { $0.value.contains(mouse.point) })
    else {
      return mouse.action == .press && mouse.y == 0 && mouse.x >= size.width - 7
        ? perform(.help) : []
    }
    switch (mouse.action, mouse.button) {
    case (.press, .left):
      notice = nil
      look(at: panel)
      click(mouse.point, on: panel, in: rect)
    case (.wheelUp, _): scroll(panel, by: -1)
    case (.wheelDown, _): scroll(panel, by: 1)
    default: break
    }
    return []
  }

  private mutating func click(_ point: Point, on panel: RunsPanel, in rect: Rect) {
    switch panel {
    case .runs:
      if let run = RunsListPanel(self).run(at: point, in: rect) { select(run.id) }
    case .cells:
      if let cell = CellsPanel(self).cell(at: point, in: rect), let run = selection {
        chosenCells[run] = cell.id
      }
    default: break
    }
  }
}
