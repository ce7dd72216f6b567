import Canvas

/// What the explorer and the experiments view have in common: panels that are looked at in turn, a
/// list that is filtered, and what may lie over them and takes the keys.
///
/// `ScreenState+Keys` gives keys and the mouse to whom they are for, `ScreenState+Frame` draws; a
/// view adds what is its own.
protocol ScreenState {
  associatedtype Action: ScreenAction
  associatedtype Effect: ScreenEffect
  associatedtype Layout: PanelLayout
  /// What lies over this view alone.
  associatedtype OwnOverlay: Sendable

  var size: Size { get set }
  var look: Appearance { get set }
  var keys: KeyTable<Action> { get }
  var layout: Layout { get }
  /// Panels in the order in which they were looked at, the latest first.
  var recent: [Layout.PanelName] { get set }
  var zoomed: Bool { get set }
  var filterText: String { get set }
  var overlay: Overlay<OwnOverlay>? { get set }
  var notice: Notice? { get set }

  // MARK: Keys

  mutating func perform(_ action: Action) -> [Effect]
  /// Takes a key for an overlay of the view's own.
  mutating func handle(_ key: Key, on own: OwnOverlay) -> [Effect]
  /// Does what a key brings about beside its action, when no overlay takes it.
  mutating func prepare(for key: Key)
  /// Steps back where nothing narrows the view any more.
  mutating func goBack() -> [Effect]
  /// Moves in the list that the filter narrows.
  mutating func moveSelection(by step: Int)
  /// Selects something that the filter lets through.
  mutating func selectVisible()
  func palette(_ prompt: Prompt, selection: Int) -> PaletteList
  /// Carries out a command that is no action; nil where the text is none.
  mutating func runCommand(_ text: String) -> [Effect]?

  // MARK: The mouse

  /// Takes what is meant for something beside the panels; nil where it is not.
  mutating func handleBesidePanels(_ mouse: Key.Mouse) -> [Effect]?
  mutating func click(_ point: Point, on panel: Layout.PanelName, in rect: Rect) -> [Effect]
  /// Moves what the wheel turns over a panel, or beside them all.
  mutating func scroll(over panel: Layout.PanelName?, by step: Int) -> [Effect]
  /// What help says about the mouse.
  var mouseHelp: [HelpSheet.Entry] { get }

  // MARK: The frame

  /// Everything that the frame consists of, but for its last line and what lies over it.
  func parts(of layout: Layout) -> [(part: any Widget, rect: Rect)]
  func draw(_ own: OwnOverlay, on canvas: inout Canvas)
}

extension ScreenState {
  mutating func prepare(for key: Key) {}
  mutating func goBack() -> [Effect] { [] }
  mutating func runCommand(_ text: String) -> [Effect]? { nil }
  mutating func handleBesidePanels(_ mouse: Key.Mouse) -> [Effect]? { nil }

  func palette(_ prompt: Prompt, selection: Int) -> PaletteList {
    PaletteList(
      prompt: prompt, items: actionItems, selection: selection, emptyText: "no command matches")
  }

  /// Every action but the palette itself, for the palette.
  var actionItems: [PaletteList.Item] {
    Action.allCases.filter { $0 != .palette }.map { action in
      PaletteList.Item(
        title: action.title, detail: action.section.rawValue,
        key: keys.label(for: action, symbols: look.symbols))
    }
  }

  var focus: Layout.PanelName { recent.first ?? Layout.firstPanel }

  var isTooSmall: Bool {
    size.width < Layout.minimum.width || size.height < Layout.minimum.height
  }

  /// Brings a panel to the front and moves the focus there.
  mutating func look(at panel: Layout.PanelName) {
    recent.removeAll { $0 == panel }
    recent.insert(panel, at: 0)
  }

  mutating func openThemes(_ themes: [Theme], problems: [String]) {
    if let problem = problems.first { notice = Notice(problem, isWarning: true) }
    let current = themes.firstIndex { $0.name == look.theme.name } ?? 0
    overlay = .themes(ShortList(themes, selection: current), before: look.theme)
  }

  /// Puts a command on the clipboard and says so.
  mutating func copy(_ command: String) -> [Effect] {
    notice = Notice("Copied: \(command)")
    return [.copy(command)]
  }
}
