import Canvas
import Experiments

extension RunsState {
  /// Does what an action says.
  mutating func perform(_ action: RunsAction) -> [RunsEffect] {
    if isReadOnly, action.changesRuns {
      notice = Notice("Opened with --read-only: runs are only looked at", isWarning: true)
      return []
    }
    if let sentence = selectedRun?.orderElsewhere(for: action) {
      notice = Notice(sentence, isWarning: true)
      return []
    }
    switch action {
    case .previous: scroll(focus, by: -1)
    case .next: scroll(focus, by: 1)
    case .pageUp: scroll(focus, by: -10)
    case .pageDown: scroll(focus, by: 10)
    case .first: scroll(focus, by: -1_000_000)
    case .last: scroll(focus, by: 1_000_000)
    case .open: return open()
    case .mark: toggleMark()
    case .unmarkAll:
      marks = []
      refreshDifference()
    case .sort:
      order = order.next
      notice = Notice("Sorted by \(order == .created ? "time, the latest first" : order.rawValue)")
    case .nextTask: takeNextTask()
    case .pause: return pause()
    case .cancel: askToCancel()
    case .moreWorkers: return changeWorkers(by: 1)
    case .fewerWorkers: return changeWorkers(by: -1)
    case .lowerPriority: return changeNiceness(by: 5)
    case .raisePriority: return changeNiceness(by: -5)
    case .showRuns: look(at: .runs)
    case .showCurves: look(at: .curves)
    case .showTraining: look(at: .training)
    case .showCells: look(at: .cells)
    case .showDifference: look(at: .difference)
    case .showMasks: look(at: .masks)
    case .showRecord: look(at: .record)
    case .reconnect: return reconnect()
    case .copyCommand: return copyCommand()
    case .export: openExport()
    case .back:
      if hasExplorer { return [.back] }
      notice = Notice("`sparsescope MODEL` opens the explorer; r leads here from there")
    case .filter, .nextPanel, .previousPanel, .zoom, .chooseTheme, .palette, .help, .redraw,
      .suspend, .quit:
      return performCommon(action)
    }
    return []
  }

  // MARK: Moving

  /// Moves what a panel has selected or shows.
  mutating func scroll(_ panel: RunsPanel, by step: Int) {
    switch panel {
    case .cells: moveCell(by: step)
    case .record: recordOffset = max(0, recordOffset + step)
    default: moveSelection(by: step)
    }
  }

  mutating func moveSelection(by step: Int) {
    let visible = visibleRuns
    guard !visible.isEmpty else { return }
    let position = visible.firstIndex { $0.id == selection } ?? 0
    select(visible[min(max(position + step, 0), visible.count - 1)].id)
  }

  mutating func select(_ run: RunRow.ID) {
    guard run != selection else { return }
    selection = run
    (cellOffset, recordOffset) = (0, 0)
    refreshDifference()
  }

  private mutating func moveCell(by step: Int) {
    guard let detail = selectedDetail, !detail.cells.isEmpty else { return }
    let position = detail.cells.firstIndex { $0.id == selectedCell?.id } ?? 0
    let moved = min(max(position + step, 0), detail.cells.count - 1)
    chosenCells[detail.run] = detail.cells[moved].id
  }

  private mutating func takeNextTask() {
    let tasks = tasks
    guard tasks.count > 1, let task, let position = tasks.firstIndex(of: task) else {
      notice = Notice("These runs have one task")
      return
    }
    chosenTask = tasks[(position + 1) % tasks.count]
    refreshDifference()
  }

  private mutating func toggleMark() {
    guard let selection else { return }
    if let place = marks.firstIndex(of: selection) {
      marks.remove(at: place)
    } else {
      marks.append(selection)
    }
    refreshDifference()
  }

  private mutating func openExport() {
    guard let place = chosen.compactMap({ run($0)?.place }).first else {
      if selectedRun != nil { overlay = .own(.export(ShortList(RunsExportFormat.allCases))) }
      return
    }
    notice = Notice(
      "Runs of \(place.host) are exported there: \(place.command) runs export \(place.run)",
      isWarning: true)
  }

  private mutating func reconnect() -> [RunsEffect] {
    if hosts.isEmpty {
      notice = Notice("No other machine is watched; `sparsescope watch HOST:` does")
    } else if hosts.allSatisfy({ $0.connection == .connected }) {
      notice = Notice("Every machine is connected")
    } else {
      return [.reconnect]
    }
    return []
  }

  // MARK: Control

  private mutating func open() -> [RunsEffect] {
    guard let run = selectedRun else { return [] }
    guard focus == .runs, run.state.canBeStarted else {
      if focus == .runs { look(at: .curves) } else if focus == .cells { look(at: .training) }
      return []
    }
    if let place = run.place {
      notice = Notice(
        "Runs of \(place.host) are only looked at; to go on with this one: "
          + "\(place.command) runs resume \(place.run)", isWarning: true)
      return []
    }
    guard !isReadOnly else {
      notice = Notice("Opened with --read-only: \(run.name) is not started", isWarning: true)
      return []
    }
    notice = Notice("Starting a process for \(run.name)")
    return [.start(run.id)]
  }

  private mutating func pause() -> [RunsEffect] {
    guard let run = selectedRun else { return [] }
    guard run.state.isAlive else {
      notice = Notice(
        run.state == .finished
          ? "\(run.name) is finished" : "Nothing works on \(run.name): Enter goes on with it")
      return []
    }
    return [.pause(run.id, run.state != .paused)]
  }

  private mutating func askToCancel() {
    guard let run = selectedRun else { return }
    switch run.state {
    case .finished, .cancelled: notice = Notice("\(run.name) is \(run.state.rawValue) already")
    case .queued, .running, .paused, .interrupted, .failed: overlay = .own(.cancelling(run.id))
    }
  }

  private mutating func changeWorkers(by step: Int) -> [RunsEffect] {
    guard let run = selectedRun else { return [] }
    let wanted = min(max(run.workers + step, 1), 512)
    guard wanted != run.workers else { return [] }
    return [.setWorkers(run.id, wanted)]
  }

  private mutating func changeNiceness(by step: Int) -> [RunsEffect] {
    guard let run = selectedRun else { return [] }
    // 0, 5, 10, 15, 19: the last step is the lowest that there is.
    let whole = run.niceness == 19 ? 20 : run.niceness
    let wanted = min(max(whole + step, 0), 19)
    guard wanted != run.niceness else { return [] }
    return [.setNiceness(run.id, wanted)]
  }

  private mutating func copyCommand() -> [RunsEffect] {
    guard let detail = selectedDetail, !detail.command.isEmpty else { return [] }
    return copy(detail.command)
  }
}

extension RunRow {
  /// Who does what an action asks for where the run is on another machine, in one sentence; nil for
  /// actions that change nothing, and for runs of this machine.
  func orderElsewhere(for action: RunsAction) -> String? {
    guard let place else { return nil }
    let words: String
    switch action {
    case .pause: words = state == .paused ? "resume \(place.run)" : "pause \(place.run)"
    case .cancel: words = "cancel \(place.run)"
    case .moreWorkers: words = "set \(place.run) --workers \(workers + 1)"
    case .fewerWorkers: words = "set \(place.run) --workers \(max(1, workers - 1))"
    case .lowerPriority: words = "set \(place.run) --nice \(min(niceness + 5, 19))"
    case .raisePriority: words = "set \(place.run) --nice \(max(niceness - 5, 0))"
    default: return nil
    }
    return "Runs of \(place.host) are only looked at; there: \(place.command) runs \(words)"
  }
}
