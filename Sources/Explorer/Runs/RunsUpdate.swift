import Canvas
import Experiments

/// Takes a message into the state and says what the outside world has to do about it. Pure.
package func update(_ state: inout RunsState, _ message: RunsMessage) -> [RunsEffect] {
  var effects: [RunsEffect] = []
  switch message {
  case .key(let key):
    if case .resize = key {} else { state.awaitedSelection = nil }
    effects = state.handle(key)
  case .resized(let size):
    state.size = size
    effects = [.redraw]
  case .restyled(let look): state.look = look
  case .runs(let runs, let problems): state.take(runs, problems)
  case .hosts(let hosts): state.hosts = hosts
  case .detail(let detail):
    // What came too late to be wanted takes no memory.
    if state.watch.runs.contains(detail.run) { state.details[detail.run] = detail }
    state.refreshDifference()
  case .masks(let comparison):
    if comparison.question == state.maskQuestion { state.masks = comparison }
  case .done(let text):
    state.openOrders = max(0, state.openOrders - 1)
    state.notice = Notice(text)
  case .failed(let reason):
    state.openOrders = max(0, state.openOrders - 1)
    state.notice = Notice(reason, isWarning: true)
  case .themes(let themes, let problems):
    state.awaitsThemes = false
    state.openThemes(themes, problems: problems)
  }
  state.openOrders += effects.count { $0.isOrder }
  if effects.contains(.listThemes) { state.awaitsThemes = true }
  state.keepSelectionsVisible()
  return effects + state.watchEffects() + state.maskEffects()
}

extension RunsState {
  fileprivate mutating func take(_ runs: [RunRow], _ problems: [String]) {
    self.runs = runs
    if problems != self.problems {
      self.problems = problems
      notice = problems.first.map { Notice($0, isWarning: true) }
    }
    let known = Set(runs.map(\.id))
    marks.removeAll { !known.contains($0) }
    marks += dormantMarks.filter { known.contains($0) && !marks.contains($0) }
    dormantMarks.removeAll(where: known.contains)
    if let awaited = awaitedSelection, known.contains(awaited) {
      selection = awaited
      awaitedSelection = nil
    }
    selectVisible()
    refreshDifference()
  }

  /// Selects the first visible run where the selected one is gone or filtered away.
  mutating func selectVisible() {
    let visible = visibleRuns
    if !visible.contains(where: { $0.id == selection }) { selection = visible.first?.id }
  }

  /// Must follow every change of the marks, the task and the curves.
  mutating func refreshDifference() {
    difference = nil
    let curves = shownCurves
    let (first, second): (Int, Int)
    if marks.count >= 2 {
      // Of two runs the like methods are compared.
      guard let lower = curves.firstIndex(where: { $0.run == marks[0] }),
        let upper = curves.firstIndex(where: {
          $0.run == marks[1] && $0.curve.curves.method == curves[lower].curve.curves.method
        }) ?? curves.firstIndex(where: { $0.run == marks[1] })
      else { return }
      (first, second) = (lower, upper)
    } else {
      guard curves.count >= 2 else { return }
      (first, second) = (0, 1)
    }
    difference = NamedDifference(
      first: curves[first].name, second: curves[second].name, scale: curves[first].curve.scale,
      difference: CurveDifference(
        of: curves[second].curve.curves, minus: curves[first].curve.curves))
  }

  // MARK: What is derived from the state

  fileprivate mutating func keepSelectionsVisible() {
    let layout = layout
    if let rect = layout.panels[.runs] {
      let list = RunsListPanel(self)
      listOffset = ListView.offset(
        keeping: list.selectedIndex, height: list.capacity(in: rect), count: list.runs.count,
        previous: listOffset)
    }
    if let rect = layout.panels[.cells], let detail = selectedDetail {
      let index = detail.cells.firstIndex { $0.id == selectedCell?.id }
      cellOffset = ListView.offset(
        keeping: index, height: CellsPanel(self).capacity(in: rect), count: detail.cells.count,
        previous: cellOffset)
    }
    if let rect = layout.panels[.record] {
      let lines = RecordPanel(self).lines(width: Panel.interior(of: rect).width).count
      recordOffset = ListView.offset(
        keeping: nil, height: Panel.interior(of: rect).height, count: lines,
        previous: recordOffset)
    }
  }

  /// Asks for what is looked at, when that has changed.
  fileprivate mutating func watchEffects() -> [RunsEffect] {
    var wanted = RunsWatch(runs: [selection].compactMap(\.self))
    wanted.runs += marks.filter { $0 != selection }
    wanted.cell = selectedCell?.id
    guard wanted != watch else { return [] }
    if wanted.runs != watch.runs {
      details = details.filter { wanted.runs.contains($0.key) }
    }
    watch = wanted
    return [.watch(wanted)]
  }

  /// Asks how alike the masks are while that is visible.
  fileprivate mutating func maskEffects() -> [RunsEffect] {
    guard layout.panels[.masks] != nil, let first = compared.first else { return [] }
    let second = compared.count > 1 ? compared[1] : first
    // Another machine's masks are there; the panel says so.
    guard [first, second].allSatisfy({ run($0.run)?.place == nil }) else {
      maskQuestion = nil
      masks = nil
      return []
    }
    func cells(_ detail: RunDetail) -> [ExperimentCell.ID] {
      detail.cells.filter(\.hasMask).map(\.id)
    }
    let question = MaskQuestion(
      first: first.run, second: second.run, firstCells: cells(first), secondCells: cells(second))
    guard question != maskQuestion else { return [] }
    maskQuestion = question
    return [.compareMasks(question)]
  }
}
