import Canvas
import Experiments

extension ExplorerState {
  /// Clicks choose panels, matrices and levels; dragging scrubs; the wheel scrolls the list or
  /// moves the level.
  mutating func handle(_ mouse: Key.Mouse) -> [Effect] {
    guard !isTooSmall else { return [] }
    if overlay != nil { return handleOnOverlay(mouse) }
    let layout = self.layout
    let track = SliderLine.track(in: layout.slider, state: self)
    switch (mouse.action, mouse.button) {
    case (.press, .left):
      notice = nil
      if mouse.y == track.y, (track.x - 1...track.maxX).contains(mouse.x) {
        dragging = true
        return drag(to: mouse.x, on: track)
      }
      if layout.header.contains(mouse.point), mouse.x >= layout.header.maxX - 7 {
        return perform(.help)
      }
      if mouse.y == layout.header.y,
        Header(self).taskColumns(in: layout.header, look: look)?.contains(mouse.x) == true
      {
        return perform(.chooseTask)
      }
      guard let (panel, rect) = layout.panels.first(where: { $0.value.contains(mouse.point) })
      else { return [] }
      return click(mouse.point, on: panel, in: rect)
    case (.drag, _) where dragging: return drag(to: mouse.x, on: track)
    case (.release, _):
      dragging = false
      return []
    case (.wheelUp, _), (.wheelDown, _):
      let step = mouse.action == .wheelDown ? 1 : -1
      if layout.panels[.matrices]?.contains(mouse.point) == true {
        return perform(step > 0 ? .nextMatrix : .previousMatrix)
      }
      return moveLevel(thousandths: -10 * step)
    default: return []
    }
  }

  private mutating func drag(to x: Int, on track: Rect) -> [Effect] {
    // Tenths of a percent, so that the same column always means the same level.
    let value = SliderTrack.value(at: x, in: track)
    return setLevel(SparsityLevel(millionths: Int((value * 1000).rounded()) * 1000))
  }

  private mutating func click(_ point: Point, on panel: PanelID, in rect: Rect) -> [Effect] {
    look(at: panel)
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

  private mutating func handleOnOverlay(_ mouse: Key.Mouse) -> [Effect] {
    switch mouse.action {
    case .wheelUp: return handle(.arrow(.up))
    case .wheelDown: return handle(.arrow(.down))
    case .press: return handle(.escape)
    case .drag, .release: return []
    }
  }
}
