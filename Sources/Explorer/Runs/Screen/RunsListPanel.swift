import Canvas
import Experiments

/// Panel 1: every run with its state, its progress and how long it will take.
///
/// A run takes two lines, or one where there is room for everything side by side.
struct RunsListPanel: Widget {
  let state: RunsState
  let runs: [RunRow]

  init(_ state: RunsState) {
    self.state = state
    runs = state.visibleRuns
  }

  var selectedIndex: Int? { runs.firstIndex { $0.id == state.selection } }

  private static func linesPerRun(_ inner: Rect) -> Int { inner.width >= 90 ? 1 : 2 }

  /// How many runs are visible at once.
  func capacity(in rect: Rect) -> Int {
    let inner = Panel.interior(of: rect)
    return max(1, inner.height / Self.linesPerRun(inner))
  }

  /// The run under a place, for the mouse.
  func run(at point: Point, in rect: Rect) -> RunRow? {
    let inner = Panel.interior(of: rect)
    guard inner.contains(point) else { return nil }
    let index = state.listOffset + (point.y - inner.y) / Self.linesPerRun(inner)
    return runs.indices.contains(index) ? runs[index] : nil
  }

  func draw(in rect: Rect, on canvas: inout Canvas, look: Appearance) {
    let all = state.runs?.count ?? 0
    let title = state.filterText.isEmpty ? "runs" : "runs /\(state.filterText)"
    let counts = state.filterText.isEmpty ? "by \(state.orderName)" : "\(runs.count) of \(all)"
    let panel = Panel(
      key: "1", title: title, trailing: [Fragment(counts, look.roles.muted)],
      isFocused: state.focus == .runs)
    let inner = panel.frame(in: rect, on: &canvas, look: look)
    guard !runs.isEmpty else {
      canvas.put(emptyText(all), in: inner, style: look.roles.muted)
      return
    }
    let lines = Self.linesPerRun(inner)
    let isScrolling = runs.count > capacity(in: rect)
    let body = inner.inset(right: isScrolling ? 1 : 0)
    for (place, run) in runs.dropFirst(state.listOffset).prefix(capacity(in: rect)).enumerated() {
      let line = Rect(x: body.x, y: body.y + place * lines, width: body.width, height: lines)
        .intersection(body)
      draw(run, in: line, on: &canvas, look)
    }
    if isScrolling {
      canvas.draw(
        Scrollbar(count: runs.count * lines, offset: state.listOffset * lines),
        in: Rect(x: inner.maxX - 1, y: inner.y, width: 1, height: inner.height), look: look)
    }
  }

  private func emptyText(_ all: Int) -> String {
    if state.runs == nil { return "looking for runs" }
    if !state.hosts.isEmpty, all == 0 {
      if state.hosts.allSatisfy({ $0.connection == .connected }) { return "No runs there yet." }
      let troubles = state.hosts.compactMap { $0.trouble(state.look) }
      return (["Nothing has been heard of runs yet."] + troubles).joined(separator: " ")
    }
    if all > 0 { return "No run matches the filter; Esc shows all" }
    return "No runs yet. `sparsescope reproduce --list` names the paper's experiments; "
      + "`sparsescope run SPEC` runs one from a file."
  }

