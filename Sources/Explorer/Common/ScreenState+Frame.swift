import Canvas

/// One frame of the state, at its size.
package func frame(of state: ExplorerState) -> Canvas { state.frame }

/// One frame of the state, at its size.
package func frame(of state: RunsState) -> Canvas { state.frame }

extension ScreenState {
  /// What the screen shows: a pure function of the state.
  fileprivate var frame: Canvas {
    var canvas = Canvas(size: size, style: look.roles.text)
    if isTooSmall {
      drawTooSmall(on: &canvas)
    } else {
      let layout = layout
      for (part, rect) in parts(of: layout) { canvas.draw(part, in: rect, look: look) }
      drawLastLine(in: layout.hints, on: &canvas)
      drawOverlay(layout, on: &canvas)
    }
    if look.symbols == .ascii { canvas.reduceToASCII() }
    return canvas
  }

  /// Says that a terminal is too small, and for what size it would not be.
  private func drawTooSmall(on canvas: inout Canvas) {
    let needed = Layout.minimum
    let lines = [
      "\(needed.width)×\(needed.height) needed,",
      "here \(size.width)×\(size.height):",
      "enlarge, or q",
    ]
    let top = max(0, (canvas.size.height - lines.count) / 2)
    for (index, line) in lines.enumerated() {
      let x = max(0, (canvas.size.width - line.count) / 2)
      canvas.put(line, x: x, y: top + index, style: look.roles.warning)
    }
  }

  /// What there is to say, else the keys.
  private func drawLastLine(in rect: Rect, on canvas: inout Canvas) {
    if let notice {
      canvas.draw(notice, in: rect, look: look)
    } else {
      keys.drawHints(in: rect, on: &canvas, look)
    }
  }

  private func drawOverlay(_ layout: Layout, on canvas: inout Canvas) {
    switch overlay {
    case .help(let scroll):
      let inner = canvas.box("help", of: HelpSheet.boxSize, look)
      canvas.draw(helpSheet(scroll: scroll), in: inner, look: look)
    case .palette(let prompt, let selection):
      let inner = canvas.box("commands", of: Size(width: 76, height: 22), look)
      canvas.draw(palette(prompt, selection: selection), in: inner, look: look)
    case .filter(let prompt, _): canvas.draw(prompt, in: layout.hints, look: look)
    case .themes(let list, _):
      let box = ChoiceBox("theme", list) { .init(name: $0.name, detail: $0.variant.rawValue) }
      canvas.draw(box, in: canvas.bounds, look: look)
    case .own(let own): draw(own, on: &canvas)
    case nil: break
    }
  }

  func helpSheet(scroll: Int) -> HelpSheet {
    let sections = Action.Section.allCases.map { section in
      HelpSheet.Section(
        title: section.rawValue,
        entries: Action.allCases.filter { $0.section == section }.map { action in
          HelpSheet.Entry(
            keys: keys.label(for: action, symbols: look.symbols), action: action.title)
        })
    }
    let mouse = HelpSheet.Section(title: "Mouse", entries: mouseHelp)
    return HelpSheet(sections: sections + [mouse], offset: scroll)
  }

  /// The right end of every header, which the mouse can press.
  var helpHint: [Fragment] {
    [Fragment("?", look.roles.keyHint), Fragment(" help ", look.roles.muted)]
  }
}

extension Canvas {
  /// Draws an empty box in the middle of the screen and returns its inside.
  mutating func box(_ title: String, of size: Size, _ look: Appearance) -> Rect {
    let rect = bounds.overlay(size)
    return Panel(title: title, isFocused: true).frame(in: rect, on: &self, look: look)
      .inset(horizontal: 1, vertical: 0)
  }
}
