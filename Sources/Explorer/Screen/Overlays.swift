import Canvas
import Experiments

/// Draws what lies over the main screen, if anything does.
func drawOverlay(_ state: ExplorerState, on canvas: inout Canvas) {
  let screen = canvas.bounds
  let look = state.look
  switch state.overlay {
  case .help(let scroll):
    let inner = box("help", of: HelpSheet.boxSize, on: &canvas, look)
    canvas.draw(state.helpSheet(scroll: scroll), in: inner, look: look)
  case .palette(let prompt, let selection):
    let inner = box("commands", of: Size(width: 76, height: 22), on: &canvas, look)
    canvas.draw(state.palette(prompt, selection: selection), in: inner, look: look)
  case .picker(let picker):
    draw(picker, of: state, at: screen, on: &canvas, look)
  case .sensitivity(let selection):
    canvas.draw(SensitivityTable(state, selection: selection), in: screen, look: look)
  case .taskData(let form):
    draw(form, isOpening: state.opening != nil, on: &canvas, look)
  case .level, .filter, nil: break
  }
}

/// Draws an empty box in the middle of the screen and returns its inside.
func box(
  _ title: String, of size: Size, on canvas: inout Canvas, _ look: Appearance
) -> Rect {
  let rect = canvas.bounds.overlay(size)
  return Panel(title: title, isFocused: true).frame(in: rect, on: &canvas, look: look)
    .inset(horizontal: 1, vertical: 0)
}

/// Where a list of choices stands: to the right, so that what the choice changes stays visible
/// beside it.
func listFrame(_ size: Size, on screen: Rect) -> Rect {
  let width = screen.overlayWidth(size.width)
  return Rect(
    x: width == screen.width ? screen.x : screen.maxX - width - 2, y: screen.y + 1, width: width,
    height: min(size.height, screen.height - 2))
}

private func draw(
  _ picker: Picker, of state: ExplorerState, at screen: Rect, on canvas: inout Canvas,
  _ look: Appearance
) {
  /// Of a detail without enough room the end is cut, of a path the beginning.
  let rows: [(name: String, detail: String, path: String)]
  let title: String
  var keep = "keeps it"
  var other: String?
  switch picker.choices {
  case .methods(let methods, _):
    title = "method"
    rows = methods.map { ($0.title, $0.explanation, "") }
  case .themes(let themes, _):
    title = "theme"
    rows = themes.map { ($0.name, $0.variant.rawValue, "") }
  case .tasks(let offers):
    title = "task"
    keep = "opens it"
    let offer = offers[picker.selection]
    other = offer.source == .embedded || offer.obstacle != nil ? nil : "other data"
    rows = offers.map { offer in
      let detail = offer.detail(isPresent: offer.name == state.task?.name)
      return (offer.title, detail.text, detail.path)
    }
  }
  let names = rows.map { DisplayWidth.of($0.name) }.max() ?? 0
  let details = rows.map { DisplayWidth.of($0.detail + $0.path) }.max() ?? 0
  let width = screen.overlayWidth(min(max(names + details + 7, 34), 76))
  let explanations = rows.map { $0.detail + $0.path }
  // Where details are cut, the selected one stands below the list, at full length.
  let room = width - 2 - names - 4
  let cut = explanations.filter { DisplayWidth.of($0) > room }
  let lines = min(cut.map { Dialog.wrap([$0], to: width - 4).count }.max() ?? 0, 3)
  let rect = listFrame(Size(width: width, height: rows.count + lines + 3), on: screen)
  let inner = Panel(title: title, isFocused: true).frame(in: rect, on: &canvas, look: look)
  let (above, hint) = inner.splitBottom(1)
  let (list, explanation) = above.splitBottom(lines)
  if rows.indices.contains(picker.selection) {
    let text = Dialog.wrap([explanations[picker.selection]], to: width - 4)
    for (line, y) in zip(text, explanation.rows) {
      canvas.put(line, x: explanation.x + 1, y: y, style: look.roles.text)
    }
  }
  let offset = ListView.offset(
    keeping: picker.selection, height: list.height, count: rows.count, previous: 0)
  canvas.draw(
    ListView(count: rows.count, offset: offset, selection: picker.selection) { index, _ in
      let gap = String(repeating: " ", count: names - DisplayWidth.of(rows[index].name) + 2)
      return [
        Fragment(rows[index].name + gap, look.roles.text),
        Fragment(
          fitting(
            rows[index].detail, path: rows[index].path, width: max(0, list.width - names - 4),
            ellipsis: look.symbols.symbol(.ellipsis)),
          look.roles.muted),
      ]
    }, in: list, look: look)
  var hints = [("Enter", keep)]
  if let other { hints.append(("d", other)) }
  put(hints + [("Esc", "goes back")], in: hint, on: &canvas, look)
}

