import Canvas
import Experiments

extension ExplorerState: ScreenState {
  package typealias Action = Explorer.Action
  package typealias Effect = Explorer.Effect

  mutating func prepare(for key: Key) {
    // A digit is both a panel's number and the beginning of a level: the panel comes at once, and
    // goes again if a number follows.
    if case .character(let character) = key, "0123456789".contains(character) {
      overlay = .own(.level(text: String(character), before: recent))
    }
  }

  /// The palette: every action and every task, ranked by what was typed.
  func palette(_ prompt: Prompt, selection: Int) -> PaletteList {
    let commands = tasks.map { offer in
      PaletteList.Item(title: "task \(offer.name)", detail: offer.title)
    }
    let isTask = prompt.text.hasPrefix("task ")
    return PaletteList(
      prompt: prompt, items: actionItems + commands, selection: selection,
      emptyText: isTask ? "task NAME PATH: Enter opens it" : "no command matches")
  }

  mutating func handle(_ key: Key, on own: ExplorerOverlay) -> [Effect] {
    switch own {
    case .level(let text, let before): return handleLevel(key, text: text, before: before)
    case .methods(let list, let before): return handleMethods(key, list, before: before)
    case .tasks(let list): return handleTasks(key, list)
    case .taskData(let form): return handleTaskData(key, form)
    case .sensitivity(let selection):
      handleSensitivity(key, selection: selection)
      return []
    }
  }

  private mutating func handleMethods(
    _ key: Key, _ list: ShortList<PruningMethod>, before: PruningRequest
  ) -> [Effect] {
    var list = list
    switch list.take(key, openedBy: "m") {
    case .moved:
      overlay = .own(.methods(list, before: before))
      // From the level that the list was opened at, so that looking at the coarse steps of 1:2 does
      // not cost it.
      request.sparsity = before.sparsity
      return setMethod(list.selected)
    case .kept: overlay = nil
    case .left:
      overlay = nil
      guard request != before else { return [] }
      request = before
      return requestChanged()
    case nil: break
    }
    return []
  }

  private mutating func handleLevel(_ key: Key, text: String, before: [PanelID]) -> [Effect] {
    switch key {
    case .character(let character) where "0123456789.:%".contains(character):
      guard text.count < 12 else { return [] }
      // It is a number after all, so the panel that the first digit brought goes back.
      recent = before
      overlay = .own(.level(text: text + String(character), before: before))
    case .backspace:
      let rest = String(text.dropLast())
      overlay = rest.isEmpty ? nil : .own(.level(text: rest, before: before))
    case .enter:
      overlay = nil
      recent = before
      return goToLevel(text)
    case .escape, .control("c"): overlay = nil
    default:
      overlay = nil
      return handleFree(key)
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
}
