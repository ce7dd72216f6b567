/// A drawing of braille dots, 2 × 4 to a cell, in which a later stroke colours the cells it meets.
struct DotGrid {
  /// Which dots along a stroke are drawn.
  enum Pattern {
    case solid, dashed, dotted, dashDotted

    /// The stroke of series 0, 1, …, which tells them apart without colour.
    static func series(_ index: Int) -> Pattern {
      [.solid, .dashDotted, .dotted, .solid][index % 4]
    }

    func shows(_ step: Int) -> Bool {
      switch self {
      case .solid: true
      case .dashed: step % 6 < 4
      case .dotted: step % 3 == 0
      case .dashDotted: step % 10 < 6 || step % 10 == 8
      }
    }
  }

  let width: Int
  let height: Int
  private var bits: [UInt8]
  private var styles: [Style]

  init(width: Int, height: Int) {
    self.width = width
    self.height = height
    bits = Array(repeating: 0, count: width * height)
    styles = Array(repeating: Style(), count: width * height)
  }

  mutating func set(x: Int, y: Int, style: Style) {
    guard x >= 0, y >= 0, x < 2 * width, y < 4 * height else { return }
    let index = y / 4 * width + x / 2
    bits[index] |= Braille.dots[x % 2][y % 4]
    styles[index] = style
  }

  mutating func line(
    from start: (x: Int, y: Int), to end: (x: Int, y: Int), pattern: Pattern = .solid,
    style: Style
  ) {
    polyline([start, end], pattern: pattern, style: style)
  }

  /// Joins points by straight strokes; the pattern runs on from one to the next.
  mutating func polyline(_ points: [(x: Int, y: Int)], pattern: Pattern, style: Style) {
    var step = 0
    for (start, end) in zip(points, points.dropFirst()) {
      let length = max(abs(end.x - start.x), abs(end.y - start.y))
      for i in 0...max(1, length) {
        let share = Double(i) / Double(max(1, length))
        if pattern.shows(step) {
          set(
            x: start.x + Int((Double(end.x - start.x) * share).rounded()),
            y: start.y + Int((Double(end.y - start.y) * share).rounded()), style: style)
        }
        if i < length { step += 1 }
      }
    }
  }

  func stamp(on canvas: inout Canvas, at rect: Rect) {
    for y in 0..<height {
      for x in 0..<width where bits[y * width + x] != 0 {
        let index = y * width + x
        canvas.stamp(
          Braille.character(bits[index]), x: rect.x + x, y: rect.y + y, style: styles[index])
      }
    }
  }
}
