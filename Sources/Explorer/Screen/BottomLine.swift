import Canvas

/// The last line: what is being typed, else what there is to say, else the keys.
struct BottomLine: Widget {
  let state: ExplorerState

  init(_ state: ExplorerState) { self.state = state }

  func draw(in rect: Rect, on canvas: inout Canvas, look: Appearance) {
    switch state.overlay {
    case .level(let text, _):
      drawLevel(text, in: rect, on: &canvas, look)
    case .filter(let prompt, _): canvas.draw(prompt, in: rect, look: look)
    default:
      if let notice = state.notice {
        notice.draw(in: rect, on: &canvas, look: look)
      } else {
        state.keys.drawHints(quit: .quit, in: rect, on: &canvas, look)
      }
    }
  }

  private func drawLevel(
    _ text: String, in rect: Rect, on canvas: inout Canvas, _ look: Appearance
  ) {
    let pieces = [
      Fragment(" go to ", look.roles.keyHint), Fragment(text, look.roles.heading),
      Fragment("_", look.roles.level),
      Fragment("  % or N:M, Enter; Esc leaves", look.roles.muted),
    ]
    canvas.put(pieces, x: rect.x, y: rect.y, maxWidth: rect.width)
  }
}

extension Notice: Widget {
  package func draw(in rect: Rect, on canvas: inout Canvas, look: Appearance) {
    let shown = text.truncated(
      to: rect.width - 2, ellipsis: look.symbols.symbol(.ellipsis))
    canvas.put(
      " " + shown, x: rect.x, y: rect.y,
      style: isWarning ? look.roles.warning : look.roles.success)
  }
}

extension KeyTable {
  /// As many hints as fit, and always the way to all of them and the way out.
  func drawHints(
    quit: Action, in rect: Rect, on canvas: inout Canvas, _ look: Appearance
  ) {
    let last = fragments(for: .init(actions: [quit], text: "quit"), look)
    var x = rect.x + 1
    let end = rect.maxX - last.width
    for hint in hints {
      let pieces = fragments(for: hint, look)
      if x + pieces.width > end { break }
      x += canvas.put(pieces, x: x, y: rect.y)
    }
    canvas.put(last, x: x, y: rect.y, maxWidth: rect.maxX - x)
  }

  func fragments(for hint: Hint, _ look: Appearance) -> [Fragment] {
    [
      Fragment(label(for: hint, symbols: look.symbols), look.roles.keyHint),
      Fragment(" \(hint.text)  ", look.roles.muted),
    ]
  }
}
