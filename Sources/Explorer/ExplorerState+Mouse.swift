import Canvas
import Experiments

extension ExplorerState {
  /// Takes hold of the slider and drags it; a click on the task in the header chooses another.
  mutating func handleBesidePanels(_ mouse: Key.Mouse) -> [Effect]? {
    let layout = layout
    let track = SliderLine.track(in: layout.slider, state: self)
    switch (mouse.action, mouse.button) {
    case (.press, .left):
      if mouse.y == track.y, (track.x - 1...track.maxX).contains(mouse.x) {
        dragging = true
        return drag(to: mouse.x, on: track)
      }
      let isOnTask =
        mouse.y == layout.header.y
        && Header(self).taskColumns(in: layout.header, look: look)?.contains(mouse.x) == true
      return isOnTask ? perform(.chooseTask) : nil
    case (.drag, _) where dragging: return drag(to: mouse.x, on: track)
    case (.release, _):
      dragging = false
      return []
    default: return nil
    }
  }

  private mutating func drag(to x: Int, on track: Rect) -> [Effect] {
    // Tenths of a percent, so that the same column always means the same level.
    let value = SliderTrack.value(at: x, in: track)
    return setLevel(SparsityLevel(millionths: Int((value * 1000).rounded()) * 1000))
  }

  mutating func click(_ point: Point, on panel: PanelID, in rect: Rect) -> [Effect] {
    let inner = Panel.interior(of: rect)
    switch panel {
    case .matrices:
      let rows = MatrixRows(self)
      let row = listOffset + point.y - inner.y
      if inner.contains(point), (0..<rows.count).contains(row) { select(rows[row]) }
    case .heatMap:
      if let index = HeatMapPanel(self).matrix(at: point, in: rect) { select(.matrix(index)) }
    case .accuracy, .magnitudes, .maskMap: break
    }
    return []
  }

  mutating func scroll(over panel: PanelID?, by step: Int) -> [Effect] {
    if panel == .matrices { return perform(step > 0 ? .nextMatrix : .previousMatrix) }
    return moveLevel(thousandths: -10 * step)
  }

  var mouseHelp: [HelpSheet.Entry] {
    [
      .init(keys: "drag", action: "Move the slider"),
      .init(keys: "click", action: "Choose a panel, a matrix, a cell, or the task"),
      .init(keys: "wheel", action: "Next matrix on the list, 1 % elsewhere"),
    ]
  }
}
