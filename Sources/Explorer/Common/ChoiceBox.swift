import Canvas

/// A short list at the right of the screen, so that what the choice changes stays visible beside it.
struct ChoiceBox: Widget {
  struct Row {
    var name: String
    /// Said more quietly; where there is too little room its end is cut.
    var detail: String
    /// Stands behind the detail; of a path the beginning is cut.
    var path = ""

    var explanation: String { detail + path }
  }

  let title: String
  let rows: [Row]
  let selection: Int
  /// What Enter does.
  let keeps: String
  /// Another key, and what it does.
  let other: (key: String, action: String)?

  init<Choice>(
    _ title: String, _ list: ShortList<Choice>, keeps: String = "keeps it",
    other: (key: String, action: String)? = nil, row: (Choice) -> Row
  ) {
    self.title = title
    self.keeps = keeps
    self.other = other
    rows = list.choices.map(row)
    selection = list.selection
  }

  /// Where a box of that size stands.
  static func frame(_ size: Size, on screen: Rect) -> Rect {
    let width = screen.overlayWidth(size.width)
    return Rect(
      x: width == screen.width ? screen.x : screen.maxX - width - 2, y: screen.y + 1,
      width: width, height: min(size.height, screen.height - 2))
  }

  /// - Parameter screen: the whole of it.
  func draw(in screen: Rect, on canvas: inout Canvas, look: Appearance) {
    let names = rows.map { DisplayWidth.of($0.name) }.max() ?? 0
    let details = rows.map { DisplayWidth.of($0.explanation) }.max() ?? 0
    let width = screen.overlayWidth(min(max(names + details + 7, 34), 76))
    // Where details are cut, the selected one stands below the list, at full length.
    let room = width - 2 - names - 4
    let cut = rows.map(\.explanation).filter { DisplayWidth.of($0) > room }
    let lines = min(cut.map { Dialog.wrap([$0], to: width - 4).count }.max() ?? 0, 3)
    let rect = Self.frame(Size(width: width, height: rows.count + lines + 3), on: screen)
    let inner = Panel(title: title, isFocused: true).frame(in: rect, on: &canvas, look: look)
    let (above, hint) = inner.splitBottom(1)
    let (list, explanation) = above.splitBottom(lines)
    let text = Dialog.wrap([rows[selection].explanation], to: width - 4)
    for (line, y) in zip(text, explanation.rows) {
      canvas.put(line, x: explanation.x + 1, y: y, style: look.roles.text)
    }
    let offset = ListView.offset(
      keeping: selection, height: list.height, count: rows.count, previous: 0)
    canvas.draw(
      ListView(count: rows.count, offset: offset, selection: selection) { index, _ in
        [
          Fragment(rows[index].name.padded(to: names + 2, look), look.roles.text),
          Fragment(
            rows[index].fitting(
              max(0, list.width - names - 4), ellipsis: look.symbols.symbol(.ellipsis)),
            look.roles.muted),
        ]
      }, in: list, look: look)
    let hints = [("Enter", keeps)] + (other.map { [$0] } ?? []) + [("Esc", "goes back")]
    canvas.put(hints, in: hint, look)
  }
}

extension ChoiceBox.Row {
  fileprivate func fitting(_ width: Int, ellipsis: Character) -> String {
    guard !path.isEmpty, DisplayWidth.of(explanation) > width else {
      return explanation.truncated(to: width, ellipsis: ellipsis)
    }
    var end = path[...]
    while !end.isEmpty, DisplayWidth.of(detail + end) + 1 > width { end.removeFirst() }
    return (detail + String(ellipsis) + end).truncated(to: width, ellipsis: ellipsis)
  }
}

extension Canvas {
  /// Writes keys with what they do on a line; where there is little room those in the middle go.
  mutating func put(_ hints: [(key: String, action: String)], in line: Rect, _ look: Appearance) {
    var hints = hints
    while hints.count > 2,
      hints.reduce(0, { $0 + DisplayWidth.of($1.key + $1.action) + 3 }) > line.width
    {
      hints.remove(at: hints.count - 2)
    }
    let pieces = hints.flatMap { hint in
      [
        Fragment(" \(hint.key)", look.roles.keyHint),
        Fragment(" \(hint.action) ", look.roles.muted),
      ]
    }
    put(pieces, x: line.x, y: line.y, maxWidth: line.width)
  }
}
