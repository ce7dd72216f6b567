import Canvas
import Dispatch
import Explorer
import Foundation
import Runs

/// The experiments view: its state, and the threads that read the runs' folders and carry out what
/// is asked. Nothing on the screen's thread touches a file.
final class RunsSession {
  private(set) var state: RunsState
  private let queue: MessageQueue<RunsMessage>
  private let watcher: RunsWatcher
  private let connections: [RemoteConnection]
  private let themes: ThemeSource
  /// nil where nothing is to be kept.
  private let memory: ExplorerMemoryFile?
  private let maskComparer: LatestRequest<MaskQuestion>
  /// Orders are carried out one after the other, in the order in which they were given.
  private let orders = DispatchQueue(label: "orders")
  /// The view as it was last written down or read.
  private var keptView: RunsViewState

  /// - Parameters:
  ///   - store: this machine's runs; nil where they are not to be shown.
  ///   - hosts: other machines, by the names that they are to have.
  init(
    store: RunStore?, hosts: [(name: String, connection: RemoteConnection)] = [],
    themes: ThemeSource, memory: ExplorerMemoryFile?, state: RunsState
  ) {
    let queue = MessageQueue<RunsMessage>()
    self.queue = queue
    self.state = state
    keptView = RunsViewState(state)
    self.themes = themes
    self.memory = memory
    connections = hosts.map(\.connection)
    let local = store.map { [LocalRuns($0)] } ?? []
    watcher = RunsWatcher(
      local + hosts.map { WatchedHost($0.connection, name: $0.name) }
    ) { queue.post($0) }
    maskComparer = LatestRequest(name: "masks") { question in
      queue.post(.masks(MaskTable(answering: question)))
    }
  }

  func start() {
    for connection in connections { connection.start() }
    watcher.start()
  }

  /// Takes messages into the state and does what follows from them, except for the terminal's part.
  private func handle(_ messages: [RunsMessage]) -> [ScreenEffect] {
    messages.flatMap { update(&state, $0) }.compactMap(perform)
  }

  /// - Returns: what is left for the owner of the terminal.
  private func perform(_ effect: RunsEffect) -> ScreenEffect? {
    switch effect {
    case .quit: return .quit
    case .back: return .show(.explorer)
    case .suspend: return .suspend
    case .redraw: return .redraw
    case .copy(let text): return .copy(text)
    case .watch(let watch): watcher.watch(watch)
    case .compareMasks(let question): maskComparer.submit(question)
    case .reconnect: for connection in connections { connection.retryNow() }
    case .listThemes: listThemes()
    case .rememberTheme(let name): remember(theme: name)
    case .pause, .cancel, .start, .setWorkers, .setNiceness, .export: carryOut(effect)
    }
    return nil
  }

  private func carryOut(_ effect: RunsEffect) {
    let (queue, watcher) = (queue, watcher)
    orders.async {
      do {
        let answer = try RunsOrder(effect).carryOut()
        // The new state first, so that the answer does not stand beside the old one.
        watcher.lookAgain()
        queue.post(.done(answer))
      } catch {
        queue.post(.failed("\(error)"))
      }
    }
  }

  private func listThemes() {
    let (queue, themes) = (queue, themes)
    orders.async {
      let catalog = themes.catalog
      queue.post(.themes(catalog.themes, problems: catalog.problems.map { "\($0)" }))
    }
  }

  private func remember(theme: String) {
    let (queue, memory) = (queue, memory)
    orders.async {
      do {
        try memory?.change { $0.theme = theme }
      } catch {
        queue.post(.failed("\(error)"))
      }
    }
  }
}

extension RunsSession: TerminalScreen {
  var kind: ScreenKind { .runs }

  var isInFront: Bool {
    get { watcher.isActive }
    set { watcher.isActive = newValue }
  }

  var look: Appearance { state.look }
  var frame: Canvas { Explorer.frame(of: state) }
  var fileDescriptor: Int32 { queue.fileDescriptor }
  var timeout: Int32 { -1 }
  var isBusy: Bool { false }
  var isSettled: Bool { state.isSettled }

  func advance(_ keys: [Key]) -> [ScreenEffect]? {
    let messages = keys.map { RunsMessage.key($0) } + queue.drain()
    return messages.isEmpty ? nil : handle(messages)
  }

  func keepView() {
    let (old, new) = (keptView, RunsViewState(state))
    guard new != old else { return }
    keptView = new
    memory?.changeSoon { memory in
      var view = memory.runs ?? RunsViewState()
      view.merge(new, since: old)
      memory.runs = view
    }
  }

  func appear(size: Size, look: Appearance) {
    _ = handle([.resized(size), .restyled(look)])
  }
}
