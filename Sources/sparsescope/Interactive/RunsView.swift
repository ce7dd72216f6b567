import Canvas
import Explorer
import Runs
import Terminal

/// The experiments view as a program of its own.
enum RunsView {
  /// Opens the view on this terminal and returns when a person quits.
  ///
  /// - Parameters:
  ///   - readOnly: whether runs are only looked at.
  ///   - statistics: the file that gets a line for each frame; nil for none.
  ///   - hosts: other machines, by the names that they are to have.
  ///   - showsLocal: whether this machine's runs are shown.
  static func open(
    readOnly: Bool, appearance: AppearanceOptions, statistics: String? = nil,
    hosts: [(name: String, connection: RemoteConnection)] = [], showsLocal: Bool = true
  ) throws {
    // Before the screen is taken: a complaint would be drawn over.
    let statistics = try statistics.map { try FrameStatistics(path: $0) }
    let memory = ExplorerMemoryFile.standard
    let themes = ThemeSource(folder: appearance.themeFolder)
    let theme = try themes.theme(appearance.theme, remembered: memory?.load().theme)
    if showsLocal { _ = try RunPlaces.store() }
    let terminal = try Terminal(appearance.terminalOptions)
    defer { terminal.close() }
    let session = session(
      size: terminal.size,
      look: Appearance(theme: theme, symbols: terminal.symbols, depth: terminal.depth),
      themes: themes, memory: memory, readOnly: readOnly, hosts: hosts, showsLocal: showsLocal)
    try TerminalLoop(
      terminal: terminal, first: session, statistics: statistics, makeRuns: { _, _ in session }
    ).run(start: session.start)
  }

  /// The view as the explorer opens it.
  static func session(
    size: Size, look: Appearance, themes: ThemeSource, memory: ExplorerMemoryFile?,
    readOnly: Bool = false, hasExplorer: Bool = false,
    hosts: [(name: String, connection: RemoteConnection)] = [], showsLocal: Bool = true
  ) -> RunsSession {
    var state = RunsState(size: size, look: look, isReadOnly: readOnly, hasExplorer: hasExplorer)
    if let view = memory?.load().runs { state.restore(view) }
    return RunsSession(
      // Who has no place for runs has none to show.
      store: showsLocal ? (try? RunPlaces.store()) ?? RunStore(folder: "/") : nil, hosts: hosts,
      themes: themes, memory: memory, state: state)
  }
}
