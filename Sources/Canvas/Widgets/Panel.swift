/// A box with a key and a title in its top line.
package struct Panel: Widget {
  /// The key that chooses the panel, shown in front of the title.
  package var key: Character?
  package var title: String
  /// Shown at the right end of the top line where there is room, such as a legend.
  package var trailing: [Fragment]
  package var isFocused: Bool

  package init(
    key: Character? = nil, title: String, trailing: [Fragment] = [], isFocused: Bool = false
  ) {
    self.key = key
    self.title = title
    self.trailing = trailing
    self.isFocused = isFocused
  }

  /// What is left inside of a panel of that size.
  package static func interior(of rect: Rect) -> Rect { rect.inset(horizontal: 1, vertical: 1) }

  /// Draws the panel and returns what is left inside of it.
  @discardableResult
  package func frame(in rect: Rect, on canvas: inout Canvas, look: Appearance) -> Rect {
    canvas.draw(self, in: rect, look: look)
    return Self.interior(of: rect)
  }

  package func draw(in rect: Rect, on canvas: inout Canvas, look: Appearance) {
    canvas.fill(rect, style: look.roles.text)
    guard rect.width >= 2, rect.height >= 2 else { return }
    drawBorder(in: rect, on: &canvas, look: look)
    drawTopLine(in: rect, on: &canvas, look: look)
  }

  private func drawBorder(in rect: Rect, on canvas: inout Canvas, look: Appearance) {
    let style = isFocused ? look.roles.focusedBorder : look.roles.border
    let border = look.symbols.border
    let (right, bottom) = (rect.maxX - 1, rect.maxY - 1)
    for x in rect.columns {
      canvas.set(border.horizontal, x: x, y: rect.y, style: style)
      canvas.set(border.horizontal, x: x, y: bottom, style: style)
    }
    for y in rect.rows {
      canvas.set(border.vertical, x: rect.x, y: y, style: style)
      canvas.set(border.vertical, x: right, y: y, style: style)
    }
    canvas.set(border.topLeft, x: rect.x, y: rect.y, style: style)
    canvas.set(border.topRight, x: right, y: rect.y, style: style)
    canvas.set(border.bottomLeft, x: rect.x, y: bottom, style: style)
    canvas.set(border.bottomRight, x: right, y: bottom, style: style)
  }

  private func drawTopLine(in rect: Rect, on canvas: inout Canvas, look: Appearance) {
    // A corner, and at least one stroke of the border before the other.
    let room = rect.width - 3
    guard room >= 3 else { return }
    var pieces = [Fragment(" ", look.roles.text)]
    if let key { pieces.append(Fragment("\(key) ", look.roles.keyHint)) }
    let titleRoom = room - pieces.width - 1
    guard titleRoom > 0 else { return }
    let shown = title.truncated(to: titleRoom, ellipsis: look.symbols.symbol(.ellipsis))
    pieces.append(Fragment(shown + " ", isFocused ? look.roles.heading : look.roles.text))
    let used = canvas.put(pieces, x: rect.x + 1, y: rect.y)
    let width = trailing.width
    guard width > 0, used + width + 3 <= room else { return }
    let start = rect.maxX - 4 - width
    canvas.put(" ", x: start, y: rect.y, style: look.roles.text)
    canvas.put(trailing, x: start + 1, y: rect.y)
    canvas.put(" ", x: start + 1 + width, y: rect.y, style: look.roles.text)
  }
}
