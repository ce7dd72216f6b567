import Canvas

extension RunsState: ScreenState {
  package typealias Action = RunsAction
  package typealias Effect = RunsEffect

  mutating func goBack() -> [RunsEffect] { hasExplorer ? [.back] : [] }

  mutating func handle(_ key: Key, on own: RunsOverlay) -> [RunsEffect] {
    switch own {
    case .export(let list): return handleExport(key, list)
    case .cancelling(let run):
      // Another key than the one that asked has to confirm, so that a key that is held down, or
      // pressed twice, ends nothing.
      overlay = nil
      if key == .character("y") { return [.cancel(run)] }
      notice = Notice("Nothing was cancelled")
      return []
    }
  }

  private mutating func handleExport(
    _ key: Key, _ list: ShortList<RunsExportFormat>
  ) -> [RunsEffect] {
    var list = list
    switch list.take(key, openedBy: "x") {
    case .moved: overlay = .own(.export(list))
    case .kept:
      overlay = nil
      return [.export(chosen, list.selected)]
    case .left: overlay = nil
    case nil: break
    }
    return []
  }

  // MARK: The mouse

  mutating func click(_ point: Point, on panel: RunsPanel, in rect: Rect) -> [RunsEffect] {
    switch panel {
    case .runs:
      if let run = RunsListPanel(self).run(at: point, in: rect) { select(run.id) }
    case .cells:
      if let cell = CellsPanel(self).cell(at: point, in: rect), let run = selection {
        chosenCells[run] = cell.id
      }
    default: break
    }
    return []
  }

  mutating func scroll(over panel: RunsPanel?, by step: Int) -> [RunsEffect] {
    if let panel { scroll(panel, by: step) }
    return []
  }

  var mouseHelp: [HelpSheet.Entry] {
    [
      .init(keys: "click", action: "Choose a panel, a run, a cell"),
      .init(keys: "wheel", action: "Move in the panel under the pointer"),
    ]
  }
}
