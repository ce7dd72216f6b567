import Canvas
import Experiments

/// Draws the explorer's screen: a pure function of the state.
package func view(_ state: ExplorerState, on canvas: inout Canvas) {
  canvas.fill(canvas.bounds, style: state.look.roles.text)
  if state.isTooSmall {
    drawTooSmall(state.size, on: &canvas, look: state.look)
    return
  }
  let layout = state.layout
  canvas.draw(Header(state), in: layout.header, look: state.look)
  for panel in PanelID.allCases {
    guard let rect = layout.panels[panel] else { continue }
    switch panel {
    case .matrices: canvas.draw(MatricesPanel(state), in: rect, look: state.look)
    case .magnitudes: canvas.draw(MagnitudesPanel(state), in: rect, look: state.look)
    case .accuracy: canvas.draw(AccuracyPanel(state), in: rect, look: state.look)
    case .heatMap: canvas.draw(HeatMapPanel(state), in: rect, look: state.look)
    case .maskMap: canvas.draw(MaskMapPanel(state), in: rect, look: state.look)
    }
  }
  canvas.draw(SliderLine(state), in: layout.slider, look: state.look)
  canvas.draw(
    StorageLine(state, speed: state.measuredSpeed), in: layout.storage, look: state.look)
  canvas.draw(BottomLine(state), in: layout.hints, look: state.look)
  drawOverlay(state, on: &canvas)
}

/// One frame of the state, at its size.
package func frame(of state: ExplorerState) -> Canvas {
  var canvas = Canvas(size: state.size, style: state.look.roles.text)
  view(state, on: &canvas)
  if state.look.symbols == .ascii { canvas.reduceToASCII() }
  return canvas
}

extension Canvas {
  /// Puts the nearest seven-bit character in place of every other, for words and names; graphs are
  /// drawn from such characters in the first place.
  mutating func reduceToASCII() {
    let plain: [Character: Character] = [
      "ε": "e", "·": "-", "×": "x", "–": "-", "≤": "<", "±": "~", "−": "-", "√": "V", "●": "*",
      "…": "~", "é": "e", "ő": "o",
      "“": "\"", "”": "\"", "’": "'", "↑": "^", "↓": "v", "←": "<", "→": ">", "▸": ">",
    ]
    for y in 0..<size.height {
      for x in 0..<size.width where !self[x, y].character.isASCII {
        self[x, y].character = plain[self[x, y].character] ?? "?"
      }
    }
  }
}

/// Says that a terminal is too small, and for what size it would not be.
func drawTooSmall(_ size: Size, on canvas: inout Canvas, look: Appearance) {
  let needed = ScreenLayout.minimum
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
