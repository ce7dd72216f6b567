import Canvas
import Foundation
import Testing

/// The sixteen colours of a scheme, one of them replaced or left out.
private func colors(
  _ changes: [String: String] = [:], without missing: String? = nil, indent: String = "  "
) -> String {
  var lines: [String] = []
  for slot in 0..<16 {
    let key = "base0" + String(slot, radix: 16, uppercase: true)
    let standard = String(repeating: String(slot, radix: 16), count: 6)
    if key != missing { lines.append("\(indent)\(key): \"\(changes[key] ?? standard)\"") }
  }
  return lines.joined(separator: "\n")
}

@Suite struct ThemeFileTests {
  private func parse(_ text: String) throws -> Theme {
    try ThemeFile.parse(text, name: "mine", file: "mine.yaml")
  }

  @Test func theNewerFormIsRead() throws {
    let theme = try parse(
      "system: base16\nname: My Own\nauthor: me\nvariant: light\npalette:\n" + colors())
    #expect(theme.name == "mine")
    #expect(theme.title == "My Own")
    #expect(theme.author == "me")
    #expect(theme.variant == .light)
    #expect(theme.palette[0x0d] == RGB(hex: 0xdddddd))
  }

  @Test func theOlderFormIsReadAndItsVariantSeen() throws {
    let text = "scheme: Old\nauthor: me\n" + colors(indent: "")
    #expect(try parse(text).title == "Old")
    #expect(try parse(text).variant == .dark)
    let light = colors(["base00": "fafafa", "base05": "101010"], indent: "")
    #expect(try parse("scheme: Old\n" + light).variant == .light)
  }

  @Test func colorsMayHaveAHashOrLookLikeNumbers() throws {
    let unquoted = colors().replacingOccurrences(of: "\"", with: "")
    let theme = try parse("palette:\n" + unquoted)
    #expect(theme.palette[1] == RGB(hex: 0x111111))
    #expect(
      try parse("palette:\n" + colors(["base08": "#Ab4642"])).palette[8] == RGB(hex: 0xab4642))
  }

  @Test func base24FallsBackOnBase16() throws {
    let text = "system: base24\npalette:\n" + colors() + "\n  base14: \"00ff00\""
    let palette = try parse(text).palette
    #expect(palette[0x10] == palette[0x00] && palette[0x11] == palette[0x00])
    #expect(palette[0x12] == palette[0x08] && palette[0x13] == palette[0x0a])
    #expect(palette[0x14] == RGB(hex: 0x00ff00))
    #expect(palette[0x15] == palette[0x0c] && palette[0x16] == palette[0x0d])
    #expect(palette[0x17] == palette[0x0e])
  }

  @Test func aGradientOfItsOwnIsKept() throws {
    let text = "x-sparsescope: {gradient: [base0D, base09]}\npalette:\n" + colors()
    #expect(try parse(text).gradientSlots == [0x0d, 0x09])
    #expect(try parse(text).roles.success.foreground == .slot(0x0d))
  }

  @Test(arguments: [
    ("palette:\n" + colors(without: "base0A"), "base0A` is missing"),
    ("palette:\n" + colors(["base0B": "green"]), "`base0B` is \"green\", not a colour"),
    ("palette:\n" + colors(["base0B": "#12345"]), "`base0B` is \"#12345\""),
    ("variant: dusk\npalette:\n" + colors(), "`variant` is \"dusk\"; it can be dark or light"),
    ("system: base17\npalette:\n" + colors(), "`system` is \"base17\""),
    ("just words", "it has no keys and values"),
    ("palette: [", "not a base16 scheme in YAML"),
    ("", "it has no keys and values"),
    ("x-sparsescope: {gradient: [base0D]}\npalette:\n" + colors(), "two or more"),
    ("x-sparsescope: {gradient: [base0D, base99]}\npalette:\n" + colors(), "\"base99\""),
  ])
  func aBrokenFileIsNamedWithWhatIsWrong(text: String, expected: String) {
    #expect {
      try parse(text)
    } throws: { error in
      let message = "\(error)"
      return message.hasPrefix("mine.yaml:") && message.contains(expected)
        && !message.contains("\n")
    }
  }
}

@Suite struct ThemeCatalogTests {
  private let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("Fixtures/themes")

  @Test func aBrokenFileDoesNotStopTheOthers() {
    let catalog = ThemeCatalog(folders: [fixtures])
    #expect(catalog.themes.map(\.name) == ["sparsescope", "plain"])
    #expect(catalog.problems.count == 1)
    #expect(catalog.problems.first?.description.contains("broken.yaml") == true)
  }

  @Test func theEarlierFolderWins() throws {
    let override = fixtures.appendingPathComponent("override")
    let first = ThemeCatalog(folders: [override, fixtures])
    #expect(try first.theme(named: "plain").title == "Overridden")
    let last = ThemeCatalog(folders: [fixtures, override])
    #expect(try last.theme(named: "plain").title == "Plain")
  }

