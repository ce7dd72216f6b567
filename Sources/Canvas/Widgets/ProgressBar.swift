/// How far a long piece of work has come, in one line: text, bar and percentage.
package struct ProgressBar: Widget {
  /// 0 … 1; nil while it is not known how much there is, which `tick` then animates.
  package var share: Double?
  package var label: String
  package var tick: Int

  package init(share: Double?, label: String = "", tick: Int = 0) {
    self.share = share
    self.label = label
    self.tick = tick
  }

  /// The frames of the sign of life, one after the other.
  package static func spinner(_ tick: Int, symbols: GraphSymbols) -> Character {
    let frames: [Character] =
      symbols == .ascii
      ? ["|", "/", "-", "\\"] : ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"]
    return frames[((tick % frames.count) + frames.count) % frames.count]
  }

  package func draw(in rect: Rect, on canvas: inout Canvas, look: Appearance) {
    let (line, _) = rect.splitTop(1)
    canvas.fill(line, style: look.roles.text)
    var rest = line
    if !label.isEmpty {
      let shown = label.truncated(
        to: max(0, line.width - 1), ellipsis: look.symbols.symbol(.ellipsis))
      let used = canvas.put(shown, x: line.x, y: line.y, style: look.roles.text)
      rest = line.inset(left: used + 1)
    }
    guard let share else {
      canvas.fill(
        rest.splitLeft(1).left, with: Self.spinner(tick, symbols: look.symbols),
        style: look.roles.accent)
      return
    }
    // Rounding down: 100 % is shown when it is reached.
    let clamped = share.isNaN ? 0 : min(max(share, 0), 1)
    let percent = "\(Int(clamped * 100)) %"
    if rest.width >= 12 {
      let (barRect, number) = rest.splitRight(6)
      canvas.draw(Bar(clamped, style: look.roles.accent), in: barRect, look: look)
      let column = number.maxX - percent.count
      canvas.put(percent, x: column, y: number.y, style: look.roles.text)
    } else {
      canvas.put(percent, x: rest.x, y: rest.y, style: look.roles.text, maxWidth: rest.width)
    }
  }
}
