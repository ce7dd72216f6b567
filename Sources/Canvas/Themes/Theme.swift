/// A base16 or base24 colour scheme and what its colours mean here.
package struct Theme: Sendable, Hashable {
  package enum Variant: String, Sendable, Hashable { case dark, light }

  /// How a file of the scheme is called, without its ending: what settings refer to.
  package var name: String
  /// What the scheme calls itself.
  package var title: String
  package var author: String
  package var variant: Variant
  /// base00 … base17 in order: 24 colours.
  package let palette: [RGB]
  /// Use the terminal's own sixteen colours whatever its depth is.
  package var usesTerminalColors: Bool
  /// Slots of the gradient from good to bad; three for 0B → 0A → 08, two where that would rely
  /// on telling red from green.
  package var gradientSlots: [UInt8]
  package let roles: Roles

  /// - Parameter palette: 24 colours, or the 16 of a base16 scheme.
  package init(
    name: String, title: String, author: String = "", variant: Variant, palette: [RGB],
    usesTerminalColors: Bool = false, gradientSlots: [UInt8] = [0x0b, 0x0a, 0x08]
  ) {
    precondition(palette.count == 16 || palette.count == 24, "a scheme has 16 or 24 colours")
    self.name = name
    self.title = title
    self.author = author
    self.variant = variant
    self.palette = palette.count == 24 ? palette : palette + Theme.fallbacks.map { palette[$0] }
    self.usesTerminalColors = usesTerminalColors
    self.gradientSlots = gradientSlots
    roles = Roles(gradientSlots: gradientSlots)
  }

  /// The base16 slots that stand in for base10 … base17.
  /// Source: the base24 styling guidelines, table of fall-backs.
  static let fallbacks = [0x00, 0x00, 0x08, 0x0a, 0x0b, 0x0c, 0x0d, 0x0e]

  /// The colour of a slot; slots beyond base17 count as base05.
  package func rgb(_ color: Color) -> RGB {
    switch color {
    case .slot(let slot): palette[Int(slot) < palette.count ? Int(slot) : 5]
    case .rgb(let rgb): rgb
    }
  }

  /// The colour of a share between good (0) and bad (1), in 33 steps.
  ///
  /// Steps, because each pair of colours on the screen costs the terminal an entry in its table and
  /// a change of colour on the wire.
  package func gradient(_ share: Double) -> Color {
    let clamped = share.isNaN ? 0 : min(max(share, 0), 1)
    let position = (clamped * 32).rounded() / 32 * Double(gradientSlots.count - 1)
    if usesTerminalColors { return .slot(gradientSlots[Int(position.rounded())]) }
    let lower = min(Int(position), gradientSlots.count - 2)
    let from = palette[Int(gradientSlots[lower])]
    let to = palette[Int(gradientSlots[lower + 1])]
    return .rgb(from.mixed(with: to, position - Double(lower)))
  }

  /// A colour for a share on a map, from nearly the background to the accent.
  ///
  /// One hue that gains in strength, because a map's values are more or less, not good or bad, and
  /// because it stays in order when 256 colours have to do.
  package func mapColor(_ share: Double) -> Color {
    let clamped = share.isNaN ? 0 : min(max(share, 0), 1)
    if usesTerminalColors { return gradient(clamped) }
    let step = (clamped * 32).rounded() / 32
    return .rgb(palette[0x00].mixed(with: palette[0x0d], 0.1 + 0.8 * step))
  }

  /// The text colour that is legible on a colour of a map.
  package func ink(on background: Color) -> Color {
    let behind = rgb(background)
    let candidates = [palette[0], palette[5]]
    let best = candidates.max { $0.contrast(with: behind) < $1.contrast(with: behind) }!
    return .rgb(best.legible(on: behind, minimum: 4.5))
  }
}

extension Theme {
  /// The styles that widgets use, by what they say.
  package struct Roles: Sendable, Hashable {
    package var text = Style(.slot(0x05), on: .slot(0x00))
    package var muted = Style(.slot(0x04), on: .slot(0x00))
    package var heading = Style(.slot(0x05), on: .slot(0x00), .bold)
    package var accent = Style(.slot(0x0d), on: .slot(0x00))
    /// Behind the chosen row; keep the foreground of what stands there.
    package var selection = Style(.slot(0x05), on: .slot(0x02), .bold)
    package var border = Style(.slot(0x03), on: .slot(0x00))
    package var focusedBorder = Style(.slot(0x0d), on: .slot(0x00))
    /// The key in a hint or in a panel's title.
    package var keyHint = Style(.slot(0x09), on: .slot(0x00), .bold)
    package var warning = Style(.slot(0x0a), on: .slot(0x00))
    package var error = Style(.slot(0x08), on: .slot(0x00), .bold)
    package var success = Style(.slot(0x0b), on: .slot(0x00))
    /// Weights that stay.
    package var kept = Style(.slot(0x0d), on: .slot(0x00))
    /// Weights that go.
    package var pruned = Style(.slot(0x04), on: .slot(0x00))
    /// The threshold, the slider's knob, the level looked at.
    package var level = Style(.slot(0x0a), on: .slot(0x00), .bold)
    /// The essential sparsity.
    package var essential = Style(.slot(0x0e), on: .slot(0x00), .bold)
    /// Eight series; beyond colour, they differ in marker and stroke.
    package var series: [Style] = [0x0d, 0x09, 0x0b, 0x0e, 0x0c, 0x0a, 0x08, 0x0f].map {
      Style(.slot($0), on: .slot(0x00))
    }

    init(gradientSlots: [UInt8]) {
      guard let good = gradientSlots.first, let bad = gradientSlots.last else { return }
      success.foreground = .slot(good)
      error.foreground = .slot(bad)
    }
  }
}

/// What a widget needs to know about the screen besides its place.
package struct Appearance: Sendable, Hashable {
  package var theme: Theme
  package var symbols: GraphSymbols
  package var depth: ColorDepth

  package init(
    theme: Theme = .standard, symbols: GraphSymbols = .braille, depth: ColorDepth = .direct
  ) {
    self.theme = theme
    self.symbols = symbols
    self.depth = depth
  }

  package var roles: Theme.Roles { theme.roles }

  /// Whether a background can carry a gradient; if not, maps are made of shades and digits.
  package var showsGradients: Bool { depth.showsGradients && !theme.usesTerminalColors }
}
