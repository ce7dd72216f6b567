import Canvas
import Experiments
import Foundation

/// Panel 4: the cells of the selected run.
struct CellsPanel: Widget {
  let state: RunsState
  private let cells: [CellRow]

  init(_ state: RunsState) {
    self.state = state
    cells = state.selectedDetail?.cells ?? []
  }

  /// The rows of cells; the heading and a failure's message take the others.
  func capacity(in rect: Rect) -> Int { parts(of: Panel.interior(of: rect)).list.height }

  func cell(at point: Point, in rect: Rect) -> CellRow? {
    let list = parts(of: Panel.interior(of: rect)).list
    let index = state.cellOffset + point.y - list.y
    return list.contains(point) && cells.indices.contains(index) ? cells[index] : nil
  }

  private func parts(of inner: Rect) -> (heading: Rect, list: Rect, message: Rect) {
    let (heading, rest) = inner.splitTop(inner.height >= 4 ? 1 : 0)
    let wanted = message(width: inner.width).count
    let (list, message) = rest.splitBottom(rest.height >= 5 ? min(wanted, rest.height / 2) : 0)
    return (heading, list, message)
  }

  private func message(width: Int) -> [String] {
    guard let cell = state.selectedCell,
      let message = cell.slurm
        ?? ([.failed, .interrupted].contains(cell.state) ? cell.message : nil)
    else { return [] }
    return Dialog.wrap([message], to: max(1, width - 2))
  }

  func draw(in rect: Rect, on canvas: inout Canvas, look: Appearance) {
    let counts = Dictionary(grouping: cells, by: \.state).mapValues(\.count)
    let words = [CellRow.State.running, .paused, .interrupted, .failed, .blocked, .waiting]
      .compactMap { state in counts[state].map { "\($0) \(state.rawValue)" } }
    let panel = Panel(
      key: "4", title: "cells \(counts[.finished] ?? 0)/\(cells.count)",
      trailing: [Fragment(words.prefix(3).joined(separator: ", "), look.roles.muted)],
      isFocused: state.focus == .cells)
    let inner = panel.frame(in: rect, on: &canvas, look: look)
    guard !cells.isEmpty else {
      canvas.put(state.emptyDetailText, in: inner, style: look.roles.muted)
      return
    }
    let parts = parts(of: inner)
    let columns = Columns(width: inner.width - 2, cells)
    if !parts.heading.isEmpty {
      canvas.put(
        " " + columns.heading(look), x: inner.x, y: inner.y, style: look.roles.muted,
        maxWidth: inner.width)
    }
    canvas.draw(
      ListView(
        count: cells.count, offset: state.cellOffset,
        selection: cells.firstIndex { $0.id == state.selectedCell?.id },
        isFocused: state.focus == .cells
      ) { index, _ in columns.row(cells[index], look) }, in: parts.list, look: look)
    let style =
      state.selectedCell?.state == .failed ? look.roles.error : look.roles.muted
    for (line, y) in zip(message(width: inner.width), parts.message.rows) {
      canvas.put(line, x: inner.x + 1, y: y, style: style, maxWidth: inner.width - 2)
    }
  }

  /// Which columns there is room for.
  private struct Columns {
    private enum Column: CaseIterable {
      case state, step, loss, score, interval, time

      var heading: String {
        switch self {
        case .state: "state"
        case .step: "step"
        case .loss: "loss"
        case .score: "score"
        case .interval: "95 % interval"
        case .time: "time"
        }
      }

      var width: Int {
        switch self {
        case .state: 11
        case .step: 11
        case .loss: 6
        case .score: 6
        case .interval: 13
        case .time: 8
        }
      }
    }

    private let id: Int
    /// What all cells begin with, written once in the heading.
    private let prefix: Int
    private let title: String
    private let shown: [Column]
    /// Of the column of states, whose words are longer where Slurm has a reason to give.
    private let stateWidth: Int

    init(width: Int, _ cells: [CellRow]) {
      let ids = cells.map(\.id)
      let words = cells.compactMap { $0.slurm?.count }.max() ?? 0
      let stateWidth = max(Column.state.width, width >= 60 ? min(words, 22) : 0)
      self.stateWidth = stateWidth
      let common = ids.reduce(ids.first ?? "") { $0.commonPrefix(with: $1) }
      // Whole words, and nothing where it would leave no name at all.
      prefix = ids.count > 1 ? (common.lastIndex(of: "-").map { common[...$0].count } ?? 0) : 0
      title = "cell" + (prefix > 0 ? " " + common.prefix(prefix) : "")
      let longest = (ids.map(\.count).max() ?? 0) - prefix
      let least = min(longest, width >= 60 ? 26 : 20)
      var left = width - 2 - least
      var chosen: Set<Column> = []
      for column in [Column.score, .state, .step, .loss, .time, .interval] {
        let needed = (column == .state ? stateWidth : column.width) + 1
        guard left >= needed else { continue }
        chosen.insert(column)
        left -= needed
      }
      shown = Column.allCases.filter(chosen.contains)
      id = min(longest, least + max(0, left))
    }

    func heading(_ look: Appearance) -> String {
      "  " + title.padded(to: id, look)
        + shown.map { column in
          column == .state
            ? " " + column.heading.padded(to: stateWidth, look)
            : " " + column.heading.rightAligned(to: column.width, look)
        }.joined()
    }

    func row(_ cell: CellRow, _ look: Appearance) -> [Fragment] {
      let sign = StateSign(cell.state, look)
      return [
        sign.fragment,
        Fragment(" " + String(cell.id.dropFirst(prefix)).keepingEnd(to: id, look), look.roles.text),
      ]
        + shown.map { column in
          let text = text(column, of: cell)
          return column == .state
            ? Fragment(" " + text.padded(to: stateWidth, look), sign.style)
            : Fragment(" " + text.rightAligned(to: column.width, look), look.roles.text)
        }
    }

    private func text(_ column: Column, of cell: CellRow) -> String {
      switch column {
      // The reason stands below the list, too.
      case .state:
        cell.slurm.map { $0.count > stateWidth ? String($0.prefix { $0 != " " }) : $0 }
          ?? cell.state.rawValue
      case .step:
        cell.step.map { step in "\(step)" + (cell.steps.map { "/\($0)" } ?? "") } ?? ""
      case .loss: cell.loss.map { NumberText.decimals($0, 3) } ?? ""
      case .score: cell.score.map(CellRow.text(score:)) ?? ""
      case .interval:
        cell.interval.map { "\(CellRow.text(score: $0.low))-\(CellRow.text(score: $0.high))" } ?? ""
      case .time: cell.seconds.map(NumberText.clock) ?? ""
      }
    }
  }
}

extension CellRow {
  /// A share in percent; what is none, such as a log-likelihood, as it is.
  static func text(score: Double) -> String {
    (0...1) ~= score ? Percent.text(score) : NumberText.decimals(score, 3)
  }
}

extension RunsState {
  /// What a panel says that has nothing to show of the selected run.
  var emptyDetailText: String {
    guard selection != nil else {
      return runs == nil ? "looking for runs" : "no run is selected"
    }
    return selectedDetail == nil ? "reading the run" : "nothing yet"
  }
}
