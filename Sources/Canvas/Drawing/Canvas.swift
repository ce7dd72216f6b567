/// One place of the screen: a character and how it looks.
package struct Cell: Sendable, Hashable {
  package var character: Character
  /// 1 or 2 columns; 0 for the second half of the wide character to the left.
  package var width: Int8
  package var style: Style

  package init(_ character: Character = " ", width: Int8 = 1, style: Style = Style()) {
    self.character = character
    self.width = width
    self.style = style
  }

  package static let blank = Cell()
}

/// A screen of cells, drawn on by widgets and shown by the terminal.
///
/// Drawing outside of the canvas, or of the rectangle that `clip` allows, has no effect. Text is
/// made harmless on its way in (see `DisplayWidth`).
package struct Canvas: Sendable, Hashable {
  package let size: Size
  /// Where the terminal's cursor shall stand; nil hides it.
  package var cursor: Point?
  private var cells: [Cell]
  private var clip: Rect

  /// A canvas of blank cells; absurd sizes are cut to 2000 × 1000.
  package init(size: Size, style: Style = Style()) {
    self.size = Size(width: min(size.width, 2000), height: min(size.height, 1000))
    cells = Array(
      repeating: Cell(style: style), count: self.size.width * self.size.height)
    clip = Rect(self.size)
  }

  package var bounds: Rect { Rect(size) }

  /// The cell at a place; outside of the canvas a blank that swallows what is written to it.
  package subscript(x: Int, y: Int) -> Cell {
    get { bounds.contains(Point(x: x, y: y)) ? cells[y * size.width + x] : .blank }
    set { set(newValue, x: x, y: y) }
  }

  /// The cells of a row, without copying them; empty outside of the canvas.
  package func row(_ y: Int) -> ArraySlice<Cell> {
    guard (0..<size.height).contains(y) else { return [] }
    return cells[(y * size.width)..<((y + 1) * size.width)]
  }

  /// Draws with everything outside of a rectangle protected.
  package mutating func clipped(to rect: Rect, _ draw: (inout Canvas) -> Void) {
    let outer = clip
    clip = clip.intersection(rect)
    draw(&self)
    clip = outer
  }

  /// Writes text from a column on, to the right.
  ///
  /// A wide character that would be cut at an edge leaves blanks.
  /// - Parameter maxWidth: the columns that may be used.
  /// - Returns: the columns that the text took, those outside of the canvas included.
  @discardableResult
  package mutating func put(
    _ text: String, x: Int, y: Int, style: Style = Style(), maxWidth: Int = .max
  ) -> Int {
    var used = 0
    for character in text {
      let (shown, width) = DisplayWidth.drawable(character)
      if used + width > maxWidth { break }
      set(Cell(shown, width: Int8(width), style: style), x: x + used, y: y)
      used += width
    }
    return used
  }

  /// Writes pieces of text one after the other.
  /// - Returns: the columns that they took.
  @discardableResult
  package mutating func put(
    _ fragments: [Fragment], x: Int, y: Int, maxWidth: Int = .max
  ) -> Int {
    var used = 0
    for fragment in fragments {
      used += put(
        fragment.text, x: x + used, y: y, style: fragment.style, maxWidth: maxWidth - used)
    }
    return used
  }

  /// Sets one character, the hot path of plots; the character must be one column wide.
  package mutating func set(_ character: Character, x: Int, y: Int, style: Style) {
    set(Cell(character, style: style), x: x, y: y)
  }

  /// Fills a rectangle.
  package mutating func fill(_ rect: Rect, with character: Character = " ", style: Style = Style())
  {
    let area = rect.intersection(clip)
    for y in area.rows {
      for x in area.columns { set(Cell(character, style: style), x: x, y: y) }
    }
  }

  /// Changes how the cells of a rectangle look and leaves their text.
  package mutating func restyle(_ rect: Rect, _ change: (inout Style) -> Void) {
    let area = rect.intersection(clip)
    for y in area.rows {
      for x in area.columns { change(&cells[y * size.width + x].style) }
    }
  }

  private mutating func set(_ cell: Cell, x: Int, y: Int) {
    guard clip.contains(Point(x: x, y: y)) else {
      // The visible half of a wide character that begins before the clip.
      if cell.width == 2 && clip.contains(Point(x: x + 1, y: y)) {
        set(Cell(style: cell.style), x: x + 1, y: y)
      }
      return
    }
    let index = y * size.width + x
    repairNeighbours(of: index, x: x)
    guard cell.width == 2 else {
      cells[index] = cell
      return
    }
    guard clip.contains(Point(x: x + 1, y: y)) else {
      cells[index] = Cell(style: cell.style)
      return
    }
    repairNeighbours(of: index + 1, x: x + 1)
    cells[index] = cell
    cells[index + 1] = Cell(" ", width: 0, style: cell.style)
  }

  /// Blanks the other half of a wide character that is about to lose one.
  private mutating func repairNeighbours(of index: Int, x: Int) {
    switch cells[index].width {
    case 0 where x > 0: cells[index - 1] = Cell(style: cells[index - 1].style)
    case 2 where x + 1 < size.width: cells[index + 1] = Cell(style: cells[index + 1].style)
    default: break
    }
  }
}

/// A piece of text with its style.
package struct Fragment: Sendable, Hashable {
  package var text: String
  package var style: Style

  package init(_ text: String, _ style: Style) {
    self.text = text
    self.style = style
  }
}

extension [Fragment] {
  /// The columns that the pieces take together.
  package var width: Int { reduce(0) { $0 + DisplayWidth.of($1.text) } }
}
