import Canvas

/// Everything that a person can ask of a view.
///
/// Keys, the command palette, the help sheet and the hint line are all made from these cases and
/// from `KeyTable`. The ones that are named here mean the same in every view.
protocol ScreenAction: CaseIterable, Hashable, Sendable {
  /// The heading under which help lists the action.
  associatedtype Section: CaseIterable, Equatable, RawRepresentable<String>

  var section: Section { get }
  /// One line for help and the palette.
  var title: String { get }

  static var filter: Self { get }
  static var nextPanel: Self { get }
  static var previousPanel: Self { get }
  static var zoom: Self { get }
  static var chooseTheme: Self { get }
  static var copyCommand: Self { get }
  static var palette: Self { get }
  static var help: Self { get }
  static var redraw: Self { get }
  static var suspend: Self { get }
  static var quit: Self { get }
}

/// What every view asks of the outside world.
protocol ScreenEffect {
  static var quit: Self { get }
  static var suspend: Self { get }
  static var redraw: Self { get }
  static var listThemes: Self { get }
  static func rememberTheme(_ name: String) -> Self
  static func copy(_ text: String) -> Self
}

extension KeyTable where Action: ScreenAction {
  /// A view's own keys, and those that are the same in every view.
  init(own: [Binding], hints: [Hint]) {
    let common: [Binding] = [
      .init(action: .filter, keys: [.character("/")]),
      .init(action: .nextPanel, keys: [.tab]),
      .init(action: .previousPanel, keys: [.backtab]),
      .init(action: .zoom, keys: [.character("z")]),
      .init(action: .chooseTheme, keys: [.character("T")]),
      .init(action: .copyCommand, keys: [.character("y")]),
      .init(action: .palette, keys: [.character(":"), .control("p")]),
      .init(action: .help, keys: [.character("?"), .function(1)]),
      .init(action: .redraw, keys: [.control("l")]),
      .init(action: .suspend, keys: [.control("z")]),
      .init(action: .quit, keys: [.character("q"), .control("c")]),
    ]
    self.init(bindings: own + common, hints: hints)
  }
}

extension ScreenState {
  /// Does what an action says that means the same in every view.
  mutating func performCommon(_ action: Action) -> [Effect] {
    switch action {
    case .filter:
      if layout.panels[Layout.firstPanel] == nil { look(at: Layout.firstPanel) }
      overlay = .filter(Prompt(label: "/", text: filterText), before: filterText)
    case .nextPanel: cyclePanel(by: 1)
    case .previousPanel: cyclePanel(by: -1)
    case .zoom: zoomed.toggle()
    case .chooseTheme: return [.listThemes]
    case .palette: overlay = .palette(Prompt(label: ":"), selection: 0)
    case .help: overlay = .help(scroll: 0)
    case .redraw: return [.redraw]
    case .suspend: return [.suspend]
    case .quit: return [.quit]
    default: break
    }
    return []
  }

  private mutating func cyclePanel(by step: Int) {
    let all = Layout.PanelName.allCases
    let position = all.firstIndex(of: focus) ?? 0
    look(at: all[(position + step + all.count) % all.count])
  }
}
