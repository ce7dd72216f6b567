import Canvas
import Experiments

/// Panel 1: every prunable matrix with the shape of its magnitudes and its sparsity.
struct MatricesPanel: Widget {
  let state: ExplorerState
  private let rows: MatrixRows

  init(_ state: ExplorerState) {
    self.state = state
    rows = MatrixRows(state)
  }

  func draw(in rect: Rect, on canvas: inout Canvas, look: Appearance) {
    let title = state.filterText.isEmpty ? "matrices" : "matrices /\(state.filterText)"
    let trailing =
      state.filterText.isEmpty
      ? [Fragment("pruned %", look.roles.muted)]
      : [Fragment("\(rows.matrices.count) of \(state.model.matrices.count)", look.roles.muted)]
    let panel = Panel(
      key: "1", title: title, trailing: trailing, isFocused: state.focus == .matrices)
    let inner = panel.frame(in: rect, on: &canvas, look: look)
    let columns = Columns(
      width: inner.width - 1, labels: rows.matrices.map(state.label(of:)),
      hasSensitivity: !state.sensitivity.isEmpty)
    let list = ListView(
      count: rows.count, offset: state.listOffset, selection: rows.selectedRow,
      isFocused: state.focus == .matrices
    ) { row, _ in [Fragment(text(of: row, columns), style(of: row, look))] }
    canvas.draw(list, in: inner, look: look)
    drawGraphs(in: inner, columns, on: &canvas, look: look)
    if rows.matrices.isEmpty {
      canvas.put(
        state.model.matrices.isEmpty ? "no matrix to prune" : "no matrix matches", x: inner.x + 1,
        y: inner.y + 2, style: look.roles.warning,
        maxWidth: inner.width - 2)
    }
  }

  /// How a row's width is shared out.
  private struct Columns {
    var label: Int
    var sparkline: Int
    /// Of the sensitivity; 0 where none is known or there is no room.
    var sensitivity: Int
    var bar: Int
    /// ` 100.0` or, where there is little room, ` 100`.
    var number: Int

    init(width: Int, labels: [String], hasSensitivity: Bool) {
      let widest = max(11, labels.map { DisplayWidth.of($0) }.max() ?? 0)
      number = width >= 34 ? 6 : 4
      label = min(widest, max(11, width * 2 / 5))
      var rest = max(0, width - label - number - 2)
      sensitivity = hasSensitivity && rest >= 10 ? 2 : 0
      if sensitivity > 0 { rest -= sensitivity + 1 }
      sparkline = rest >= 12 ? min(12, rest * 2 / 5) : rest >= 8 ? 4 : 0
      bar = max(0, rest - sparkline - (sparkline > 0 ? 1 : 0))
    }
  }

  private func text(of row: Int, _ columns: Columns) -> String {
    let text =
      switch rows[row] {
      case .whole: "whole model"
      case .matrix(let index): state.label(of: index)
      }
    return text.truncated(to: columns.label, ellipsis: state.look.symbols.symbol(.ellipsis))
  }

  private func style(of row: Int, _ look: Appearance) -> Style {
    guard let index = rows[row].index else { return look.roles.heading }
    return state.request.excluded.contains(index) ? look.roles.muted : look.roles.text
  }

  /// Draws sparklines, bars and numbers beside the labels of the visible rows.
  private func drawGraphs(
    in inner: Rect, _ columns: Columns, on canvas: inout Canvas, look: Appearance
  ) {
    for (line, y) in inner.rows.enumerated() {
      let row = state.listOffset + line
      guard row < rows.count else { return }
      let background = canvas[inner.x, y].style.background
      var x = inner.x + 1 + columns.label + 1
      if columns.sparkline > 0 {
        if let index = rows[row].index, let bins = state.sparklines[index] {
          let style = look.roles.accent.on(background)
          canvas.draw(
            Sparkline(bins.map(Double.init), style: style),
            in: Rect(x: x, y: y, width: columns.sparkline, height: 1), look: look)
        }
        x += columns.sparkline + 1
      }
      if columns.sensitivity > 0 {
        if let index = rows[row].index {
          let strip = state.sensitivityStrip(of: index, look)
          canvas.draw(
            Sparkline(strip.drops, maximum: strip.maximum, style: strip.style.on(background)),
            in: Rect(x: x, y: y, width: columns.sensitivity, height: 1), look: look)
        }
        x += columns.sensitivity + 1
      }
      drawSparsity(of: rows[row], x: x, y: y, columns, background, on: &canvas, look: look)
    }
  }

  private func drawSparsity(
    of selection: MatrixSelection, x: Int, y: Int, _ columns: Columns, _ background: Color?,
    on canvas: inout Canvas, look: Appearance
  ) {
    if let index = selection.index, state.request.excluded.contains(index) {
      canvas.put(
        columns.bar + columns.number >= 10 ? "left dense" : "dense", x: x, y: y,
        style: look.roles.muted.on(background),
        maxWidth: columns.bar + columns.number)
      return
    }
    if let index = selection.index, state.plan?.skipped.contains(index) == true {
      canvas.put(
        columns.bar + columns.number >= 12 ? "does not fit" : "no fit", x: x, y: y,
        style: look.roles.warning.on(background),
        maxWidth: columns.bar + columns.number)
      return
    }
    guard let share = state.sparsity(of: selection) else { return }
    canvas.draw(
      Bar(share, style: look.roles.kept),
      in: Rect(x: x, y: y, width: columns.bar, height: 1), look: look)
    let text = Percent.text(share, decimals: columns.number > 4 ? 1 : 0)
    canvas.put(
      text, x: x + columns.bar + columns.number - text.count, y: y,
      style: look.roles.text.on(background))
  }
}

extension ExplorerState {
  /// The share of a selection's weights that the plan removes; nil before the index is ready.
  ///
  /// The whole model's share is over all prunable matrices, those left dense included.
  package func sparsity(of selection: MatrixSelection) -> Double? {
    guard let plan else { return nil }
    switch selection {
    case .whole:
      return model.prunable == 0 ? nil : Double(plan.total) / Double(model.prunable)
    case .matrix(let index):
      let weights = model.matrices[index].weights
      return weights == 0 ? nil : Double(plan.pruned[index]) / Double(weights)
    }
  }
}
