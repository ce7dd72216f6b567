import Canvas
import Engine
import Experiments
import Explorer
import Foundation
import Glibc
import Pruning

/// One open model in the explorer: its state, and the threads that index and evaluate it.
///
/// The session knows no terminal, so that `--once` runs the very same code.
final class ExplorerSession {
  private(set) var state: ExplorerState
  let queue = MessageQueue<Message>()
  var isInFront = true

  private let model: OpenModel
  private let themes: ThemeSource
  /// nil where nothing is to be kept.
  private let memory: ExplorerMemoryFile?
  private let keepsPoints: Bool
  private let probesSensitivity: Bool
  /// Whether the model is to be opened again the next time; not where it only stands in for one that
  /// could not be opened.
  var isRemembered = true
  private let kernels: KernelOptions.Kernels
  private let activationMemory: Int
  /// Measures the present task; nil where there is none.
  private var evaluator: (any LevelEvaluator)?
  private let openedTasks = OpenedTasks()
  private lazy var workers = ParallelWorkers(count: ProcessorCount.available, niceness: 10)
  private var scheduler: EvaluationScheduler?
  private var maskMaps: LatestRequest<MaskMapRequest>?
  /// When the slider will have rested, and the number of that rest.
  private var rest: (due: ContinuousClock.Instant, number: Int)?
  private var lastTick = ContinuousClock.now
  /// The number of the last order to the engine, and of the last that it has answered.
  private var given = 0
  private var answered = 0
  /// The view as it was last written down.
  private var keptView: ExplorerView?

  /// How long the slider has to stand still before the engine turns to its level.
  static let restTime = Duration.milliseconds(150)
  /// Between two frames of what moves by itself.
  private static let tickTime = Duration.milliseconds(100)

  /// - Parameters:
  ///   - keepsPoints: whether what is measured is kept in the index of runs, and taken from there.
  ///   - probesSensitivity: whether parts of the model are pruned alone when nothing else is asked.
  ///   - activationMemory: bytes for activations of the dense model.
  init(
    model: OpenModel, themes: ThemeSource, memory: ExplorerMemoryFile?, keepsPoints: Bool,
    probesSensitivity: Bool, kernels: KernelOptions.Kernels,
    activationMemory: Int, state: ExplorerState
  ) {
    self.model = model
    self.memory = memory
    self.keepsPoints = keepsPoints
    self.probesSensitivity = probesSensitivity
    self.kernels = kernels
    self.activationMemory = activationMemory
    evaluator = model.evaluator
    self.themes = themes
    self.state = state
  }

  /// Starts to read the weights.
  ///
  /// - Parameters:
  ///   - task: to open at once.
  ///   - origin: who wants it.
  func start(task: TaskSelection? = nil, origin: TaskOpening.Origin = .memory) {
    if let task {
      for effect in state.open(task, origin) { _ = perform(effect) }
    }
    let queue = queue
    let model = model
    WorkerThread.start(name: "index", niceness: 5) {
      do {
        let index = try MagnitudeIndex.build(
          model.matrices, threads: ProcessorCount.available,
          onMatrix: { index, magnitudes in
            queue.post(.matrixIndexed(index, bins: magnitudes.sparkline))
          })
        queue.post(.indexReady(index))
      } catch {
        queue.post(.indexFailed("\(error)"))
      }
    }
  }

  /// Takes messages into the state and does what follows from them, except for the terminal's part.
  @discardableResult
  func handle(_ messages: [Message]) -> [ScreenEffect] {
    var left: [ScreenEffect] = []
    for message in messages {
      if case .engine(_, let order, state.taskNumber) = message { answered = order }
      let effects = update(&state, message)
      if case .indexReady(let preview) = message {
        startMaskMaps(preview)
        startEngine()
      }
      left += effects.compactMap(perform)
      // What came too late to be wanted takes no memory.
      if case .taskOpened(let number, _, _) = message { _ = openedTasks.take(number) }
    }
    return left
  }

  /// - Returns: what is left for the owner of the terminal.
  private func perform(_ effect: Effect) -> ScreenEffect? {
    switch effect {
    case .quit: return .quit
    case .suspend: return .suspend
    case .redraw: return .redraw
    case .copy(let text): return .copy(text)
    case .openRuns: return .show(.runs)
    case .startRest(let number): rest = (.now + Self.restTime, number)
    case .evaluate(let request): given = scheduler?.evaluate(request) ?? given
    case .pauseEngine(let isPaused): given = scheduler?.pause(isPaused) ?? given
    case .setTolerance(let tolerance): given = scheduler?.setTolerance(tolerance) ?? given
    case .drawMaskMap(let request): maskMaps?.submit(request)
    case .listThemes: queue.post(themes.message())
    case .openTask(let order): open(order)
    case .startEngine(let number):
      evaluator = openedTasks.take(number)
      startEngine()
    case .remember(let selection):
      remember { $0.remember(selection, for: model) }
    case .rememberTheme(let name): remember { $0.theme = name }
    case .completePath(let typed):
      let completion = PathCompletion(typed)
      // At once, so that a key that follows quickly finds the path completed.
      handle([
        .pathCompleted(
          typed: typed, completed: completion.text, candidates: completion.candidates)
      ])
    }
    return nil
  }

