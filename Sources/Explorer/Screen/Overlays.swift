import Canvas
import Experiments

/// Draws what lies over the main screen, if anything does.
func drawOverlay(_ state: ExplorerState, on canvas: inout Canvas) {
  let screen = canvas.bounds
  let look = state.look
  switch state.overlay {
  case .help(let scroll):
    let inner = box("help", of: Size(width: 100, height: 46), on: &canvas, look)
    canvas.draw(state.helpSheet(scroll: scroll), in: inner, look: look)
  case .palette(let prompt, let selection):
    let inner = box("commands", of: Size(width: 76, height: 22), on: &canvas, look)
    canvas.draw(state.palette(prompt, selection: selection), in: inner, look: look)
  case .picker(let picker):
    draw(picker, at: screen, on: &canvas, look)
  case .level, .filter, nil: break
  }
}

/// Draws an empty box in the middle of the screen and returns its inside.
private func box(
  _ title: String, of size: Size, on canvas: inout Canvas, _ look: Appearance
) -> Rect {
  let screen = canvas.bounds.inset(horizontal: 1, vertical: 1)
  let fitting = Size(
    width: min(size.width, screen.width), height: min(size.height, screen.height))
  let rect = screen.centered(fitting)
  return Panel(title: title, isFocused: true).frame(in: rect, on: &canvas, look: look)
    .inset(horizontal: 1, vertical: 0)
}

private func draw(
  _ picker: Picker, at screen: Rect, on canvas: inout Canvas, _ look: Appearance
) {
  let rows: [(name: String, detail: String)]
  let title: String
  switch picker.choices {
  case .methods(let methods, _):
    title = "method"
    rows = methods.map { ($0.title, $0.explanation) }
  case .themes(let themes, _):
    title = "theme"
    rows = themes.map { ($0.name, $0.variant.rawValue) }
  }
  let names = rows.map { DisplayWidth.of($0.name) }.max() ?? 0
  let details = rows.map { DisplayWidth.of($0.detail) }.max() ?? 0
  // To the right, so that what the choice changes stays visible beside it.
  let width = min(max(names + details + 7, 30), screen.width - 2)
  let height = min(rows.count + 3, screen.height - 2)
  let rect = Rect(x: screen.maxX - width - 1, y: 1, width: width, height: height)
  let inner = Panel(title: title, isFocused: true).frame(in: rect, on: &canvas, look: look)
  let (list, hint) = inner.splitBottom(1)
  let offset = ListView.offset(
    keeping: picker.selection, height: list.height, count: rows.count, previous: 0)
  canvas.draw(
    ListView(count: rows.count, offset: offset, selection: picker.selection) { index, _ in
      let gap = String(repeating: " ", count: names - DisplayWidth.of(rows[index].name) + 2)
      return [
        Fragment(rows[index].name + gap, look.roles.text),
        Fragment(
          rows[index].detail.truncated(
            to: max(0, list.width - names - 4), ellipsis: look.symbols.symbol(.ellipsis)),
          look.roles.muted),
      ]
    }, in: list, look: look)
  canvas.put(
    [
      Fragment(" Enter", look.roles.keyHint), Fragment(" keeps it  ", look.roles.muted),
      Fragment("Esc", look.roles.keyHint), Fragment(" goes back", look.roles.muted),
    ], x: hint.x, y: hint.y, maxWidth: hint.width)
}

extension ExplorerState {
  func helpSheet(scroll: Int) -> HelpSheet {
    let sections = Action.Section.allCases.map { section in
      HelpSheet.Section(
        title: section.rawValue,
        entries: Action.allCases.filter { $0.section == section }.map { action in
          HelpSheet.Entry(
            keys: keys.label(for: action, symbols: look.symbols), action: action.title)
        })
    }
    let mouse = HelpSheet.Section(
      title: "Mouse",
      entries: [
        .init(keys: "drag", action: "Move the slider"),
        .init(keys: "click", action: "Choose a panel, a matrix or a cell"),
        .init(keys: "wheel", action: "Next matrix on the list, 1 % elsewhere"),
      ])
    return HelpSheet(sections: sections + [mouse], offset: scroll)
  }
}
