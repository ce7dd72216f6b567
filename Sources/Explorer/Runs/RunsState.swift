import Canvas
import Experiments

/// Everything that the experiments view shows, as one value.
package struct RunsState: Sendable {
  package var size: Size
  package var look: Appearance
  package var keys = KeyTable.runs
  /// Whether runs are only looked at.
  package let isReadOnly: Bool
  /// Whether there is an explorer to go back to.
  package let hasExplorer: Bool

  // What the folders say.
  /// nil before the first scan.
  package internal(set) var runs: [RunRow]?
  package internal(set) var problems: [String] = []
  package internal(set) var details: [RunRow.ID: RunDetail] = [:]
  package internal(set) var masks: MaskTable?
  /// Other machines whose runs are shown.
  package internal(set) var hosts: [RunHost] = []
  /// The curve of the second marked run minus that of the first; nil where there are no two.
  package internal(set) var difference: NamedDifference?

  // What is looked at.
  package internal(set) var selection: RunRow.ID?
  /// In the order in which they were marked.
  package internal(set) var marks: [RunRow.ID] = []
  /// Marks of an earlier view on runs that have not been told of: those of a machine that is not
  /// shown, or does not answer yet.
  var dormantMarks: [RunRow.ID] = []
  /// The run that was selected in an earlier view, until it is told of or a key is pressed.
  var awaitedSelection: RunRow.ID?
  /// nil for the first task that there is.
  package internal(set) var chosenTask: String?
  /// The cell that was chosen in the table, by the run it is of.
  package internal(set) var chosenCells: [RunRow.ID: ExperimentCell.ID] = [:]
  package internal(set) var filterText = ""
  package internal(set) var order = RunOrder.created
  package internal(set) var listOffset = 0
  package internal(set) var cellOffset = 0
  package internal(set) var recordOffset = 0
  /// Panels in the order in which they were looked at, the latest first.
  package internal(set) var recent: [RunsPanel] = [
    .runs, .curves, .training, .cells, .difference, .masks, .record,
  ]
  package internal(set) var zoomed = false
  package internal(set) var overlay: Overlay<RunsOverlay>?
  package internal(set) var notice: Notice?

  // Asked for and not yet answered.
  var watch = RunsWatch()
  var maskQuestion: MaskQuestion?
  var openOrders = 0
  var awaitsThemes = false

  package init(
    size: Size, look: Appearance, isReadOnly: Bool = false, hasExplorer: Bool = false
  ) {
    self.size = size
    self.look = look
    self.isReadOnly = isReadOnly
    self.hasExplorer = hasExplorer
    // Without an explorer there is nothing to go back to.
    if !hasExplorer { keys.hints.removeAll { $0.actions == [.back] } }
  }
}

/// What lies over the experiments view alone.
package enum RunsOverlay: Sendable {
  case export(ShortList<RunsExportFormat>)
  /// Whether a run is really to be cancelled.
  case cancelling(RunRow.ID)
}

/// A curve with the name that the legend gives it.
package struct NamedCurve: Sendable, Equatable {
  package var name: String
  package var run: RunRow.ID
  package var curve: RunCurve
}

/// A difference with the names of its two curves.
package struct NamedDifference: Sendable, Equatable {
  package var first: String
  package var second: String
  package var scale: MetricScale
  package var difference: CurveDifference
}

extension RunsState {
  package var layout: RunsLayout {
    RunsLayout(size: size, recent: recent, zoomed: zoomed, hasHosts: !hosts.isEmpty)
  }

  /// The runs that the filter lets through, in the order of the list.
  package var visibleRuns: [RunRow] {
    let wanted = filterText.lowercased().split(separator: " ")
    let found = (runs ?? []).filter { run in
      let words = [
        run.place?.host ?? "", run.name, run.model, run.state.rawValue, run.protocol.rawValue,
      ]
      let text = (words + run.tasks).joined(separator: " ").lowercased()
      return wanted.allSatisfy { text.contains($0) }
    }
    return order.sorted(found)
  }

