/// How many colours a terminal shows, from none to all.
package enum ColorDepth: String, Sendable, Hashable, CaseIterable, Comparable {
  /// Attributes and glyphs only.
  case mono
  case ansi8 = "8"
  case ansi16 = "16"
  case indexed256 = "256"
  case direct

  package static func < (left: ColorDepth, right: ColorDepth) -> Bool {
    allCases.firstIndex(of: left)! < allCases.firstIndex(of: right)!
  }

  /// Whether backgrounds can carry a gradient, so that a map needs no shade characters.
  package var showsGradients: Bool { self >= .indexed256 }

  /// Chooses the depth: what was asked for, then `NO_COLOR`, then what the terminal can do.
  ///
  /// - Parameters:
  ///   - requested: the setting or the option, nil for automatic.
  ///   - noColor: the variable `NO_COLOR`; only a non-empty one counts.
  ///   - terminalColors: colours of the terminal's description, ≤ 0 for none.
  ///   - isDirect: the description has `RGB` and room for pairs of such colours.
  package static func choose(
    requested: ColorDepth?, noColor: String?, terminalColors: Int, isDirect: Bool
  ) -> ColorDepth {
    let supported: ColorDepth =
      if isDirect { .direct } else {
        switch terminalColors {
        case 256...: .indexed256
        case 16...: .ansi16
        case 8...: .ansi8
        default: .mono
        }
      }
    // More than the terminal knows how to show cannot be had by asking for it.
    if let requested { return min(requested, supported) }
    if let noColor, !noColor.isEmpty { return .mono }
    return supported
  }
}

/// A colour as a terminal understands it.
package enum TerminalColor: Sendable, Hashable {
  /// The terminal's own foreground or background.
  case standard
  /// An entry of the terminal's palette: 0 … 15 are its ANSI colours.
  case indexed(UInt8)
  case rgb(RGB)
}

/// A style as a terminal understands it.
package struct ResolvedStyle: Sendable, Hashable {
  package var foreground: TerminalColor
  package var background: TerminalColor
  package var attributes: Attributes

  package init(
    foreground: TerminalColor = .standard, background: TerminalColor = .standard,
    attributes: Attributes = []
  ) {
    self.foreground = foreground
    self.background = background
    self.attributes = attributes
  }
}
