import CTerminal
import Canvas

/// The colour pairs of ncurses that the theme in use has needed so far.
struct ColorPairs {
  /// What ncurses needs to draw a style.
  struct Look {
    var pair: Int32
    var attributes: UInt32
  }

  private struct Colors: Hashable {
    var foreground: TerminalColor
    var background: TerminalColor
  }

  let theme: Theme
  let depth: ColorDepth
  private let limit: Int
  private var pairs: [Colors: Int32] = [:]
  private var looks: [Style: Look] = [:]

  init(theme: Theme, depth: ColorDepth) {
    self.theme = theme
    self.depth = depth
    limit = Int(terminal_screen_pairs())
    terminal_screen_reset_pairs()
  }

  mutating func look(of style: Style) -> Look {
    if let look = looks[style] { return look }
    let resolved = theme.resolve(style, depth: depth)
    let look = Look(
      pair: pair(Colors(foreground: resolved.foreground, background: resolved.background)),
      attributes: UInt32(resolved.attributes.rawValue))
    looks[style] = look
    return look
  }

  private mutating func pair(_ colors: Colors) -> Int32 {
    if colors == Colors(foreground: .standard, background: .standard) { return 0 }
    if let pair = pairs[colors] { return pair }
    // A terminal with few pairs shows what it can; the glyphs carry the meaning.
    guard pairs.count + 1 < limit else { return 0 }
    let pair = Int32(pairs.count + 1)
    terminal_screen_set_pair(pair, Self.number(colors.foreground), Self.number(colors.background))
    pairs[colors] = pair
    return pair
  }

  private static func number(_ color: TerminalColor) -> Int32 {
    switch color {
    case .standard: -1
    case .indexed(let index): Int32(index)
    // Direct terminals take 0 … 7 for their ANSI colours: the nearest black is 8.
    case .rgb(let rgb): Int32(max(8, rgb.hex))
    }
  }
}
