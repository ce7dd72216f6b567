extension Canvas {
  /// Neighbouring cells of one row that differ from an earlier frame and share a style.
  package struct Run: Sendable, Hashable {
    package var x: Int
    package var y: Int
    package var text: String
    package var style: Style
    /// Columns covered.
    package var width: Int

    package init(x: Int, y: Int, text: String, style: Style, width: Int) {
      self.x = x
      self.y = y
      self.text = text
      self.style = style
      self.width = width
    }
  }

  /// What has to be drawn to turn an earlier frame into this one.
  ///
  /// Runs stand in reading order, cover the changed cells exactly, and are as long as they can be.
  /// A frame of another size, or none, changes everything.
  package func changes(from earlier: Canvas?) -> [Run] {
    var runs: [Run] = []
    let comparable = earlier?.size == size ? earlier : nil
    for y in 0..<size.height {
      let row = row(y)
      let old = comparable?.row(y)
      if let old, old == row { continue }
      append(changed: row, from: old, y: y, to: &runs)
    }
    return runs
  }

  private func append(
    changed row: ArraySlice<Cell>, from old: ArraySlice<Cell>?, y: Int, to runs: inout [Run]
  ) {
    var open: Run?
    for (x, index) in row.indices.enumerated() {
      let cell = row[index]
      // The second half of a wide character belongs to the run of the first.
      if cell.width == 0 { continue }
      if let old, old[old.startIndex + x] == cell {
        if let run = open { runs.append(run) }
        open = nil
        continue
      }
      if open?.style == cell.style {
        open!.text.append(cell.character)
        open!.width += Int(cell.width)
      } else {
        if let run = open { runs.append(run) }
        open = Run(
          x: x, y: y, text: String(cell.character), style: cell.style, width: Int(cell.width))
      }
    }
    if let run = open { runs.append(run) }
  }
}

extension Canvas {
  /// The text of every row without trailing blanks.
  package var lines: [String] {
    (0..<size.height).map { y in
      var text = ""
      for cell in row(y) where cell.width > 0 { text.append(cell.character) }
      while text.last == " " { text.removeLast() }
      return text
    }
  }

  /// The rows as one text, each with a line feed.
  package var text: String { lines.map { $0 + "\n" }.joined() }

  /// The styles of every row, as `05×3 0D/02+b×4`; see `Style.description`.
  package var styleLines: [String] {
    (0..<size.height).map { y in
      var groups: [(style: Style, count: Int)] = []
      for cell in row(y) {
        if groups.last?.style == cell.style {
          groups[groups.count - 1].count += 1
        } else {
          groups.append((cell.style, 1))
        }
      }
      return groups.map { "\($0.style)×\($0.count)" }.joined(separator: " ")
    }
  }
}
