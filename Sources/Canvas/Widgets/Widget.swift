/// Something that draws itself in a rectangle: a pure value that knows no terminal.
package protocol Widget {
  /// Draws inside of `rect`, whatever its size; what does not fit is left out.
  func draw(in rect: Rect, on canvas: inout Canvas, look: Appearance)
}

extension Canvas {
  /// Draws a widget and keeps everything outside of its rectangle as it is.
  package mutating func draw(_ widget: some Widget, in rect: Rect, look: Appearance) {
    guard !rect.isEmpty else { return }
    clipped(to: rect) { widget.draw(in: rect, on: &$0, look: look) }
  }
}