private func fitting(
  _ detail: String, path: String, width: Int, ellipsis: Character
) -> String {
  guard !path.isEmpty, DisplayWidth.of(detail + path) > width else {
    return (detail + path).truncated(to: width, ellipsis: ellipsis)
  }
  var end = path[...]
  while !end.isEmpty, DisplayWidth.of(detail + end) + 1 > width { end.removeFirst() }
  return (detail + String(ellipsis) + end).truncated(to: width, ellipsis: ellipsis)
}

/// Writes keys with what they do on a line; where there is little room those in the middle go.
func put(
  _ hints: [(key: String, action: String)], in line: Rect, on canvas: inout Canvas,
  _ look: Appearance
) {
  var hints = hints
  while hints.count > 2,
    hints.reduce(0, { $0 + DisplayWidth.of($1.key + $1.action) + 3 }) > line.width
  {
    hints.remove(at: hints.count - 2)
  }
  let pieces = hints.flatMap { hint in
    [Fragment(" \(hint.key)", look.roles.keyHint), Fragment(" \(hint.action) ", look.roles.muted)]
  }
  canvas.put(pieces, x: line.x, y: line.y, maxWidth: line.width)
}

private func draw(
  _ form: TaskDataForm, isOpening: Bool, on canvas: inout Canvas, _ look: Appearance
) {
  let width = canvas.bounds.overlayWidth(72)
  let message = form.problem ?? (isOpening ? "opening…" : form.candidates.joined(separator: "  "))
  let lines = Dialog.wrap([message], to: width - 4).prefix(4)
  let fields = form.hasSplit ? 2 : 1
  let inner = box(
    "data of \(form.offer.title)", of: Size(width: width, height: fields + lines.count + 3),
    on: &canvas, look)
  let (top, hint) = inner.splitBottom(1)
  func field(_ prompt: Prompt, at row: Int, isFocused: Bool) {
    let line = Rect(x: top.x, y: top.y + row, width: top.width, height: 1)
    if isFocused {
      canvas.draw(prompt, in: line, look: look)
    } else {
      let used = canvas.put(prompt.label + " ", x: line.x, y: line.y, style: look.roles.muted)
      canvas.put(
        prompt.text, x: line.x + used, y: line.y, style: look.roles.muted,
        maxWidth: line.width - used)
    }
  }
  // The one with the cursor last: where it is put, the terminal's cursor stays.
  if form.hasSplit { field(form.split, at: 1, isFocused: form.field == .split) }
  field(form.data, at: 0, isFocused: form.field == .data)
  let style = form.problem == nil ? look.roles.muted : look.roles.error
  for (index, line) in lines.enumerated() {
    canvas.put(line, x: top.x, y: top.y + fields + index, style: style, maxWidth: top.width)
  }
  var hints = [("Enter", "opens it"), ("Tab", "completes")]
  if form.hasSplit { hints.append(("↑↓", "split")) }
  put(hints + [("Esc", "goes back")], in: hint, on: &canvas, look)
}

extension TaskOffer {
  /// What the picker says after the task's name, and the path behind that.
  fileprivate func detail(isPresent: Bool) -> (text: String, path: String) {
    let sign = isPresent ? "now · " : ""
    if let obstacle { return (obstacle, "") }
    if case .embedded = source { return (sign + "the images in the program", "") }
    guard let remembered, let data = remembered.data else {
      return ("no data yet: Enter to give a \(source.noun)", "")
    }
    return (sign + (remembered.split.map { "\($0) · " } ?? ""), data)
  }
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
        .init(keys: "click", action: "Choose a panel, a matrix, a cell, or the task"),
        .init(keys: "wheel", action: "Next matrix on the list, 1 % elsewhere"),
      ])
    return HelpSheet(sections: sections + [mouse], offset: scroll)
  }
}

extension HelpSheet {
  /// The size that the help's box asks for.
  static let boxSize = Size(width: 100, height: 46)

  /// Where a key scrolls the help to on a screen of that size; nil for a key that closes it.
  func offset(after key: Key, on size: Size) -> Int? {
    let inner = Rect(size).overlay(Self.boxSize).inset(horizontal: 2, vertical: 1)
    let last = maxOffset(in: inner)
    let wanted: Int
    switch key {
    case .arrow(.down, _), .character("j"): wanted = offset + 1
    case .arrow(.up, _), .character("k"): wanted = offset - 1
    case .pageDown, .character(" "): wanted = offset + 10
    case .pageUp: wanted = offset - 10
    case .home, .character("g"): wanted = 0
    case .end, .character("G"): wanted = last
    default: return nil
    }
    return min(max(0, wanted), last)
  }
}
