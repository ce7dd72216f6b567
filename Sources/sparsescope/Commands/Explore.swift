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
  @OptionGroup var kernels: KernelOptions
  @OptionGroup var activations: ActivationOptions
  @OptionGroup var appearance: AppearanceOptions

  @Option(
    help: "The level to begin with, such as 0.64 or 64%; else the last one, at first 50%.",
    transform: SparsityLevel.parse)
  var sparsity: SparsityLevel?

  @Option(
    help: ArgumentHelp(
      "The task to measure the model on (t in the explorer lists those that fit): "
        + "\(KnownTask.all.map(\.name).joined(separator: ", ")); else the model's last one."))
  var task: String?

  @Option(
    help: ArgumentHelp(
      "The task's data, a file or a folder; else what is remembered for the task.",
      valueName: "path"),
    completion: .file())
  var data: String?

  @Option(help: "The split that is looked for in the folder.")
  var split: String?

  @Flag(help: "Measure everything anew, and keep nothing of it for the next time.")
  var noCache = false

  @Flag(
    help: """
      Begin with the embedded model, unless one is named, and with nothing of the last view; \
      --once always does.
      """)
  var fresh = false

  @Flag(help: "Do not prune each part alone in idle time.")
  var noSensitivity = false

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
    if let task, KnownTask.named(task) == nil {
      throw ValidationError(
        "--task \(task) is not known; there are: "
          + KnownTask.all.map(\.name).joined(separator: ", ") + ".")
    }
    if task == nil, let option = data.map({ _ in "--data" }) ?? split.map({ _ in "--split" }) {
      throw ValidationError("\(option) belongs to a task; name it: --task NAME.")
    }
  }

  func run() throws {
    let memory = ExplorerMemoryFile.standard
    let remembered = memory?.load() ?? ExplorerMemory()
    let (model, notice) = try open(remembered)
    let level: SparsityLevel? =
      if case .pattern = pruning.method { sparsity } else { sparsity ?? SparsityLevel(percent: 50) }
    let request = try pruning.request(level: level, in: model)
    let view = once || fresh ? nil : remembered.views[model.memoryKey]
    let themes = ThemeSource(folder: appearance.themeFolder)
    let offers = model.offers(remembering: remembered)
    let first = try firstTask(of: model, among: offers, remembered)
    var summary = model.summary
    if let reason = model.reasonForNoTask(among: offers) {
      summary.evaluation = .unavailable(reason)
    }
    func session(_ size: Size, _ look: Appearance) -> ExplorerSession {
      var state = ExplorerState(
        size: size, model: summary, request: request, look: look, tasks: offers,
        task: model.evaluator == nil ? nil : TaskSelection(name: KnownTask.digits.name))
      if let view {
        state.restore(view, withPruning: sparsity == nil && !pruning.areGiven)
      }
      state.notice = notice
      let session = ExplorerSession(
        model: model, themes: themes, memory: memory, keepsPoints: !noCache,
        probesSensitivity: !once && !noSensitivity, kernels: kernels.kernels,
        // A frame that is printed once asks for one curve, on which nothing comes back.
        activationMemory: once ? 0 : activations.bytes, state: state)
      session.isRemembered = notice?.isWarning != true
      return session
    }
    let theme = try themes.theme(appearance.theme, remembered: remembered.theme)
    if once {
      try printFrame(first, session, theme)
    } else {
      try explore(first, session, theme, themes)
    }
  }

  /// The model that is named, else the one that was looked at last, with a word about it.
  private func open(_ remembered: ExplorerMemory) throws -> (OpenModel, Notice?) {
    let isEmbedded = modelArgument.model == ExplorerMemory.embedded
    if isEmbedded, !FileManager.default.fileExists(atPath: ExplorerMemory.embedded) {
      return (try OpenModel(path: nil), nil)
    }
    guard modelArgument.model == nil, task == nil, !once, !fresh,
      let last = remembered.lastModel, last != ExplorerMemory.embedded
    else { return (try OpenModel(path: modelArgument.model), nil) }
    do {
      return (try OpenModel(path: last), Notice("\(last) again; --fresh opens the embedded model"))
    } catch {
      return (
        try OpenModel(path: nil),
        Notice("\(last) cannot be opened any more; this is the embedded model", isWarning: true)
      )
    }
  }

  /// The task to open at once: the one that was asked for, else the model's last one.
  ///
  /// - Throws: where the one that was asked for does not fit the model, or its data is not known.
  private func firstTask(
    of model: OpenModel, among offers: [TaskOffer], _ remembered: ExplorerMemory
  ) throws -> TaskSelection? {
    guard let task else {
      return fresh
        ? nil
        : remembered.models[model.memoryKey].flatMap { last in
          offers.contains { $0.name == last.name && $0.obstacle == nil } ? last : nil
        }
    }
    guard let offer = offers.first(where: { $0.name == task }) else {
      throw CommandError(
        "\(model.checkpoint.path) is no model for --task \(task); those that fit it: "
          + (offers.isEmpty ? "none" : offers.map(\.name).joined(separator: ", ")) + ".")
    }
    if let obstacle = offer.obstacle { throw CommandError("--task \(task) \(obstacle).") }
    if offer.source == .embedded {
      guard data == nil, split == nil else {
        throw ValidationError("--task \(task) brings its data; leave --data and --split out.")
      }
      return TaskSelection(name: task)
    }
    guard let path = data ?? offer.selection?.data else {
      throw ValidationError(
        "--task \(task) needs its data: --data PATH; it is remembered from then on.")
    }
    let part = data == nil ? offer.selection?.split : nil
    return TaskSelection(
      name: task, data: path, split: split ?? part ?? offer.source.defaultSplit)
  }

  private func explore(
    _ first: TaskSelection?, _ session: (Size, Appearance) -> ExplorerSession, _ theme: Theme,
    _ themes: ThemeSource
  ) throws {
    // Before the screen is taken: a complaint would be drawn over.
    let statistics = try stats.map { try FrameStatistics(path: $0) }
    let terminal = try Terminal(appearance.terminalOptions)
    defer { terminal.close() }
    let session = session(
      terminal.size, Appearance(theme: theme, symbols: terminal.symbols, depth: terminal.depth))
    let runs = RunsView.session(
      size: terminal.size, look: session.look, themes: themes, memory: .standard,
      hasExplorer: true)
    try TerminalLoop(
      terminal: terminal, first: session, statistics: statistics,
      makeRuns: { size, look in
        runs.start()
        runs.appear(size: size, look: look)
        return runs
      }
    ).run { session.start(task: first, origin: task == nil ? .memory : .person) }
  }

  /// Runs a session without a terminal until nothing moves any more.
  private func printFrame(
    _ first: TaskSelection?, _ session: (Size, Appearance) -> ExplorerSession, _ theme: Theme
  ) throws {
    let symbols = appearance.graph ?? Terminal.chooseSymbols(nil)
    let session = session(size.size, Appearance(theme: theme, symbols: symbols, depth: .mono))
    // Nobody is there to answer a question.
    session.start(task: first)
    session.runUntilSettled(within: .seconds(wait))
    print(frame(of: session.state).text, terminator: "")
    if !session.isSettled {
      StandardError.write("Not finished after \(wait) seconds; --wait gives it longer.")
    }
    if let failure = session.state.indexFailure { throw CommandError(failure) }
    if task != nil, let failure = session.state.taskFailure { throw CommandError(failure) }
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
