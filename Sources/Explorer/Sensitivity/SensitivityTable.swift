import Canvas
import Experiments

/// The parts of the model, the most sensitive first, and what the task loses when each alone is
/// pruned.
struct SensitivityTable: Widget {
  let state: ExplorerState
  let selection: Int
  private let plan: SensitivityPlan
  private let ranked: [SensitivitySubject]

  init(_ state: ExplorerState, selection: Int) {
    self.state = state
    self.selection = selection
    plan = state.sensitivityPlan
    ranked = state.sensitivity.ranking(of: plan)
  }

  private static let column = 8

  func draw(in rect: Rect, on canvas: inout Canvas, look: Appearance) {
    let names = max(12, ranked.map { DisplayWidth.of(plan.title(of: $0)) }.max() ?? 0)
    let memory = state.activations?.text
    let width = rect.overlayWidth(
      max(names + 4 + Self.column * plan.levels.count, (memory?.count ?? 0) + 4))
    let feet = memory == nil ? 1 : 2
    let frame = ChoiceBox.frame(Size(width: width, height: ranked.count + 4 + feet), on: rect)
    let inner = Panel(title: "sensitivity", isFocused: true).frame(
      in: frame, on: &canvas, look: look)
    let (head, below) = inner.splitTop(2)
    let (list, hint) = below.splitBottom(feet)
    let room = max(0, list.width - 2 - Self.column * plan.levels.count)
    canvas.put(
      "lost when pruned alone, \(unit)", x: head.x + 1, y: head.y, style: look.roles.muted,
      maxWidth: head.width - 2)
    let titles = plan.levels.map {
      "\(Percent.text($0.fraction, decimals: 0)) %".right(Self.column)
    }
    canvas.put(
      titles.joined(), x: head.x + 1 + room, y: head.y + 1, style: look.roles.heading,
      maxWidth: head.width - room - 1)
    let offset = ListView.offset(
      keeping: selection, height: list.height, count: ranked.count, previous: 0)
    canvas.draw(
      ListView(count: ranked.count, offset: offset, selection: selection) { row, _ in
        fragments(of: ranked[row], room: room, look)
      }, in: list, look: look)
    let (note, keys) = hint.splitTop(feet - 1)
    if let memory {
      canvas.put(
        memory, x: note.x + 1, y: note.y, style: look.roles.muted, maxWidth: note.width - 2)
    }
    canvas.put([("Enter", "selects it"), ("Esc", "goes back")], in: keys, look)
  }

  private var unit: String { state.scale == .share ? "in points" : "in nats" }

  private func fragments(
    of subject: SensitivitySubject, room: Int, _ look: Appearance
  ) -> [Fragment] {
    let title = plan.title(of: subject).truncated(
      to: max(0, room - 1), ellipsis: look.symbols.symbol(.ellipsis))
    let gap = String(repeating: " ", count: max(0, room - DisplayWidth.of(title)))
    let cells = plan.levels.map { level -> Fragment in
      guard let difference = state.sensitivity[.init(subject: subject, level: level)] else {
        return Fragment("·".right(Self.column), look.roles.muted)
      }
      let drop = -difference.mean
      let isFelt = difference.interval.high < 0
      let text =
        state.scale == .share ? Percent.text(drop) : Percent.text(drop / 100, decimals: 3)
      return Fragment(
        text.right(Self.column),
        !isFelt
          ? look.roles.muted : drop > state.toleratedDrop ? look.roles.warning : look.roles.text)
    }
    return [Fragment(title + gap, look.roles.text)] + cells
  }
}

extension String {
  fileprivate func right(_ width: Int) -> String {
    String(repeating: " ", count: max(0, width - count)) + self
  }
}
