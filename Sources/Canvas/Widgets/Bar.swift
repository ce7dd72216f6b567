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
    let piece = fragment(width: rect.width, look: look)
    for y in rect.rows { canvas.put([piece], x: rect.x, y: y) }
  }

  /// The bar as text, for a row of a list.
  package func fragment(width: Int, look: Appearance) -> Fragment {
    let steps = look.symbols.horizontalBars
    let perCell = steps.count - 1
    let filled = Self.steps(of: share, width: width, perCell: perCell)
    var style = style ?? look.roles.kept
    if hasTrack { style.background = .slot(0x01) }
    let empty: Character = hasTrack && look.symbols == .ascii ? "." : steps[0]
    let text = (0..<max(0, width)).map { cell -> Character in
      let inCell = min(max(filled - cell * perCell, 0), perCell)
      return inCell == 0 ? empty : steps[inCell]
    }
    return Fragment(String(text), style)
  }

  /// How many steps of a bar are filled.
  static func steps(of share: Double, width: Int, perCell: Int) -> Int {
    let all = width * perCell
    guard share > 0, all > 0 else { return 0 }
    if share >= 1 { return all }
    return min(max(Int((share * Double(all)).rounded()), 1), all - 1)
  }
}
