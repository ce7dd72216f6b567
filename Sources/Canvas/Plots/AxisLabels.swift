/// Puts labels below an axis in order of importance, and leaves out those without room.
struct AxisLabels {
  let rect: Rect
  private var taken: [Range<Int>] = []

  init(rect: Rect) {
    self.rect = rect
  }

  /// Puts a label with its middle at a column, moved inward at the ends.
  mutating func put(_ label: String, at column: Int, style: Style, on canvas: inout Canvas) {
    let width = DisplayWidth.of(label)
    guard width <= rect.width else { return }
    let start = min(max(column - width / 2, rect.x), rect.maxX - width)
    let range = start..<(start + width)
    // One blank on each side keeps two numbers from reading as one.
    guard !taken.contains(where: { $0.overlaps(range.lowerBound - 1..<range.upperBound + 1) })
    else { return }
    taken.append(range)
    canvas.put(label, x: start, y: rect.y, style: style)
  }

  /// Puts a label at the right end.
  mutating func putLast(_ label: String, style: Style, on canvas: inout Canvas) {
    put(label, at: rect.maxX, style: style, on: &canvas)
  }
}
