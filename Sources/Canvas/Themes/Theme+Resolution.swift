extension Theme {
  /// What a style becomes on a terminal of that depth.
  ///
  /// - direct and 256: the scheme's colours, its background included; the palette of the terminal is
  ///   left alone. Text that would be hard to read on what lies behind it is moved toward white or
  ///   black, to a contrast of 4.5 for text and 3 for coloured marks; base01 … base03 are decoration
  ///   and stay.
  /// - 16 and 8: the scheme's ANSI column on the terminal's own background.
  /// - mono: attributes only, without dim, which is a grey.
  package func resolve(_ style: Style, depth: ColorDepth) -> ResolvedStyle {
    switch depth {
    case .mono: monochrome(style)
    case .ansi8: ansi(style, bright: false, isEight: true)
    case .ansi16:
      // Bright colours are made for dark screens; whether the terminal's own is one is not known.
      ansi(style, bright: variant == .dark && !usesTerminalColors, isEight: false)
    case .indexed256, .direct:
      usesTerminalColors
        ? ansi(style, bright: false, isEight: false) : painted(style, isDirect: depth == .direct)
    }
  }

  private func monochrome(_ style: Style) -> ResolvedStyle {
    var attributes = style.attributes.subtracting(.dim)
    if isSelection(style.background) { attributes.formUnion(.reverse) }
    return ResolvedStyle(attributes: attributes)
  }

  private func painted(_ style: Style, isDirect: Bool) -> ResolvedStyle {
    func convert(_ rgb: RGB) -> TerminalColor {
      isDirect ? .rgb(rgb) : .indexed(rgb.nearestIndexed)
    }
    var resolved = ResolvedStyle(attributes: style.attributes)
    if let background = style.background { resolved.background = convert(rgb(background)) }
    if let foreground = style.foreground {
      var ink = rgb(foreground)
      if case .slot(let slot) = foreground, let background = style.background,
        let minimum = Self.leastContrast(of: slot)
      {
        ink = ink.legible(on: rgb(background), minimum: minimum)
      }
      resolved.foreground = convert(ink)
    }
    return resolved
  }

  /// The contrast with its background that a slot keeps as a foreground; nil for decoration.
  static func leastContrast(of slot: UInt8) -> Double? {
    switch slot {
    case 0x05...0x07: 4.5
    case 0x04, 0x08...0x0f, 0x12...0x17: 3
    default: nil
    }
  }

  private func ansi(_ style: Style, bright: Bool, isEight: Bool) -> ResolvedStyle {
    var resolved = ResolvedStyle(attributes: style.attributes)
    if isSelection(style.background) {
      resolved.attributes.formUnion(.reverse)
      return resolved
    }
    if let background = style.background, let slot = nearestHue(background) {
      resolved.background = .indexed(Self.ansiColumn(slot, bright: false)!)
    }
    guard let foreground = style.foreground else { return resolved }
    guard let slot = nearestHue(foreground) else {
      switch foreground {
      case .slot(0x00) where resolved.background != .standard: resolved.foreground = .indexed(0)
      case .slot(0x01...0x03) where !isEight: resolved.foreground = .indexed(8)
      case .slot(0x01...0x04): resolved.attributes.formUnion(.dim)
      default: break
      }
      return resolved
    }
    resolved.foreground = .indexed(Self.ansiColumn(slot, bright: bright)!)
    // The blue of consoles is nearly black; bold makes it the bright one there.
    if isEight && variant == .dark && (slot == 0x0d || slot == 0x16) {
      resolved.attributes.formUnion(.bold)
    }
    return resolved
  }

  private func isSelection(_ background: Color?) -> Bool {
    if case .slot(0x02...0x03) = background { true } else { false }
  }

  /// The coloured slot that a colour is or comes nearest to; nil for greys and for no colour.
  private func nearestHue(_ color: Color) -> UInt8? {
    switch color {
    case .slot(let slot): return Self.ansiColumn(slot, bright: false) == nil ? nil : slot
    case .rgb(let value):
      let nearest = (0x00...0x0f).min {
        palette[$0].distance(to: value) < palette[$1].distance(to: value)
      }!
      return nearest >= 0x08 ? UInt8(nearest) : nil
    }
  }

  /// The ANSI colour of a coloured slot.
  ///
  /// The scheme leaves orange and brown without one; they get the dark yellow and the dark red.
  /// Source: the base24 styling guidelines, column "Ansi".
  static func ansiColumn(_ slot: UInt8, bright: Bool) -> UInt8? {
    switch slot {
    case 0x08: bright ? 9 : 1
    case 0x09: 3
    case 0x0a: bright ? 11 : 3
    case 0x0b: bright ? 10 : 2
    case 0x0c: bright ? 14 : 6
    case 0x0d: bright ? 12 : 4
    case 0x0e: bright ? 13 : 5
    case 0x0f: 1
    case 0x12: 9
    case 0x13: 11
    case 0x14: 10
    case 0x15: 14
    case 0x16: 12
    case 0x17: 13
    default: nil
    }
  }
}
