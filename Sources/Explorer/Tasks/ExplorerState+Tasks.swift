import Canvas
import Experiments

extension ExplorerState {
  /// How the scores of the present task are shown.
  package var scale: MetricScale {
    if case .available(_, _, _, _, let scale) = model.evaluation { scale } else { .share }
  }

  /// The drop of the score that the engine is to tolerate.
  package var toleratedDrop: Double { scale.drop(tolerance: tolerance) }

  func offer(named name: String) -> TaskOffer? { tasks.first { $0.name == name } }

  // MARK: Choosing

  mutating func openTaskPicker() {
    guard !tasks.isEmpty else {
      notice = Notice("No task of this program fits this model", isWarning: true)
      return
    }
    let current = tasks.firstIndex { $0.name == task?.name }
    let first = tasks.firstIndex { $0.obstacle == nil && $0.selection != nil }
    let possible = tasks.firstIndex { $0.obstacle == nil }
    overlay = .own(.tasks(ShortList(tasks, selection: current ?? first ?? possible ?? 0)))
  }

  mutating func handleTasks(_ key: Key, _ list: ShortList<TaskOffer>) -> [Effect] {
    if key == .character("d") {
      overlay = nil
      return choose(list.selected, asking: true)
    }
    var list = list
    switch list.take(key, openedBy: "t") {
    case .moved: overlay = .own(.tasks(list))
    case .kept:
      overlay = nil
      return choose(list.selected)
    case .left: overlay = nil
    case nil: break
    }
    return []
  }

  /// Opens a task, or asks for its data where that is not known or is to be another.
  mutating func choose(_ offer: TaskOffer, asking: Bool = false) -> [Effect] {
    if let obstacle = offer.obstacle {
      notice = Notice("\(offer.title) \(obstacle)", isWarning: true)
      return []
    }
    if let selection = offer.selection, !asking || offer.source == .embedded {
      if asking { notice = Notice("\(offer.title) brings its own data") }
      return open(selection, .person)
    }
    overlay = .own(.taskData(TaskDataForm(offer)))
    return []
  }

  /// Has a task's data read in the background; the present task stays until that is done.
  package mutating func open(
    _ selection: TaskSelection, _ origin: TaskOpening.Origin
  ) -> [Effect] {
    if selection == task {
      // Back to where one is: whatever else was on its way is not wanted any more.
      opening = nil
      return []
    }
    openingNumber += 1
    let order = TaskOpening(
      number: openingNumber, selection: selection, origin: origin, started: clock)
    opening = order
    return [.openTask(order)]
  }

  /// `task NAME [PATH]`, as the palette takes it; nil where the text is something else.
  mutating func runCommand(_ text: String) -> [Effect]? {
    let words = text.split(separator: " ", maxSplits: 2).map(String.init)
    guard words.count >= 2, words[0] == "task" else { return nil }
    guard let offer = offer(named: words[1]) else {
      // Two words may be the beginning of a command that the palette lists.
      guard words.count == 3 else { return nil }
      notice = Notice(
        "No task “\(words[1])” for this model; t lists those that fit", isWarning: true)
      return []
    }
    guard words.count == 3, offer.obstacle == nil, offer.source != .embedded else {
      return choose(offer)
    }
    let form = TaskDataForm(offer, TaskSelection(name: offer.name, data: words[2]))
    return form.selection.map { open($0, .person) } ?? choose(offer)
  }

  // MARK: The answers

  /// A task is open: it takes the place of the present one, whose results are kept.
  mutating func taskOpened(
    _ number: Int, _ selection: TaskSelection, _ evaluation: ModelSummary.Evaluation
  ) -> [Effect] {
    guard let opening, opening.number == number else { return [] }
    if let task {
      results[task] = TaskResults(
        curves: curves, turningPoints: turningPoints, sensitivities: sensitivities,
        speeds: speeds)
    }
    let known = results[selection] ?? TaskResults()
    (curves, turningPoints) = (known.curves, known.turningPoints)
    (sensitivities, speeds) = (known.sensitivities, known.speeds)
    activations = nil
    (task, taskNumber, self.opening) = (selection, number, nil)
    model.evaluation = evaluation
    engine = .idle
    if let index = tasks.firstIndex(where: { $0.name == selection.name }),
      selection.data != nil
    {
      tasks[index].remembered = selection
    }
    if case .own(.taskData) = overlay { overlay = nil }
    return [.startEngine(number), .remember(selection)] + requestChanged()
  }

  /// A task cannot be opened; the present one stays.
  mutating func taskFailed(_ number: Int, reason: String) {
    guard let opening, opening.number == number else { return }
    self.opening = nil
    taskFailure = reason
    let selection = opening.selection
    switch overlay {
    case .own(.taskData(var form)) where form.offer.name == selection.name:
      form.problem = reason
      overlay = .own(.taskData(form))
    case nil where opening.origin == .person:
      if let offer = offer(named: selection.name), offer.source != .embedded {
        overlay = .own(.taskData(TaskDataForm(offer, selection, problem: reason)))
      } else {
        notice = Notice(reason, isWarning: true)
      }
    default:
      let title = offer(named: selection.name)?.title ?? selection.name
      notice = Notice("\(title): \(reason)", isWarning: true)
    }
  }

  // MARK: The form

  mutating func handleTaskData(_ key: Key, _ form: TaskDataForm) -> [Effect] {
    var form = form
    switch key {
    case .escape, .control("c"):
      overlay = nil
      // What the form has asked for is not wanted any more.
      if opening?.selection.name == form.offer.name { opening = nil }
      return []
    case .enter:
      guard let selection = form.selection else {
        form.problem = "type the path of the \(form.offer.source.noun)"
        overlay = .own(.taskData(form))
        return []
      }
      form.problem = nil
      form.candidates = []
      overlay = .own(.taskData(form))
      if selection == task { overlay = nil }
      return open(selection, .person)
    case .tab where form.field == .data: return [.completePath(form.data.text)]
    case .arrow(.up, _), .arrow(.down, _), .tab, .backtab:
      if form.hasSplit { form.field = form.field == .data ? .split : .data }
    default:
      let changed = form.field == .data ? form.data.edit(key) : form.split.edit(key)
      guard changed else { return [] }
      form.problem = nil
      form.candidates = []
    }
    overlay = .own(.taskData(form))
    return []
  }

  /// Takes a completed path into the form, unless something else has been typed since.
  mutating func pathCompleted(_ typed: String, _ completed: String, _ candidates: [String]) {
    guard case .own(.taskData(var form)) = overlay, form.data.text == typed else { return }
    form.data = Prompt(label: form.data.label, text: completed)
    form.candidates = candidates
    overlay = .own(.taskData(form))
  }
}
