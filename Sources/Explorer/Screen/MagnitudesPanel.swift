import Canvas
import Experiments

/// Panel 2: how often each magnitude occurs, with what the threshold removes set apart.
struct MagnitudesPanel: Widget {
  let state: ExplorerState

  init(_ state: ExplorerState) { self.state = state }

  func draw(in rect: Rect, on canvas: inout Canvas, look: Appearance) {
    let panel = Panel(
      key: "2", title: title, trailing: trailing(look),
      isFocused: state.focus == .magnitudes)
    let inner = panel.frame(in: rect, on: &canvas, look: look)
    guard let histogram = state.histogram, histogram.selection == state.selection else {
      canvas.put(
        state.indexFailure ?? waiting, in: inner,
        style: state.indexFailure == nil ? look.roles.muted : look.roles.error)
      return
    }
    let top = Double(histogram.edges.last ?? 1)
    let isPruned = state.selection.index.map { !state.request.excluded.contains($0) } ?? true
    canvas.draw(
      Histogram(
        counts: histogram.counts, range: 0...top,
        threshold: isPruned ? state.shownThreshold.map { min(Double($0), top) } : nil,
        isLogarithmic: state.logarithmic, emptyText: "no weights"),
      in: inner, look: look)
  }

  private var waiting: String {
    "reading the weights: \(state.indexedCount) of \(state.model.matrices.count) matrices"
  }

  private var title: String {
    guard let index = state.selection.index else {
      return "magnitudes · whole model"
    }
    let shape = state.model.matrices[index].shape.map(String.init)
    return "magnitudes · \(state.label(of: index)) · "
      + shape.joined(separator: "×")
  }

  private func trailing(_ look: Appearance) -> [Fragment] {
    [Fragment(state.logarithmic ? "log" : "linear", look.roles.muted)]
  }
}
