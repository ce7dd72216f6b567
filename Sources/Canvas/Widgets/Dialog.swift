/// A question or a message in a box in the middle of the screen.
package struct Dialog: Widget {
  package var title: String
  /// Paragraphs, wrapped to the width.
  package var message: [String]
  /// What can be pressed: key and what it does.
  package var choices: [(key: String, action: String)]

  package init(title: String, message: [String], choices: [(key: String, action: String)]) {
    self.title = title
    self.message = message
    self.choices = choices
  }

  /// Where the dialog stands on a screen: as small as its text allows, at most 64 columns wide.
  package func frame(on screen: Rect) -> Rect {
    let widest = (message + [title]).map(DisplayWidth.of).max() ?? 0
    let width = screen.overlayWidth(min(max(widest, choiceLine(.init()).width) + 4, 64))
    let lines = Self.wrap(message, to: width - 4).count
    return screen.centered(Size(width: width, height: lines + 4))
  }

  private func choiceLine(_ look: Appearance) -> [Fragment] {
    let entries = choices.map {
      [Fragment($0.key, look.roles.keyHint), Fragment(" " + $0.action, look.roles.text)]
    }
    return Array(entries.joined(separator: [Fragment("   ", look.roles.text)]))
  }

  /// - Parameter rect: the dialog's own frame, from `frame(on:)`.
  package func draw(in rect: Rect, on canvas: inout Canvas, look: Appearance) {
    let panel = Panel(title: title, isFocused: true)
    let inner = panel.frame(in: rect, on: &canvas, look: look).inset(horizontal: 1)
    let (body, last) = inner.splitBottom(1)
    for (line, y) in zip(Self.wrap(message, to: inner.width), body.rows) {
      canvas.put(line, x: body.x, y: y, style: look.roles.text, maxWidth: body.width)
    }
    canvas.put(choiceLine(look), x: last.x, y: last.y, maxWidth: last.width)
  }

  /// Breaks paragraphs at blanks into lines of at most so many columns; longer words are cut.
  package static func wrap(_ paragraphs: [String], to width: Int) -> [String] {
    guard width > 0 else { return [] }
    return paragraphs.flatMap { paragraph -> [String] in
      var lines: [String] = []
      var line = ""
      for word in paragraph.split(separator: " ", omittingEmptySubsequences: true) {
        var rest = String(word)
        let joined = line.isEmpty ? rest : line + " " + rest
        if DisplayWidth.of(joined) <= width {
          line = joined
          continue
        }
        if !line.isEmpty { lines.append(line) }
        while DisplayWidth.of(rest) > width {
          let head = prefix(of: rest, columns: width)
          lines.append(head)
          rest.removeFirst(head.count)
        }
        line = rest
      }
      return line.isEmpty && !lines.isEmpty ? lines : lines + [line]
    }
  }

  /// The longest beginning that fits, at least one character, so that wrapping comes to an end.
  private static func prefix(of text: String, columns: Int) -> String {
    var used = 0
    let head = text.prefix { character in
      used += DisplayWidth.drawable(character).width
      return used <= columns
    }
    return String(head.isEmpty ? text.prefix(1) : head)
  }
}
