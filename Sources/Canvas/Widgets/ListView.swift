/// Rows of styled text, one of them selected.
package struct ListView: Widget {
  package var count: Int
  /// The row at the top; see `offset(keeping:…)`.
  package var offset: Int
  package var selection: Int?
  /// Whether the list has the keyboard; if not, its selection is marked more quietly.
  package var isFocused: Bool
  /// Makes a row for a width. Only rows that are visible are asked for.
  package var row: (_ index: Int, _ width: Int) -> [Fragment]

  package init(
    count: Int, offset: Int = 0, selection: Int? = nil, isFocused: Bool = true,
    row: @escaping (_ index: Int, _ width: Int) -> [Fragment]
  ) {
    self.count = count
    self.offset = offset
    self.selection = selection
    self.isFocused = isFocused
    self.row = row
  }

  package init(
    rows: [[Fragment]], offset: Int = 0, selection: Int? = nil, isFocused: Bool = true
  ) {
    self.init(count: rows.count, offset: offset, selection: selection, isFocused: isFocused) {
      index, _ in rows[index]
    }
  }

  /// The offset, as near to the previous one as can be, at which the selection is visible and no
  /// row is wasted at the end.
  package static func offset(
    keeping selection: Int?, height: Int, count: Int, previous: Int
  ) -> Int {
    let last = max(0, count - height)
    guard let selection, height > 0 else { return min(max(previous, 0), last) }
    let nearest = min(max(previous, selection - height + 1), selection)
    return min(max(nearest, 0), last)
  }

  /// The row under a place, for the mouse.
  package func index(at point: Point, in rect: Rect) -> Int? {
    let index = offset + point.y - rect.y
    return rect.contains(point) && (0..<count).contains(index) ? index : nil
  }

  package func draw(in rect: Rect, on canvas: inout Canvas, look: Appearance) {
    canvas.fill(rect, style: look.roles.text)
    let hasScrollbar = count > rect.height && rect.width > 2
    let body = rect.inset(right: hasScrollbar ? 1 : 0)
    for (line, y) in body.rows.enumerated() {
      let index = offset + line
      guard (0..<count).contains(index) else { continue }
      let isSelected = index == selection
      if body.width > 1 && isSelected {
        canvas.set(
          look.symbols.symbol(.selected), x: body.x, y: y,
          style: isFocused ? look.roles.level : look.roles.muted)
      }
      let text = body.width > 1 ? body.inset(left: 1) : body
      canvas.put(row(index, text.width), x: text.x, y: y, maxWidth: text.width)
      if isSelected && isFocused { select(row: y, of: body, on: &canvas, look: look) }
    }
    if hasScrollbar {
      Scrollbar(count: count, offset: offset)
        .draw(in: rect.splitRight(1).right, on: &canvas, look: look)
    }
  }

  private func select(row y: Int, of rect: Rect, on canvas: inout Canvas, look: Appearance) {
    let selection = look.roles.selection
    canvas.restyle(Rect(x: rect.x, y: y, width: rect.width, height: 1)) { style in
      style.background = selection.background
      style.attributes.formUnion(selection.attributes)
    }
  }
}

/// One column that tells which part of something long is visible.
package struct Scrollbar: Widget {
  package var count: Int
  package var offset: Int

  package init(count: Int, offset: Int) {
    self.count = count
    self.offset = offset
  }

  package func draw(in rect: Rect, on canvas: inout Canvas, look: Appearance) {
    guard count > rect.height, rect.height > 0 else { return }
    let thumb = max(1, rect.height * rect.height / count)
    let travel = Double(rect.height - thumb)
    let start = Int((travel * Double(offset) / Double(count - rect.height)).rounded())
    // Without a track: next to the border of a panel that would be a second one.
    for y in rect.rows.dropFirst(start).prefix(thumb) {
      canvas.set(look.symbols.symbol(.scrollThumb), x: rect.x, y: y, style: look.roles.accent)
    }
  }
}
