import ArgumentParser
import Canvas
import Experiments
import Explorer
import Foundation
import Terminal

/// The explorer: what `sparsescope` does without a command.
struct Explore: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Open the explorer on a model (what happens without a command).")

  @OptionGroup var modelArgument: ModelArgument
  @OptionGroup var pruning: PruningOptions
  @OptionGroup var appearance: AppearanceOptions

  @Option(
    help: "The level to begin with, such as 0.64 or 64%.", transform: SparsityLevel.parse)
  var sparsity = SparsityLevel(percent: 50)

  @Flag(help: "Print one frame as text and leave.")
  var once = false

  @Option(help: "The size of that frame, columns x rows.")
  var size = FrameSize(width: 100, height: 28)

  @Option(help: ArgumentHelp("How many seconds --once waits for the curve.", valueName: "seconds"))
  var wait = 20.0

  @Option(
    help: ArgumentHelp("Write a line of JSON for each frame into a file.", valueName: "file"),
    completion: .file())
  var stats: String?

  func validate() throws {
    guard (0...86_400) ~= wait else {
      throw ValidationError("--wait \(wait) must be from 0 to 86400 seconds.")
    }
  }

  func run() throws {
    let model = try OpenModel(path: modelArgument.model)
    let level: SparsityLevel? = if case .pattern = pruning.method { nil } else { sparsity }
    let request = try pruning.request(level: level, in: model)
    let themes = ThemeSource(folder: appearance.themeFolder)
    let theme = try themes.theme(named: appearance.theme)
    if once {
      try printFrame(model, request, themes, theme)
    } else {
      try explore(model, request, themes, theme)
    }
  }

  private func explore(
    _ model: OpenModel, _ request: PruningRequest, _ themes: ThemeSource, _ theme: Theme
  ) throws {
    // Before the screen is taken: a complaint would be drawn over.
    let statistics = try stats.map { try FrameStatistics(path: $0) }
    let terminal = try Terminal(appearance.terminalOptions)
    defer { terminal.close() }
    let state = ExplorerState(
      size: terminal.size, model: model.summary, request: request,
      look: Appearance(theme: theme, symbols: terminal.symbols, depth: terminal.depth))
    let session = ExplorerSession(model: model, themes: themes, state: state)
    try TerminalLoop(terminal: terminal, session: session, statistics: statistics).run()
  }

  /// Runs a session without a terminal until nothing moves any more.
  private func printFrame(
    _ model: OpenModel, _ request: PruningRequest, _ themes: ThemeSource, _ theme: Theme
  ) throws {
    let symbols = appearance.graph ?? Terminal.chooseSymbols(nil)
    let state = ExplorerState(
      size: size.size, model: model.summary, request: request,
      look: Appearance(theme: theme, symbols: symbols, depth: .mono))
    let session = ExplorerSession(model: model, themes: themes, state: state)
    session.start()
    session.runUntilSettled(within: .seconds(wait))
    print(frame(of: session.state).text, terminator: "")
    if let failure = session.state.indexFailure { throw CommandError(failure) }
  }
}

/// A size as it is written on the command line: `100x28`.
struct FrameSize: ExpressibleByArgument {
  let size: Size

  init(width: Int, height: Int) { size = Size(width: width, height: height) }

  init?(argument: String) {
    let parts = argument.lowercased().split(whereSeparator: { $0 == "x" || $0 == "×" })
    guard parts.count == 2, let width = Int(parts[0]), let height = Int(parts[1]),
      (1...2000) ~= width, (1...1000) ~= height
    else { return nil }
    self.init(width: width, height: height)
  }

  var defaultValueDescription: String { "\(size.width)x\(size.height)" }
}
