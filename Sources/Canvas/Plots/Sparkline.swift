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
    let style = style ?? look.roles.accent
    let perCell = look.symbols == .braille ? 2 : 1
    let steps = look.symbols == .braille ? 4 : look.symbols.bars.count - 1
    let levels = Self.levels(
      of: values, columns: rect.width * perCell, maximum: maximum, steps: steps)
    let y = rect.y + rect.height / 2
    for (index, x) in rect.columns.enumerated() where !levels.isEmpty {
      let character =
        perCell == 2
        ? look.symbols.pair(levels[2 * index], levels[2 * index + 1])
        : look.symbols.bars[levels[index]]
      canvas.set(character, x: x, y: y, style: style)
    }
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
