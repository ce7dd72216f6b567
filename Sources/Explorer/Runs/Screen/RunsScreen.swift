import Canvas
import Experiments

/// Draws the experiments view: a pure function of the state.
package func view(_ state: RunsState, on canvas: inout Canvas) {
  canvas.fill(canvas.bounds, style: state.look.roles.text)
  if state.isTooSmall {
    drawTooSmall(state.size, on: &canvas, look: state.look)
    return
  }
  let layout = state.layout
  canvas.draw(RunsHeader(state), in: layout.header, look: state.look)
  for panel in RunsPanel.allCases {
    guard let rect = layout.panels[panel] else { continue }
    switch panel {
    case .runs: canvas.draw(RunsListPanel(state), in: rect, look: state.look)
    case .curves: canvas.draw(CurvesPanel(state), in: rect, look: state.look)
    case .training: canvas.draw(TrainingPanel(state), in: rect, look: state.look)
    case .cells: canvas.draw(CellsPanel(state), in: rect, look: state.look)
    case .difference: canvas.draw(DifferencePanel(state), in: rect, look: state.look)
    case .masks: canvas.draw(MasksPanel(state), in: rect, look: state.look)
    case .record: canvas.draw(RecordPanel(state), in: rect, look: state.look)
    }
  }
  canvas.draw(RunsBottomLine(state), in: layout.hints, look: state.look)
  drawOverlay(state, on: &canvas)
}

/// One frame of the state, at its size.
package func frame(of state: RunsState) -> Canvas {
  var canvas = Canvas(size: state.size, style: state.look.roles.text)
  view(state, on: &canvas)
  if state.look.symbols == .ascii { canvas.reduceToASCII() }
  return canvas
}

/// The top line: how many runs there are and how they stand.
struct RunsHeader: Widget {
  let state: RunsState

  init(_ state: RunsState) { self.state = state }

  func draw(in rect: Rect, on canvas: inout Canvas, look: Appearance) {
    var right = [Fragment("?", look.roles.keyHint), Fragment(" help ", look.roles.muted)]
    if state.isReadOnly { right.insert(Fragment("read-only  ", look.roles.warning), at: 0) }
    let left = [
      Fragment(rect.width >= 60 ? " sparsescope  " : " ", look.roles.accent.adding(.bold)),
      Fragment(rect.width >= 60 ? "experiments" : "runs", look.roles.heading),
    ]
    let room = rect.width - right.width
    let counts = counts(width: room - left.width - 1)
    canvas.put(
      left + [Fragment(counts, look.roles.text)], x: rect.x, y: rect.y, maxWidth: max(0, room - 1))
    canvas.put(right, x: rect.x + max(0, room), y: rect.y)
    guard rect.height > 1 else { return }
    let line = Rect(x: rect.x, y: rect.y + 1, width: rect.width, height: 1)
    canvas.draw(HostsLine(hosts: state.hosts), in: line, look: look)
  }

  /// How many runs are in each state, as many states as there is room for; those that a person may
  /// want to do something about come first.
  private func counts(width: Int) -> String {
    guard let runs = state.runs else { return "" }
    guard !runs.isEmpty else { return " · no runs" }
    var text = ""
    for state in [RunState.running, .paused, .failed, .interrupted, .queued, .finished, .cancelled]
    {
      let count = runs.count { $0.state == state }
      guard count > 0 else { continue }
      let longer = text + (text.isEmpty ? " · " : ", ") + "\(count) \(state.rawValue)"
      if DisplayWidth.of(longer) > width { break }
      text = longer
    }
    return text
  }
}

/// The last line: what is being typed, else what there is to say, else the keys.
struct RunsBottomLine: Widget {
  let state: RunsState

  init(_ state: RunsState) { self.state = state }

  func draw(in rect: Rect, on canvas: inout Canvas, look: Appearance) {
    if case .filter(let prompt, _) = state.overlay {
      canvas.draw(prompt, in: rect, look: look)
    } else if let notice = state.notice {
      notice.draw(in: rect, on: &canvas, look: look)
    } else {
      state.keys.drawHints(quit: .quit, in: rect, on: &canvas, look)
    }
  }
}

/// Draws what lies over the view, if anything does.
private func drawOverlay(_ state: RunsState, on canvas: inout Canvas) {
  let look = state.look
  switch state.overlay {
  case .help(let scroll):
    let inner = box("help", of: HelpSheet.boxSize, on: &canvas, look)
    canvas.draw(state.helpSheet(scroll: scroll), in: inner, look: look)
  case .palette(let prompt, let selection):
    let inner = box("commands", of: Size(width: 76, height: 22), on: &canvas, look)
    canvas.draw(state.palette(prompt, selection: selection), in: inner, look: look)
  case .themes(let themes, let selection, _):
    drawList(
      "theme", themes.map { ($0.name, $0.variant.rawValue) }, selection: selection,
      keeps: "keeps it", on: &canvas, look)
  case .export(let selection):
    let what = state.marks.count > 1 ? "export \(state.marks.count) runs" : "export"
    drawList(
      what, RunsExportFormat.allCases.map { ($0.rawValue, $0.explanation) },
      selection: selection, keeps: "writes it", on: &canvas, look)
  case .cancelling(let id):
    guard let run = state.run(id) else { return }
    let dialog = Dialog(
      title: "cancel this run?",
      message: [
        run.name,
        "\(run.done) of \(run.total) cells are finished and stay. What the others have done "
          + "since their last checkpoint is lost.",
      ], choices: [("y", "cancels the run"), ("any other key", "leaves it alone")])
    canvas.draw(dialog, in: dialog.frame(on: canvas.bounds), look: look)
  case .filter, nil: break
  }
}

/// A short list at the right, so that what the choice changes stays visible beside it.
private func drawList(
  _ title: String, _ rows: [(name: String, detail: String)], selection: Int, keeps: String,
  on canvas: inout Canvas, _ look: Appearance
) {
  let screen = canvas.bounds
  let names = rows.map { DisplayWidth.of($0.name) }.max() ?? 0
  let details = rows.map { DisplayWidth.of($0.detail) }.max() ?? 0
  let rect = listFrame(
    Size(width: max(names + details + 7, 35), height: rows.count + 3), on: screen)
  let inner = Panel(title: title, isFocused: true).frame(in: rect, on: &canvas, look: look)
  let (list, hint) = inner.splitBottom(1)
  let offset = ListView.offset(
    keeping: selection, height: list.height, count: rows.count, previous: 0)
  canvas.draw(
    ListView(count: rows.count, offset: offset, selection: selection) { index, _ in
      [
        Fragment(rows[index].name.padded(to: names + 2, look), look.roles.text),
        Fragment(rows[index].detail, look.roles.muted),
      ]
    }, in: list, look: look)
  put([("Enter", keeps), ("Esc", "goes back")], in: hint, on: &canvas, look)
}

extension RunsState {
  func helpSheet(scroll: Int) -> HelpSheet {
    let sections = RunsAction.Section.allCases.map { section in
      HelpSheet.Section(
        title: section.rawValue,
        entries: RunsAction.allCases.filter { $0.section == section }.map { action in
          HelpSheet.Entry(
            keys: keys.label(for: action, symbols: look.symbols), action: action.title)
        })
    }
    let mouse = HelpSheet.Section(
      title: "Mouse",
      entries: [
        .init(keys: "click", action: "Choose a panel, a run, a cell"),
        .init(keys: "wheel", action: "Move in the panel under the pointer"),
      ])
    return HelpSheet(sections: sections + [mouse], offset: scroll)
  }
}
