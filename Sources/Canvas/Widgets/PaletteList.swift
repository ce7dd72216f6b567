/// A line to type in and the items that answer to it, best first.
package struct PaletteList: Widget {
  package struct Item: Sendable, Hashable {
    package var title: String
    /// Said after the title, more quietly.
    package var detail: String
    /// The key that does the same, at the right.
    package var key: String

    package init(title: String, detail: String = "", key: String = "") {
      self.title = title
      self.detail = detail
      self.key = key
    }
  }

  package var prompt: Prompt
  package let matches: [(item: Item, match: FuzzyMatch)]
  package var selection: Int
  package var emptyText: String

  /// Ranks the items by the query of the prompt.
  package init(
    prompt: Prompt, items: [Item], selection: Int = 0, emptyText: String = "nothing matches"
  ) {
    self.prompt = prompt
    self.matches = FuzzyMatch.rank(items, query: prompt.text, by: \.title)
    self.selection = selection
    self.emptyText = emptyText
  }

  package func draw(in rect: Rect, on canvas: inout Canvas, look: Appearance) {
    canvas.fill(rect, style: look.roles.text)
    let (line, list) = rect.splitTop(1)
    canvas.draw(prompt, in: line, look: look)
    guard !matches.isEmpty else {
      canvas.put(
        emptyText, x: list.x + 1, y: list.y, style: look.roles.muted, maxWidth: list.width - 1)
      return
    }
    let selected = min(max(selection, 0), matches.count - 1)
    let offset = ListView.offset(
      keeping: selected, height: list.height, count: matches.count, previous: 0)
    let view = ListView(count: matches.count, offset: offset, selection: selected) { index, width in
      Self.row(matches[index].item, matches[index].match, width: width, look: look)
    }
    canvas.draw(view, in: list, look: look)
  }

  private static func row(
    _ item: Item, _ match: FuzzyMatch, width: Int, look: Appearance
  ) -> [Fragment] {
    var row: [Fragment] = []
    let matched = Set(match.positions)
    for (index, character) in item.title.enumerated() {
      let style =
        matched.contains(index)
        ? look.roles.keyHint.adding([.bold, .underline]) : look.roles.text
      if row.last?.style == style {
        row[row.count - 1].text.append(character)
      } else {
        row.append(Fragment(String(character), style))
      }
    }
    if !item.detail.isEmpty { row.append(Fragment("  " + item.detail, look.roles.muted)) }
    let gap = width - row.width - DisplayWidth.of(item.key) - 1
    if !item.key.isEmpty && gap > 0 {
      row.append(Fragment(String(repeating: " ", count: gap), look.roles.text))
      row.append(Fragment(item.key, look.roles.keyHint))
    }
    return row
  }
}
