/// A horizontal bar that shows a share.
///
/// Only 0 is drawn empty and only 1 full: whatever lies between shows at least one step of each.
package struct Bar: Widget {
  /// 0 … 1; nothing is drawn for NaN.
  package var share: Double
  package var style: Style?
  /// Draws what is not filled as a faint track.
  package var hasTrack: Bool

  package init(_ share: Double, style: Style? = nil, hasTrack: Bool = true) {
    self.share = share
    self.style = style
    self.hasTrack = hasTrack
  }

  package func draw(in rect: Rect, on canvas: inout Canvas, look: Appearance) {
    let steps = look.symbols.horizontalBars
    let filled = Self.steps(of: share, width: rect.width, perCell: steps.count - 1)
    var style = style ?? look.roles.kept
    if hasTrack { style.background = .slot(0x01) }
    for y in rect.rows {
      for (index, x) in rect.columns.enumerated() {
        let inCell = min(max(filled - index * (steps.count - 1), 0), steps.count - 1)
        let isTrack = inCell == 0 && hasTrack && look.symbols == .ascii
        canvas.set(isTrack ? "." : steps[inCell], x: x, y: y, style: style)
      }
    }
  }

  /// How many steps of a bar are filled.
  static func steps(of share: Double, width: Int, perCell: Int) -> Int {
    let all = width * perCell
    guard share > 0, all > 0 else { return 0 }
    if share >= 1 { return all }
    return min(max(Int((share * Double(all)).rounded()), 1), all - 1)
  }
}
