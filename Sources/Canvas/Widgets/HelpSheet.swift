/// Keys and what they do, by section, in as many columns as fit.
package struct HelpSheet: Widget {
  package struct Section: Sendable, Hashable {
    package var title: String
    package var entries: [Entry]

    package init(title: String, entries: [Entry]) {
      self.title = title
      self.entries = entries
    }
  }

  package struct Entry: Sendable, Hashable {
    package var keys: String
    package var action: String

    package init(keys: String, action: String) {
      self.keys = keys
      self.action = action
    }
  }

  package var sections: [Section]
  /// Lines scrolled away at the top.
  package var offset: Int

  package init(sections: [Section], offset: Int = 0) {
    self.sections = sections
    self.offset = offset
  }

  /// The largest offset that still fills a rectangle.
  package func maxOffset(in rect: Rect) -> Int {
    let columns = arranged(in: rect, look: Appearance())
    return max(0, (columns.map(\.count).max() ?? 0) - rect.height)
  }

  private var keyWidth: Int {
    sections.flatMap(\.entries).map { DisplayWidth.of($0.keys) }.max() ?? 0
  }

  private var columnWidth: Int {
    let actions = sections.flatMap(\.entries).map { DisplayWidth.of($0.action) }.max() ?? 0
    return max(keyWidth + 2 + actions, sections.map { DisplayWidth.of($0.title) }.max() ?? 0)
  }

  /// The lines of each column: sections stay whole and go where the least stands so far.
  private func arranged(in rect: Rect, look: Appearance) -> [[[Fragment]]] {
    let count = max(1, min(sections.count, (rect.width + 3) / (columnWidth + 3)))
    var columns = [[[Fragment]]](repeating: [], count: count)
    for section in sections {
      let shortest = columns.indices.min { columns[$0].count < columns[$1].count }!
      if !columns[shortest].isEmpty { columns[shortest].append([]) }
      columns[shortest].append([Fragment(section.title, look.roles.heading)])
      for entry in section.entries {
        let gap = max(0, keyWidth - DisplayWidth.of(entry.keys))
        columns[shortest].append([
          Fragment(entry.keys, look.roles.keyHint),
          Fragment(String(repeating: " ", count: gap + 2) + entry.action, look.roles.text),
        ])
      }
    }
    return columns
  }

  package func draw(in rect: Rect, on canvas: inout Canvas, look: Appearance) {
    canvas.fill(rect, style: look.roles.text)
    let columns = arranged(in: rect, look: look)
    let length = columns.map(\.count).max() ?? 0
    let first = min(max(0, offset), max(0, length - rect.height))
    for (index, lines) in columns.enumerated() {
      let x = rect.x + index * (columnWidth + 3)
      for (line, y) in zip(lines.dropFirst(first), rect.rows) {
        canvas.put(line, x: x, y: y, maxWidth: max(0, rect.maxX - x))
      }
    }
    if length > rect.height && rect.width > 2 {
      canvas.draw(
        Scrollbar(count: length, offset: first), in: rect.splitRight(1).right, look: look)
    }
  }
}