  package func run(_ id: RunRow.ID?) -> RunRow? { runs?.first { $0.id == id } }

  package var selectedRun: RunRow? { run(selection) }

  package var selectedDetail: RunDetail? { selection.flatMap { details[$0] } }

  /// The marked runs, else the selected one.
  var chosen: [RunRow.ID] { marks.isEmpty ? [selection].compactMap(\.self) : marks }

  /// The runs whose curves are drawn together: the marked ones, else the selected one.
  package var compared: [RunDetail] {
    chosen.compactMap { details[$0] }
  }

  /// The tasks of the compared runs.
  package var tasks: [String] {
    var tasks: [String] = []
    for curve in compared.flatMap(\.curves) where !tasks.contains(curve.curves.task) {
      tasks.append(curve.curves.task)
    }
    return tasks
  }

  /// The task whose curves are drawn.
  package var task: String? {
    let tasks = tasks
    return chosenTask.flatMap { tasks.contains($0) ? $0 : nil } ?? tasks.first
  }

  /// The curves that are drawn, with names that tell them apart.
  package var shownCurves: [NamedCurve] {
    let task = task
    let all = compared.flatMap { detail in
      detail.curves.filter { $0.curves.task == task }.map { (run: detail.run, curve: $0) }
    }
    let hasProtocols = Set(all.map(\.curve.protocol)).count > 1
    let hasMethods = Set(all.map(\.curve.curves.method)).count > 1
    let names = all.map { item in
      // Only what tells the curves apart: a legend has little room.
      let method = "\(item.curve.curves.method)"
      let name = item.curve.protocol.rawValue
      if marks.count < 2 || hasMethods && !hasProtocols { return method }
      return hasProtocols && !hasMethods ? name : "\(name) \(method)"
    }
    return zip(names, all).map { name, item in
      // Two runs of the same kind: only their names tell them apart.
      let isTwice = names.count { $0 == name } > 1
      return NamedCurve(
        name: isTwice ? "\(name), \(run(item.run)?.name ?? item.run)" : name, run: item.run,
        curve: item.curve)
    }
  }

  /// The cell that the table has selected: the chosen one, else one that runs or has failed, else the
  /// last that has begun.
  package var selectedCell: CellRow? {
    guard let detail = selectedDetail else { return nil }
    if let chosen = chosenCells[detail.run],
      let cell = detail.cells.first(where: { $0.id == chosen })
    {
      return cell
    }
    return detail.cells.first { $0.state == .running }
      ?? detail.cells.first { $0.state == .failed }
      ?? detail.cells.last { $0.state != .waiting && $0.state != .blocked } ?? detail.cells.first
  }

  /// The trainings that are drawn: those that run, and the chosen cell's.
  package var shownTrainings: [TrainingSeries] {
    guard let detail = selectedDetail else { return [] }
    let chosen = chosenCells[detail.run]
    let running = detail.trainings.filter { $0.isRunning && $0.cell != chosen }
    let own = detail.trainings.filter { $0.cell == chosen }
    if !own.isEmpty || !running.isEmpty { return Array((own + running).prefix(4)) }
    return detail.trainings.filter { $0.cell == selectedCell?.id }
  }

  /// Whether nothing is on its way any more.
  package var isSettled: Bool {
    runs != nil && openOrders == 0 && !awaitsThemes && watch.runs.allSatisfy { details[$0] != nil }
      && maskQuestion == masks?.question && hosts.allSatisfy(\.isSettled)
  }
}

extension RunsState {
  /// Puts runs side by side as if each had been marked in turn.
  package mutating func compare(_ runs: [RunRow], details: [RunDetail]) {
    self.runs = runs
    self.details = Dictionary(uniqueKeysWithValues: details.map { ($0.run, $0) })
    selection = runs.first?.id
    marks = runs.map(\.id)
    refreshDifference()
  }

  package mutating func choose(task: String) {
    chosenTask = task
    refreshDifference()
  }
}