  /// Reads a task's data on a thread of its own.
  private func open(_ order: TaskOpening) {
    let (queue, model, openedTasks) = (queue, model, openedTasks)
    WorkerThread.start(name: "task", niceness: 5) {
      do {
        let selection = order.selection.withAbsolutePath
        let opened = try model.open(selection)
        openedTasks.put(opened.evaluator, for: order.number)
        queue.post(.taskOpened(order.number, selection, opened.evaluation))
      } catch {
        queue.post(.taskFailed(order.number, reason: "\(error)"))
      }
    }
  }

  /// Writes down how the model is looked at, on another thread, where that has changed.
  func keepView() {
    let view = ExplorerView(state)
    guard view != keptView else { return }
    keptView = view
    let (key, isRemembered) = (model.memoryKey, isRemembered)
    memory?.changeSoon { memory in
      memory.views[key] = view
      if isRemembered { memory.lastModel = key }
    }
  }

  private func remember(_ change: (inout ExplorerMemory) -> Void) {
    do {
      try memory?.change(change)
    } catch {
      queue.post(.warning("\(error)"))
    }
  }

  /// Messages that time alone brings about.
  func dueMessages() -> [Message] {
    let now = ContinuousClock.now
    var messages: [Message] = []
    if let rest, now >= rest.due {
      self.rest = nil
      messages.append(.rested(rest.number))
    }
    let passed = now - lastTick
    if !state.isAnimated {
      lastTick = now
    } else if passed >= Self.tickTime {
      lastTick = now
      messages.append(.tick(seconds: passed / .seconds(1)))
    }
    return messages
  }

  /// How long poll(2) may sleep: until something is due, or for good (-1).
  var timeout: Int32 {
    let now = ContinuousClock.now
    var due: [Duration] = []
    if let rest { due.append(rest.due - now) }
    if state.isAnimated { due.append(Self.tickTime - (now - lastTick)) }
    guard let next = due.min() else { return -1 }
    return max(0, Int32((next / .milliseconds(1)).rounded(.up)))
  }

  /// Whether nothing is on its way any more: the frame of now is the last one.
  var isSettled: Bool {
    state.isSettled && rest == nil && answered >= given
  }

  private func startMaskMaps(_ preview: any PruningPreview) {
    let queue = queue
    let matrices = model.matrices
    maskMaps = LatestRequest(name: "mask map") { request in
      let plan = preview.plan(request.request)
      let shares = try? matrices.density(
        plan, matrix: request.matrix, rows: request.rows, columns: request.columns)
      // A file that can no longer be read leaves the map empty; the index has told what it knew.
      let densities =
        shares?.flatMap { $0.map(Float.init) }
        ?? [Float](repeating: 0, count: request.rows * request.columns)
      queue.post(.maskMap(MaskMap(request: request, densities: densities)))
    }
  }

  /// Measures the present task from now on, as soon as the weights are indexed.
  private func startEngine() {
    scheduler?.stop()
    scheduler = nil
    (given, answered) = (0, 0)
    guard let preview = state.preview, let evaluator else { return }
    evaluator.activations?.reserve(activationMemory)
    let queue = queue
    let task = state.taskNumber
    let scheduler = EvaluationScheduler(
      evaluator: evaluator, preview: preview,
      workers: workers, tolerance: state.toleratedDrop, curves: state.curves,
      store: keepsPoints
        ? PointCache(model, state.model.evaluation, state.task, kernels) : nil,
      probes: probesSensitivity, kernels: kernels.choice
    ) { event in
      switch event {
      case .point(let identity, let point): queue.post(.point(identity, point, task: task))
      case .speed(let identity, let level, let speed):
        queue.post(.speed(identity, level, speed, task: task))
      case .turningPoints(let identity, let points):
        queue.post(.turningPoints(identity, points, task: task))
      case .sensitivity(let method, let probe, let difference):
        queue.post(.sensitivity(method, probe, difference, task: task))
      case .activations(let use): queue.post(.activations(use, task: task))
      case .status(let status, let order):
        queue.post(.engine(status, order: order, task: task))
      }
    }
    scheduler.start()
    self.scheduler = scheduler
  }
}

extension ExplorerSession {
  /// Lets the session run without a terminal until nothing moves any more, or the time is over.
  func runUntilSettled(within limit: Duration) {
    let end = ContinuousClock.now + limit
    while ContinuousClock.now < end {
      handle(queue.drain() + dueMessages())
      if isSettled { return }
      var descriptor = pollfd(fd: queue.fileDescriptor, events: Int16(POLLIN), revents: 0)
      poll(&descriptor, 1, min(timeout < 0 ? 100 : timeout, 100))
    }
  }
}
