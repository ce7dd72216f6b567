/// A line of text being typed, with the terminal's cursor in it.
package struct Prompt: Widget {
  /// Stands in front, such as `/` or `:`.
  package var label: String
  package private(set) var text: String
  /// The characters in front of the cursor.
  package private(set) var cursor: Int
  /// Why what was typed is not accepted, at the right.
  package var problem: String?

  package init(label: String, text: String = "", problem: String? = nil) {
    self.label = label
    self.text = text
    self.cursor = text.count
    self.problem = problem
  }

  /// Edits the line by a key; false when the key is none that edits.
  ///
  /// Characters, paste, backspace, delete, the arrows, Home and End, ⌃a ⌃e ⌃u ⌃k ⌃w as in a shell.
  @discardableResult
  package mutating func edit(_ key: Key) -> Bool {
    switch key {
    case .character(let character): insert(String(character))
    case .paste(let pasted):
      insert(pasted.split(whereSeparator: \.isNewline).joined(separator: " "))
    case .backspace, .control("h"): remove(max(0, cursor - 1)..<cursor)
    case .delete, .control("d"): remove(cursor..<min(cursor + 1, text.count))
    case .arrow(.left, []), .control("b"): cursor = max(0, cursor - 1)
    case .arrow(.right, []), .control("f"): cursor = min(text.count, cursor + 1)
    case .home, .control("a"): cursor = 0
    case .end, .control("e"): cursor = text.count
    case .control("u"): remove(0..<cursor)
    case .control("k"): remove(cursor..<text.count)
    case .control("w"): remove(startOfWord..<cursor)
    default: return false
    }
    return true
  }

  private mutating func insert(_ inserted: String) {
    text.insert(contentsOf: inserted, at: text.index(text.startIndex, offsetBy: cursor))
    // A combining mark joins the character in front of it instead of adding one.
    cursor = min(cursor + inserted.count, text.count)
  }

  private mutating func remove(_ range: Range<Int>) {
    let start = text.index(text.startIndex, offsetBy: range.lowerBound)
    text.removeSubrange(start..<text.index(start, offsetBy: range.count))
    cursor = range.lowerBound
  }

  private var startOfWord: Int {
    let before = Array(text.prefix(cursor))
    var start = before.count
    while start > 0, before[start - 1].isWhitespace { start -= 1 }
    while start > 0, !before[start - 1].isWhitespace { start -= 1 }
    return start
  }

  package func draw(in rect: Rect, on canvas: inout Canvas, look: Appearance) {
    let (line, _) = rect.splitTop(1)
    canvas.fill(line, style: look.roles.text)
    let used = canvas.put(
      label + " ", x: line.x, y: line.y, style: look.roles.keyHint, maxWidth: line.width)
    let field = line.inset(left: used)
    guard field.width > 0 else { return }
    // The end of a long line is what is being typed: show what leads up to the cursor.
    var shown = Array(text)
    var before = shown.prefix(cursor).reduce(0) { $0 + DisplayWidth.drawable($1).width }
    while before >= field.width, !shown.isEmpty {
      before -= DisplayWidth.drawable(shown.removeFirst()).width
    }
    let end = canvas.put(
      String(shown), x: field.x, y: field.y, style: look.roles.text, maxWidth: field.width)
    canvas.cursor = Point(x: field.x + before, y: field.y)
    if let problem {
      let room = field.width - end - 2
      let words = problem.truncated(to: room, ellipsis: look.symbols.symbol(.ellipsis))
      canvas.put(words, x: field.x + end + 2, y: field.y, style: look.roles.error)
    }
  }
}