  private func draw(
    _ run: RunRow, in rect: Rect, on canvas: inout Canvas, _ look: Appearance
  ) {
    let isSelected = run.id == state.selection
    let sign = StateSign(run.state, look)
    let mark = state.marks.firstIndex(of: run.id).map { "\($0 + 1)" } ?? " "
    let lead = [
      Fragment(
        isSelected ? String(look.symbols.symbol(.selected)) : " ",
        state.focus == .runs ? look.roles.level : look.roles.muted),
      Fragment(mark.padded(to: 2, look), look.roles.keyHint), sign.fragment,
      Fragment(" ", look.roles.text),
    ]
    let room = rect.width - lead.width
    let status = status(run, width: rect.height == 1 ? 58 : room, look)
    let isOld = run.place?.asOf != nil
    let host = state.showsHosts ? "\(run.place?.host ?? "here") " : ""
    let nameStyle =
      isOld ? look.roles.muted : isSelected ? look.roles.heading : look.roles.text
    let statusX: Int
    if rect.height == 1 {
      let used = status.width + DisplayWidth.of(host) + 1
      let name = run.name.keepingBothEnds(to: max(8, room - used), look)
      canvas.put(
        lead + [Fragment(host, look.roles.muted), Fragment(name + " ", nameStyle)] + status,
        x: rect.x, y: rect.y, maxWidth: rect.width)
      statusX = rect.x + lead.width + DisplayWidth.of(host + name) + 1
    } else {
      let name = run.name.keepingBothEnds(to: max(8, room - DisplayWidth.of(host)), look)
      canvas.put(
        lead + [Fragment(host, look.roles.muted), Fragment(name, nameStyle)], x: rect.x,
        y: rect.y, maxWidth: rect.width)
      statusX = rect.x + lead.width
      canvas.put(status, x: statusX, y: rect.y + 1, maxWidth: room)
    }
    guard isSelected, state.focus == .runs else { return }
    let bar = Rect(
      x: statusX + status[0].text.count, y: rect.maxY - 1, width: status[1].text.count, height: 1)
    select(rect, without: bar, on: &canvas, look)
  }

  /// Marks the selected run; a bar that is drawn in reverse would show what is left to do.
  private func select(
    _ rect: Rect, without bar: Rect, on canvas: inout Canvas, _ look: Appearance
  ) {
    let parts = [
      rect.inset(bottom: 1),
      Rect(x: rect.x, y: bar.y, width: bar.x - rect.x, height: 1),
      Rect(x: bar.maxX, y: bar.y, width: rect.maxX - bar.maxX, height: 1),
    ]
    for part in parts {
      canvas.restyle(part.intersection(rect)) { style in
        style.background = look.roles.selection.background
        style.attributes.formUnion(look.roles.selection.attributes)
      }
    }
  }

  /// The state in a word, the bar, the counts, and as much of pace and time as there is room for.
  private func status(_ run: RunRow, width: Int, _ look: Appearance) -> [Fragment] {
    let asOf = run.place?.asOf
    let word = Fragment(
      (run.state.rawValue + (asOf.map { ", as of \($0)" } ?? "")).padded(
        to: asOf == nil ? 12 : 25, look),
      asOf == nil ? StateSign(run.state, look).style : look.roles.muted)
    let counts = Fragment(" \(run.done)/\(run.total)", look.roles.text)
    var rest: [Fragment] = []
    func add(_ texts: String..., style: Style) {
      for text in texts {
        let piece = Fragment(" " + text, style)
        let sum = word.text.count + counts.text.count + rest.width + piece.text.count
        guard sum + 5 <= width else { continue }
        rest.append(piece)
        return
      }
    }
    if run.failed > 0 { add("\(run.failed) failed", style: look.roles.error) }
    if let slurm = run.slurm {
      // Without the reason, and without what runs, where there is less room.
      add(
        slurm, slurm.split(separator: " ").prefix(2).joined(separator: " "), style: look.roles.muted
      )
    }
    if let left = run.secondsLeft.map(NumberText.clock) {
      add(left + " left", left, style: look.roles.text)
    }
    if let rate = run.cellsPerHour {
      add(NumberText.short(Int(rate.rounded())) + "/h", style: look.roles.muted)
    }
    if run.state == .finished, let turn = run.turn {
      add("ess. \(Percent.text(turn, decimals: 0)) %", style: look.roles.essential)
    }
    let used = word.text.count + counts.text.count + rest.width
    let bar = Bar(run.progress, style: look.roles.accent)
      .fragment(width: min(max(0, width - used), 12), look: look)
    return [word, bar, counts] + rest
  }
}

extension RunsState {
  /// Whether rows say which machine they are of.
  var showsHosts: Bool {
    guard !hosts.isEmpty else { return false }
    return hosts.count > 1 || (runs ?? []).contains { $0.place == nil }
  }

  var orderName: String { order == .created ? "time" : order.rawValue }
}
