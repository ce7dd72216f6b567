/// The shape of a series of values in one row.
package struct Sparkline: Widget {
  /// Values from 0; negative ones and NaN count as 0.
  package var values: [Double]
  /// What fills the height; nil for the largest value.
  package var maximum: Double?
  package var style: Style?

  package init(_ values: [Double], maximum: Double? = nil, style: Style? = nil) {
    self.values = values
    self.maximum = maximum
    self.style = style
  }

  package func draw(in rect: Rect, on canvas: inout Canvas, look: Appearance) {
    let piece = fragment(width: rect.width, look: look)
    canvas.put([piece], x: rect.x, y: rect.y + rect.height / 2)
  }

  /// The sparkline as text, for a row of a list.
  package func fragment(width: Int, look: Appearance) -> Fragment {
    let symbols = look.symbols
    let perCell = symbols == .braille ? 2 : 1
    let steps = symbols == .braille ? 4 : symbols.bars.count - 1
    let levels = Self.levels(
      of: values, columns: width * perCell, maximum: maximum, steps: steps)
    let text = (0..<(levels.count / perCell)).map { cell in
      perCell == 2
        ? symbols.pair(levels[2 * cell], levels[2 * cell + 1]) : symbols.bars[levels[cell]]
    }
    return Fragment(String(text), style ?? look.roles.accent)
  }

  /// Steps for so many columns: the largest of the values that fall into each.
  ///
  /// What is not zero shows at least one step.
  static func levels(of values: [Double], columns: Int, maximum: Double?, steps: Int) -> [Int] {
    let top = maximum ?? values.max() ?? 0
    guard !values.isEmpty, columns > 0 else { return [] }
    return (0..<columns).map { column in
      let first = column * values.count / columns
      let last = max(first + 1, (column + 1) * values.count / columns)
      guard let value = values[first..<last].max(), value > 0, top > 0 else { return 0 }
      return min(max(Int((value / top * Double(steps)).rounded()), 1), steps)
    }
  }
}
