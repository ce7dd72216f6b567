import Canvas
import Testing

@Suite struct ColorDepthTests {
  @Test(
    arguments: [
      // requested, NO_COLOR, colours of the terminal, direct → chosen
      (nil, nil, 256, false, ColorDepth.indexed256),
      (nil, "", 256, false, .indexed256),
      (nil, "1", 256, false, .mono),
      (.ansi16, "1", 256, false, .ansi16),
      (nil, nil, 1 << 24, true, .direct),
      (nil, nil, 1 << 24, false, .indexed256),
      (.direct, nil, 256, false, .indexed256),
      (.indexed256, nil, 1 << 24, true, .indexed256),
      (nil, nil, 16, false, .ansi16),
      (nil, nil, 8, false, .ansi8),
      (nil, nil, -1, false, .mono),
      (.mono, nil, 256, false, .mono),
    ] as [(ColorDepth?, String?, Int, Bool, ColorDepth)])
  func theLadderIsClimbedFromTheSettingDown(
    requested: ColorDepth?, noColor: String?, colors: Int, isDirect: Bool, expected: ColorDepth
  ) {
    #expect(
      ColorDepth.choose(
        requested: requested, noColor: noColor, terminalColors: colors, isDirect: isDirect)
        == expected)
  }

  @Test func theNearestOf256ColorsIsFound() {
    #expect(RGB(hex: 0x000000).nearestIndexed == 16)
    #expect(RGB(hex: 0xffffff).nearestIndexed == 231)
    #expect(RGB(hex: 0xff0000).nearestIndexed == 196)
    #expect(RGB(hex: 0x5f87af).nearestIndexed == 67)
    #expect(RGB(hex: 0x181818).nearestIndexed == 234)
    #expect(RGB(hex: 0xb8b8b8).nearestIndexed == 250)
  }

  @Test func everyPaletteEntryIsItsOwnNearest() {
    func value(_ level: Int) -> UInt8 { level == 0 ? 0 : UInt8(55 + 40 * level) }
    for index in 16...231 {
      let (r, g, b) = ((index - 16) / 36, (index - 16) / 6 % 6, (index - 16) % 6)
      #expect(RGB(value(r), value(g), value(b)).nearestIndexed == UInt8(index))
    }
    for step in 0..<24 where !(0...5).map(value).contains(UInt8(8 + 10 * step)) {
      let level = UInt8(8 + 10 * step)
      #expect(RGB(level, level, level).nearestIndexed == UInt8(232 + step))
    }
  }

  @Test func aSchemeIsPaintedWhereColorsAreMany() {
    let accent = Theme.standard.roles.accent
    #expect(
      Theme.standard.resolve(accent, depth: .direct)
        == ResolvedStyle(
          foreground: .rgb(RGB(hex: 0x6fb1f0)), background: .rgb(RGB(hex: 0x16181d))))
    #expect(
      Theme.standard.resolve(accent, depth: .indexed256)
        == ResolvedStyle(foreground: .indexed(75), background: .indexed(234)))
  }

  @Test func sixteenColorsComeFromTheAnsiColumn() {
    let theme = Theme.standard
    func shown(_ slot: UInt8, _ depth: ColorDepth) -> ResolvedStyle {
      theme.resolve(Style(.slot(slot), on: .slot(0x00)), depth: depth)
    }
    #expect(shown(0x0b, .ansi16) == ResolvedStyle(foreground: .indexed(10)))
    #expect(shown(0x0b, .ansi8) == ResolvedStyle(foreground: .indexed(2)))
    #expect(shown(0x05, .ansi16) == ResolvedStyle())
    #expect(shown(0x03, .ansi16) == ResolvedStyle(foreground: .indexed(8)))
    #expect(shown(0x04, .ansi8) == ResolvedStyle(attributes: .dim))
    #expect(shown(0x0d, .ansi8) == ResolvedStyle(foreground: .indexed(4), attributes: .bold))
  }

  @Test func aColorByValueTakesTheNearestHueOfTheScheme() {
    let style = Style(.rgb(RGB(hex: 0x90d080)), on: .slot(0x00))
    #expect(
      Theme.standard.resolve(style, depth: .ansi8) == ResolvedStyle(foreground: .indexed(2)))
  }

  @Test func monochromeHasNoGreysAndNoColors() {
    let theme = Theme.standard
    for slot in UInt8(0)...0x17 {
      let style = Style(.slot(slot), on: .slot(0x00), [.dim, .bold])
      #expect(theme.resolve(style, depth: .mono) == ResolvedStyle(attributes: .bold))
    }
    #expect(
      theme.resolve(theme.roles.selection, depth: .mono)
        == ResolvedStyle(attributes: [.bold, .reverse]))
  }

  @Test func theGradientRunsFromGoodOverWarningToBad() {
    let theme = Theme.standard
    #expect(theme.gradient(0) == .rgb(theme.palette[0x0b]))
    #expect(theme.gradient(0.5) == .rgb(theme.palette[0x0a]))
    #expect(theme.gradient(1) == .rgb(theme.palette[0x08]))
    #expect(theme.gradient(-3) == theme.gradient(0))
    #expect(theme.gradient(.nan) == theme.gradient(0))
  }

  @Test func contrastIsThatOfTheGuidelines() {
    #expect(abs(RGB.black.contrast(with: .white) - 21) < 1e-9)
    // The lightest grey that passes on white at 4.5 is 767676.
    #expect(RGB(hex: 0x767676).contrast(with: .white) >= 4.5)
    #expect(RGB(hex: 0x777777).contrast(with: .white) < 4.5)
  }
}
