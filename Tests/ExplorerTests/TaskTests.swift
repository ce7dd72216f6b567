import Canvas
import Experiments
import Testing

@testable import Explorer

extension TaskOffer {
  static let digits = TaskOffer(name: "digits", title: "digits", source: .embedded)
  static let sst2 = TaskOffer(
    name: "sst2", title: "SST-2", source: .folder(split: "dev"),
    remembered: TaskSelection(name: "sst2", data: "/data/SST-2", split: "dev"))
  static let cola = TaskOffer(name: "cola", title: "CoLA", source: .folder(split: "dev"))
  static let text = TaskOffer(name: "perplexity", title: "perplexity", source: .file)
  static let mnli = TaskOffer(
    name: "mnli", title: "MNLI", source: .folder(split: "dev"),
    obstacle: "needs a head, and mini is a bare encoder: fine-tune it first")
}

extension ExplorerState {
  /// A state that is measured on the digits and has other tasks to choose from.
  static func withTasks(size: Size = Size(width: 100, height: 28)) -> ExplorerState {
    let sample = ExplorerState.sample(size: size)
    var state = ExplorerState(
      size: size, model: sample.model, request: sample.request, look: sample.look,
      tasks: [.digits, .sst2, .cola, .text, .mnli], task: TaskSelection(name: "digits"))
    _ = update(&state, .indexReady(FakePreview()))
    return state
  }

  func typing(_ text: String) -> ExplorerState {
    var state = self
    for character in text { _ = update(&state, .key(.character(character))) }
    return state
  }

  /// What a key asks of the outside world.
  func effects(of key: Key) -> [Effect] {
    var state = self
    return update(&state, .key(key))
  }

  var form: TaskDataForm? {
    if case .own(.taskData(let form)) = overlay { form } else { nil }
  }
}

extension [Effect] {
  var openings: [TaskOpening] {
    compactMap { if case .openTask(let opening) = $0 { opening } else { nil } }
  }
}

private let sst2 = TaskSelection(name: "sst2", data: "/data/SST-2", split: "dev")

private let evaluation = ModelSummary.Evaluation.available(
  task: "SST-2 dev", examples: 450, metric: "accuracy", chance: 0.5)

/// A state in which SST-2 is being opened.
private func opening() -> (state: ExplorerState, number: Int) {
  let state = ExplorerState.withTasks().pressing(.character("t"), .arrow(.down), .enter)
  return (state, state.opening?.number ?? -1)
}

@Suite struct `Choosing a task` {
  @Test func `a task whose data is remembered opens at once, and the present one stays meanwhile`()
    throws
  {
    let list = ExplorerState.withTasks().pressing(.character("t"), .arrow(.down))
    let order = try #require(list.effects(of: .enter).openings.first)
    #expect(order.selection == sst2)
    let state = list.pressing(.enter)
    #expect(state.overlay == nil)
    #expect(state.task == TaskSelection(name: "digits"))
    #expect(state.isAnimated)
    #expect(state.pressing(.arrow(.right)).level == SparsityLevel(0.65), "keys work meanwhile")
  }

  @Test func `a task without data asks for it, with the usual split`() {
    let form = ExplorerState.withTasks().pressing(.character("t")).typing("jj").pressing(.enter)
    #expect(form.form?.offer.name == "cola")
    let filled = form.typing("~/CoLA")
    #expect(
      filled.effects(of: .enter).openings.map(\.selection)
        == [TaskSelection(name: "cola", data: "~/CoLA", split: "dev")])
    let other = filled.pressing(.arrow(.down), .control("u")).typing("train")
    #expect(other.effects(of: .enter).openings.first?.selection.split == "train")
  }

  @Test func `a file has no split, and nothing typed is no file`() {
    let form = ExplorerState.withTasks().pressing(.character("t")).typing("jjj").pressing(.enter)
    #expect(form.effects(of: .enter).isEmpty)
    #expect(form.pressing(.enter).form?.problem == "type the path of the file")
    #expect(
      form.typing("a.txt").effects(of: .enter).openings.map(\.selection)
        == [TaskSelection(name: "perplexity", data: "a.txt")])
  }

  @Test func `d asks for other data than what is remembered`() {
    let form = ExplorerState.withTasks().pressing(.character("t"), .arrow(.down)).typing("d")
    #expect(form.form?.data.text == "/data/SST-2")
  }

  @Test func `a task that the model has no head for says so and opens nothing`() {
    let state = ExplorerState.withTasks().pressing(.character("t"), .end, .enter)
    #expect(state.opening == nil)
    #expect(state.notice?.text.contains("bare encoder") == true)
  }

  @Test func `the palette takes a task with its data, and without`() {
    let palette = ExplorerState.withTasks().pressing(.character(":"))
    #expect(
      palette.typing("task cola /a folder/CoLA").effects(of: .enter).openings.map(\.selection)
        == [TaskSelection(name: "cola", data: "/a folder/CoLA", split: "dev")])
    #expect(
      palette.typing("task sst2").effects(of: .enter).openings.map(\.selection) == [sst2])
    #expect(palette.typing("task cola").pressing(.enter).form?.offer.name == "cola")
  }

  @Test func `a click on the task in the header opens the list`() throws {
    var state = ExplorerState.withTasks()
    let columns = try #require(
      Header(state).taskColumns(in: state.layout.header, look: state.look))
    _ = update(&state, .key(.mouse(.init(.press, x: columns.lowerBound + 3, y: 0))))
    guard case .own(.tasks(let list)) = state.overlay else {
      Issue.record("no list")
      return
    }
    #expect(list.count == 5)
  }

  @Test func `Tab completes the path unless it has changed meanwhile`() {
    var state = ExplorerState.withTasks().pressing(.character("t")).typing("jj").pressing(.enter)
      .typing("/da")
    #expect(state.effects(of: .tab) == [.completePath("/da")])
    _ = update(&state, .pathCompleted(typed: "/da", completed: "/data/", candidates: []))
    #expect(state.form?.data.text == "/data/")
    _ = update(&state, .pathCompleted(typed: "/da", completed: "/dark/", candidates: []))
    #expect(state.form?.data.text == "/data/")
  }
}

