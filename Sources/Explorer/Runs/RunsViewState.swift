/// How a person looked at the runs, to be taken up again the next time.
///
/// The filter is not in it: one that is forgotten hides what is new.
package struct RunsViewState: Codable, Sendable, Hashable {
  package var selection: String?
  package var marks: [String] = []
  /// `RunOrder`, by its name.
  package var order: String?
  /// Numbers of panels, the latest that was looked at first.
  package var panels: [Int] = []
  package var zoomed = false

  /// Marks of runs that are gone for good would gather without end.
  private static let mostDormant = 64

  package init() {}

  package init(_ state: RunsState) {
    selection = state.awaitedSelection ?? state.selection
    marks = state.marks + state.dormantMarks.prefix(Self.mostDormant)
    order = state.order.rawValue
    panels = state.recent.map(\.rawValue)
    zoomed = state.zoomed
  }

  /// Takes over what was changed since another view was written or read; marks that others have set
  /// meanwhile stay.
  package mutating func merge(_ new: RunsViewState, since old: RunsViewState) {
    let removed = Set(old.marks).subtracting(new.marks)
    let added = new.marks.filter { !old.marks.contains($0) && !marks.contains($0) }
    let merged = marks.filter { !removed.contains($0) } + added
    self = new
    marks = merged
  }
}

extension RunsState {
  /// Takes up a view again; runs are selected and marked as soon as they are told of.
  package mutating func restore(_ view: RunsViewState) {
    awaitedSelection = view.selection
    dormantMarks = view.marks
    order = view.order.flatMap(RunOrder.init(rawValue:)) ?? order
    for panel in view.panels.reversed().compactMap(RunsPanel.init(rawValue:)) { look(at: panel) }
    zoomed = view.zoomed
  }
}
