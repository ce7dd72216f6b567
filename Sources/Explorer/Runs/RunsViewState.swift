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

  package init() {}

  package init(_ state: RunsState) {
    selection = state.selection
    marks = state.marks
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
  /// Takes up a view again; runs that are gone are left out when the folders have been read.
  package mutating func restore(_ view: RunsViewState) {
    selection = view.selection
    marks = view.marks
    order = view.order.flatMap(RunOrder.init(rawValue:)) ?? order
    for panel in view.panels.reversed().compactMap(RunsPanel.init(rawValue:)) { look(at: panel) }
    zoomed = view.zoomed
  }
}