@Suite struct `A task that has been opened` {
  @Test func `takes the place of the present one and is remembered`() {
    var (state, number) = opening()
    let effects = update(&state, .taskOpened(number, sst2, evaluation))
    #expect(effects.prefix(2) == [.startEngine(number), .remember(sst2)])
    #expect(state.model.evaluation == evaluation)
    #expect(state.task == sst2)
    #expect(!state.isAnimated)
  }

  @Test func `too late is dropped`() {
    var (state, first) = opening()
    state = state.pressing(.character("t"), .character("j"), .character("j"), .enter)
      .typing("/CoLA").pressing(.enter)
    let second = state.opening?.number
    #expect(second != first)
    #expect(update(&state, .taskOpened(first, sst2, evaluation)).isEmpty)
    _ = update(&state, .taskFailed(first, reason: "too late"))
    #expect(state.task == TaskSelection(name: "digits"))
    #expect(state.opening?.number == second)
    #expect(state.form?.problem == nil)
  }

  @Test func `finds the curve that was measured on it before`() {
    var (state, number) = opening()
    let identity = CurveIdentity(state.request)
    _ = update(&state, .point(identity, point(50, right: 440)))
    _ = update(&state, .taskOpened(number, sst2, evaluation))
    #expect(state.curve == nil)
    _ = update(&state, .point(identity, point(50, right: 400), task: number))
    state = state.pressing(.character("t"), .home, .enter)
    let back = TaskSelection(name: "digits")
    _ = update(
      &state,
      .taskOpened(state.opening?.number ?? -1, back, ExplorerState.sample().model.evaluation))
    #expect(state.curve?.points == [point(50, right: 440)])
  }

  @Test func `hears nothing more from the engine of the one before`() {
    var (state, number) = opening()
    _ = update(&state, .taskOpened(number, sst2, evaluation))
    _ = update(&state, .point(CurveIdentity(state.request), point(50, right: 440), task: 0))
    _ = update(&state, .engine(.evaluating(level: .dense, done: 1, of: 2), task: 0))
    #expect(state.curve == nil)
    #expect(!state.isEvaluating)
  }
}

@Suite struct `A task that cannot be opened` {
  @Test func `leaves the present one, and the question comes back with the reason`() {
    var (state, number) = opening()
    _ = update(&state, .taskFailed(number, reason: "/data/SST-2 cannot be read"))
    #expect(state.task == TaskSelection(name: "digits"))
    #expect(state.form?.problem == "/data/SST-2 cannot be read")
    #expect(state.form?.data.text == "/data/SST-2")
    #expect(state.form.map { _ in state.typing("x").form?.problem } == .some(nil))
  }

  @Test func `does not disturb what else is being done`() {
    var (state, number) = opening()
    state = state.pressing(.character("?"))
    _ = update(&state, .taskFailed(number, reason: "no such file"))
    #expect(state.form == nil)
    #expect(state.notice?.text == "SST-2: no such file")
  }

  @Test func `is a notice where it was only remembered`() {
    var state = ExplorerState.withTasks()
    let number = state.open(sst2, .memory).openings[0].number
    _ = update(&state, .taskFailed(number, reason: "no such file"))
    #expect(state.overlay == nil)
    #expect(state.notice?.isWarning == true)
  }

  @Test func `Escape calls it off while it is being opened`() {
    var state = ExplorerState.withTasks().pressing(.character("t")).typing("jj").pressing(.enter)
      .typing("/CoLA").pressing(.enter)
    let number = state.opening?.number ?? -1
    state = state.pressing(.escape)
    #expect(state.opening == nil)
    #expect(update(&state, .taskOpened(number, sst2, evaluation)).isEmpty)
  }
}

@Suite struct `The tolerance of perplexity` {
  @Test func `is relative: one percent more is ln 1.01 nats`() {
    var (state, number) = opening()
    _ = update(
      &state,
      .taskOpened(
        number, sst2,
        .available(
          task: "a.txt", examples: 450, metric: "perplexity", chance: -6, scale: .perplexity)))
    #expect(abs(state.toleratedDrop - 0.00995) < 1e-5)
    #expect(state.pressing(.character("+")).notice?.text == "Tolerance ε = 1.5 % of perplexity")
  }
}
