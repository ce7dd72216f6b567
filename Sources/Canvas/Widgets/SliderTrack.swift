/// A track with a knob at a value between 0 and 1.
package struct SliderTrack: Widget {
  package var value: Double

  package init(value: Double) {
    self.value = value
  }

  /// The value that a click on a column asks for; the ends of the track are 0 and 1.
  package static func value(at x: Int, in rect: Rect) -> Double {
    guard rect.width > 3 else { return x <= rect.x ? 0 : 1 }
    return min(max(Double(x - rect.x - 1) / Double(rect.width - 3), 0), 1)
  }

  /// The column of the knob.
  package static func column(of value: Double, in rect: Rect) -> Int {
    let clamped = value.isNaN ? 0 : min(max(value, 0), 1)
    guard rect.width > 3 else { return rect.x + Int(clamped * Double(max(0, rect.width - 1))) }
    return rect.x + 1 + Int((clamped * Double(rect.width - 3)).rounded())
  }

  package func draw(in rect: Rect, on canvas: inout Canvas, look: Appearance) {
    let knob = Self.column(of: value, in: rect)
    let symbols = look.symbols
    let y = rect.y + rect.height / 2
    for x in rect.columns {
      let isDone = x < knob
      canvas.set(
        symbols.symbol(isDone ? .trackDone : .track), x: x, y: y,
        style: isDone ? look.roles.accent : look.roles.border)
    }
    if rect.width > 3 {
      let ends = [(rect.x, GraphSymbols.Symbol.trackLeft), (rect.maxX - 1, .trackRight)]
      for (x, end) in ends {
        canvas.set(symbols.symbol(end), x: x, y: y, style: look.roles.muted)
      }
    }
    canvas.set(symbols.symbol(.knob), x: knob, y: y, style: look.roles.level)
  }
}
