import Canvas

/// A line that stays until the next key.
package struct Notice: Sendable, Hashable {
  package var text: String
  package var isWarning: Bool

  package init(_ text: String, isWarning: Bool = false) {
    self.text = text
    self.isWarning = isWarning
  }
}

extension Notice: Widget {
  package func draw(in rect: Rect, on canvas: inout Canvas, look: Appearance) {
    let shown = text.truncated(
      to: rect.width - 2, ellipsis: look.symbols.symbol(.ellipsis))
    canvas.put(
      " " + shown, x: rect.x, y: rect.y,
      style: isWarning ? look.roles.warning : look.roles.success)
  }
}