  @Test func aMissingFolderIsNoProblem() {
    let catalog = ThemeCatalog(folders: [fixtures.appendingPathComponent("nowhere")])
    #expect(catalog.problems.isEmpty)
    #expect(catalog.themes == [.standard])
  }

  @Test func anUnknownNameListsTheKnown() {
    #expect(throws: ThemeError.unknownName("pink", known: ["sparsescope"])) {
      try ThemeCatalog().theme(named: "pink")
    }
  }

  @Test func aPathIsReadAsAFile() throws {
    let path = fixtures.appendingPathComponent("plain.yaml").path
    #expect(try ThemeCatalog().theme(named: path).title == "Plain")
    #expect {
      try ThemeCatalog().theme(named: "/nowhere/at.yaml")
    } throws: {
      "\($0)".contains("/nowhere/at.yaml") && "\($0)".contains("no such file")
    }
  }

  @Test func foldersAreSearchedCustomThenUserThenShipped() {
    let custom = URL(fileURLWithPath: "/custom")
    let shipped = URL(fileURLWithPath: "/shipped")
    func paths(_ environment: [String: String]) -> [String] {
      ThemeCatalog.searchFolders(custom: custom, environment: environment, shipped: shipped)
        .map(\.path)
    }
    #expect(
      paths(["XDG_CONFIG_HOME": "/config", "HOME": "/home/me"])
        == ["/custom", "/config/sparsescope/themes", "/shipped"])
    #expect(
      paths(["XDG_CONFIG_HOME": "relative", "HOME": "/home/me"])
        == ["/custom", "/home/me/.config/sparsescope/themes", "/shipped"])
    #expect(paths([:]) == ["/custom", "/shipped"])
  }
}

/// The schemes that come with the program.
@Suite struct ShippedThemeTests {
  static let catalog = ThemeCatalog(folders: [
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("themes")
  ])
  static let names = catalog.themes.map(\.name)

  @Test func thereAreEnoughOfEachKind() {
    let themes = Self.catalog.themes
    #expect(Self.catalog.problems == [])
    #expect(themes.count >= 12)
    #expect(themes.count { $0.variant == .light } >= 2)
    #expect(themes.contains { $0.gradientSlots == [0x0d, 0x09] })
    #expect(themes.contains { $0.usesTerminalColors })
  }

  @Test(arguments: names) func everyRoleIsLegible(name: String) throws {
    let theme = try Self.catalog.theme(named: name)
    let roles = theme.roles
    let needed: [(String, Style, Double)] =
      [
        ("text", roles.text, 4.5), ("heading", roles.heading, 4.5),
        ("selection", roles.selection, 4.5), ("muted", roles.muted, 3),
        ("accent", roles.accent, 3), ("key hint", roles.keyHint, 3),
        ("warning", roles.warning, 3), ("error", roles.error, 3), ("success", roles.success, 3),
        ("level", roles.level, 3), ("essential", roles.essential, 3),
        ("muted on the selection", roles.muted.on(.slot(0x02)), 3),
      ] + roles.series.enumerated().map { ("series \($0)", $1, 3) }
    guard !theme.usesTerminalColors else { return }
    for (role, style, minimum) in needed {
      let shown = theme.resolve(style, depth: .direct)
      guard case .rgb(let ink) = shown.foreground, case .rgb(let paper) = shown.background else {
        Issue.record("\(role) has no colours")
        continue
      }
      #expect(ink.contrast(with: paper) >= minimum, "\(name): \(role)")
    }
  }

  @Test(arguments: names) func theSelectionIsVisibleAtEveryDepth(name: String) throws {
    let theme = try Self.catalog.theme(named: name)
    for depth in ColorDepth.allCases {
      let row = theme.resolve(theme.roles.text, depth: depth)
      let selected = theme.resolve(theme.roles.selection, depth: depth)
      #expect(
        row.background != selected.background || selected.attributes.contains(.reverse),
        "\(name) at \(depth)")
    }
  }

  @Test(arguments: names) func numbersOnAMapAreLegible(name: String) throws {
    let theme = try Self.catalog.theme(named: name)
    for share in stride(from: 0.0, through: 1, by: 0.05) {
      let color = theme.mapColor(share)
      #expect(theme.rgb(theme.ink(on: color)).contrast(with: theme.rgb(color)) >= 4.5)
    }
  }

  @Test func theAnsiThemeUsesTheTerminalsOwnColors() throws {
    let theme = try Self.catalog.theme(named: "ansi")
    for depth in [ColorDepth.ansi8, .ansi16, .indexed256, .direct] {
      for slot in UInt8(0)...0x17 {
        let shown = theme.resolve(Style(.slot(slot), on: .slot(0x00)), depth: depth)
        #expect(shown.background == .standard)
        switch shown.foreground {
        case .standard: break
        case .indexed(let index): #expect(index < (depth == .ansi8 ? 8 : 16) || slot > 0x0f)
        case .rgb: Issue.record("slot \(slot) at \(depth) is not the terminal's own")
        }
      }
      #expect(theme.gradient(0.5) == .slot(0x0a))
    }
  }
}
