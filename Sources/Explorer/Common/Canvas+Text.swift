import Canvas

extension Canvas {
  /// Writes a text into a rectangle, its words wrapped and its block centred vertically.
  mutating func put(_ text: String, in rect: Rect, style: Style) {
    let inner = rect.inset(horizontal: min(1, rect.width / 4), vertical: 0)
    guard !inner.isEmpty else { return }
    let lines = Dialog.wrap([text], to: inner.width).prefix(inner.height)
    let top = inner.y + (inner.height - lines.count) / 2
    for (index, line) in lines.enumerated() {
      put(line, x: inner.x, y: top + index, style: style, maxWidth: inner.width)
    }
  }
}
