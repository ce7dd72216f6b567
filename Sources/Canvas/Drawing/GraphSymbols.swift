/// The characters that graphs and borders are made of, from the richest to the plainest.
///
/// Every graph goes through this table, so a terminal whose font lacks braille, or whose locale is
/// not UTF-8, loses resolution and nothing else.
package enum GraphSymbols: String, Sendable, Hashable, CaseIterable {
  /// Dots of 2 × 4 to a cell.
  case braille
  /// Eighth blocks and box drawing.
  case block
  /// Seven bits.
  case ascii

  /// Rising bars from empty to full in one cell: nine steps, five in ASCII.
  package var bars: [Character] {
    switch self {
    case .braille, .block: [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]
    case .ascii: [" ", ".", ":", "|", "#"]
    }
  }

  /// Bars growing to the right from empty to full in one cell: nine steps, three in ASCII.
  package var horizontalBars: [Character] {
    switch self {
    case .braille, .block: [" ", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"]
    case .ascii: [" ", "-", "#"]
    }
  }

  /// Shades from empty to full.
  package var shades: [Character] {
    switch self {
    case .braille, .block: [" ", "░", "▒", "▓", "█"]
    case .ascii: [" ", ".", ":", "*", "#"]
    }
  }

  /// The character that shows two bars of 0 … 4 side by side in one cell.
  ///
  /// Blocks have two steps for the same range; ASCII shows the larger one.
  package func pair(_ left: Int, _ right: Int) -> Character {
    let left = min(max(left, 0), 4)
    let right = min(max(right, 0), 4)
    switch self {
    case .braille: return Braille.character(Braille.leftBars[left] | Braille.rightBars[right])
    case .block: return Self.quadrants[(left + 1) / 2 * 3 + (right + 1) / 2]
    case .ascii: return bars[max(left, right)]
    }
  }

  /// Two bars of 0 … 2 side by side; the left one selects a group of three.
  private static let quadrants: [Character] = [
    " ", "▗", "▐", "▖", "▄", "▟", "▌", "▙", "█",
  ]

  /// Marks of series 0, 1, …: solid where measured, hollow where still running.
  package func marker(_ series: Int, solid: Bool) -> Character {
    let table: [Character]
    switch (self, solid) {
    case (.ascii, true): table = ["*", "#", "@", "%"]
    case (.ascii, false): table = ["o", "n", "u", "v"]
    case (_, true): table = ["●", "■", "▲", "◆"]
    case (_, false): table = ["○", "□", "△", "◇"]
    }
    return table[series % table.count]
  }

  /// The strokes of series 0, 1, … in a legend and in plots without dots.
  package func stroke(_ series: Int) -> Character {
    let table: [Character] = self == .ascii ? ["-", "=", "~", "_"] : ["─", "╌", "━", "═"]
    return table[series % table.count]
  }

  /// The single characters that widgets share.
  package func symbol(_ name: Symbol) -> Character {
    self == .ascii ? name.ascii : name.unicode
  }

  /// A single character with a plain counterpart.
  package enum Symbol: Sendable {
    case vertical, horizontal, dashed, dotted, baseline, tickLeft, tickBelow, essential, knob,
      trackLeft,
      trackRight, track, trackDone, selected, scrollThumb, ellipsis, cornerLowerLeft,
      whisker, bandLeft, bandRight, band, cursorLine

    fileprivate var unicode: Character {
      switch self {
      case .vertical: "│"
      case .horizontal: "─"
      case .dashed: "┄"
      case .dotted: "┈"
      case .baseline: "·"
      case .tickLeft: "┤"
      case .tickBelow: "┬"
      case .essential: "▲"
      case .knob: "●"
      case .trackLeft: "├"
      case .trackRight: "┤"
      case .track: "─"
      case .trackDone: "━"
      case .selected: "▸"
      case .scrollThumb: "┃"
      case .ellipsis: "…"
      case .cornerLowerLeft: "└"
      case .whisker: "╎"
      case .bandLeft: "╼"
      case .bandRight: "╾"
      case .band: "━"
      case .cursorLine: "┊"
      }
    }

    fileprivate var ascii: Character {
      switch self {
      case .vertical, .cursorLine, .whisker: "|"
      case .horizontal, .dashed, .track: "-"
      case .dotted, .baseline: "."
      case .tickLeft, .tickBelow, .cornerLowerLeft: "+"
      case .essential: "^"
      case .knob: "O"
      case .trackLeft, .bandLeft: "["
      case .trackRight, .bandRight: "]"
      case .trackDone, .band: "="
      case .selected: ">"
      case .scrollThumb: "#"
      case .ellipsis: "~"
      }
    }
  }

  /// The six characters of a box.
  package struct Border: Sendable, Hashable {
    package var topLeft, topRight, bottomLeft, bottomRight, horizontal, vertical: Character

    package static let rounded = Border("╭╮╰╯─│")
    package static let plain = Border("┌┐└┘─│")
    package static let heavy = Border("┏┓┗┛━┃")
    package static let ascii = Border("++++-|")

    private init(_ characters: String) {
      let all = Array(characters)
      (topLeft, topRight, bottomLeft, bottomRight) = (all[0], all[1], all[2], all[3])
      (horizontal, vertical) = (all[4], all[5])
    }
  }

  /// The box that goes with the set; fonts that lack braille often lack rounded corners as well.
  package var border: Border {
    switch self {
    case .braille: .rounded
    case .block: .plain
    case .ascii: .ascii
    }
  }
}
