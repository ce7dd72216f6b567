import Canvas
import Experiments

/// Panel 2: curves over sparsity, of the selected run or of all marked ones.
struct CurvesPanel: Widget {
  let state: RunsState

  init(_ state: RunsState) { self.state = state }

  func draw(in rect: Rect, on canvas: inout Canvas, look: Appearance) {
    let curves = state.shownCurves
    let task = state.task.map { " · \($0)" } ?? ""
    let more = state.tasks.count > 1 ? [Fragment("t next task", look.roles.muted)] : []
    let panel = Panel(
      key: "2", title: "score % over sparsity\(task)", trailing: more,
      isFocused: state.focus == .curves)
    var inner = panel.frame(in: rect, on: &canvas, look: look)
    guard !curves.isEmpty else {
      let text =
        state.selectedDetail == nil
        ? state.emptyDetailText : "The curve begins with the first finished cell"
      canvas.put(text, in: inner, style: look.roles.muted)
      return
    }
    inner = drawLegend(curves, in: inner, on: &canvas, look)
    canvas.draw(RunsPlots.sparsity(curves), in: inner, look: look)
  }

  /// A line for each curve, as many as leave the plot most of the room.
  private func drawLegend(
    _ curves: [NamedCurve], in inner: Rect, on canvas: inout Canvas,
    _ look: Appearance
  ) -> Rect {
    let limit = inner.height >= 9 ? max(1, inner.height / 4) : inner.height >= 6 ? 1 : 0
    let (plot, legend) = inner.splitBottom(min(curves.count, limit))
    for (index, y) in legend.rows.enumerated() {
      let (name, curve) = (curves[index].name, curves[index].curve)
      let style = look.roles.series[index % look.roles.series.count]
      let isLast = index == legend.height - 1 && curves.count > legend.height
      let hidden = isLast ? "  and \(curves.count - legend.height) more" : ""
      let room = legend.width - DisplayWidth.of(name + hidden) - 5
      let finding: Fragment
      switch curve.turn {
      case .found(let turn):
        let sign = look.symbols.symbol(.essential)
        // Without its interval before it is cut in the middle of a number.
        let texts = [
          "\(sign) essential \(RunsPlots.text(turn)) %",
          "\(sign) \(Percent.text(turn.sparsity, decimals: 0)) %",
        ]
        finding = Fragment(
          texts.first { DisplayWidth.of($0) <= room } ?? "", look.roles.essential)
      case .undecided(let doubt):
        let text = curve.scale.text(doubt, tolerance: curve.tolerance)
        finding = Fragment(
          text.truncated(to: max(0, room), ellipsis: look.symbols.symbol(.ellipsis)),
          look.roles.muted)
      }
      canvas.put(
        [
          Fragment(" \(look.symbols.marker(index, solid: true)) ", style),
          Fragment(name + "  ", look.roles.text), finding, Fragment(hidden, look.roles.muted),
        ], x: legend.x, y: y, maxWidth: legend.width)
    }
    return plot
  }
}

/// Panel 3: how the running cells train, or how the chosen one did.
struct TrainingPanel: Widget {
  let state: RunsState

  init(_ state: RunsState) { self.state = state }

  func draw(in rect: Rect, on canvas: inout Canvas, look: Appearance) {
    let trainings = state.shownTrainings
    let last = trainings.count == 1 ? trainings[0].losses.last : nil
    let panel = Panel(
      key: "3", title: "training loss",
      trailing: last.map {
        [Fragment("step \($0.step)  loss \(NumberText.decimals($0.value, 3))", look.roles.muted)]
      } ?? [], isFocused: state.focus == .training)
    var inner = panel.frame(in: rect, on: &canvas, look: look)
    guard !trainings.isEmpty else {
      let text =
        state.selectedDetail == nil
        ? state.emptyDetailText : "No cell has trained; 4 and ↓ choose another cell"
      canvas.put(text, in: inner, style: look.roles.muted)
      return
    }
    if inner.height >= 6 {
      let (rest, legend) = inner.splitBottom(
        min(trainings.count, max(1, inner.height / 5)))
      inner = rest
      for (index, y) in legend.rows.enumerated() {
        let style = look.roles.series[index % look.roles.series.count]
        let name = trainings[index].cell.keepingEnd(to: legend.width - 4, look)
        canvas.put(
          [
            Fragment(" \(look.symbols.marker(index, solid: true)) ", style),
            Fragment(name, look.roles.text),
          ], x: legend.x, y: y, maxWidth: legend.width)
      }
    }
    let hasScores = trainings.contains { !$0.scores.isEmpty } && inner.height >= 12
    let parts = inner.splitRows(hasScores ? [.share(3), .fixed(1), .share(2)] : [.share(1)])
    canvas.draw(RunsPlots.losses(trainings), in: parts[0], look: look)
    if hasScores {
      canvas.put("score %", x: parts[1].x + 1, y: parts[1].y, style: look.roles.muted)
      canvas.draw(RunsPlots.scores(trainings), in: parts[2], look: look)
    }
  }
}

/// Panel 5: one curve minus another, seed by seed.
struct DifferencePanel: Widget {
  let state: RunsState

  init(_ state: RunsState) { self.state = state }

  func draw(in rect: Rect, on canvas: inout Canvas, look: Appearance) {
    let named = state.difference
    let title = named.map { "\($0.second) − \($0.first)" } ?? "difference"
    let unit = named?.scale == .share ? "points" : "nats"
    let panel = Panel(
      key: "5", title: title,
      trailing: named == nil ? [] : [Fragment(unit, look.roles.muted)],
      isFocused: state.focus == .difference)
    let inner = panel.frame(in: rect, on: &canvas, look: look)
    guard let named else {
      canvas.put(
        state.marks.count >= 2
          ? "The first two marked runs have no curves of the same task yet."
          : "Mark two runs with Space: the second minus the first stands here, level by level.",
        in: inner, style: look.roles.muted)
      return
    }
    canvas.draw(RunsPlots.difference(named), in: inner, look: look)
  }
}

/// Panel 6: how alike the kept masks are.
struct MasksPanel: Widget {
  let state: RunsState

  init(_ state: RunsState) { self.state = state }

  func draw(in rect: Rect, on canvas: inout Canvas, look: Appearance) {
    let masks = state.masks.flatMap { $0.question == state.maskQuestion ? $0 : nil }
    let panel = Panel(
      key: "6", title: title(masks), isFocused: state.focus == .masks)
    let inner = panel.frame(in: rect, on: &canvas, look: look)
    if let place = state.compared.compactMap({ state.run($0.run)?.place }).first {
      canvas.put(
        "The masks are on \(place.host) and are compared there: "
          + "\(place.command) runs masks \(place.run)", in: inner, style: look.roles.muted)
      return
    }
    guard let masks else {
      canvas.put(
        state.maskQuestion == nil ? state.emptyDetailText : "comparing the masks", in: inner,
        style: look.roles.muted)
      return
    }
    guard masks.problem == nil, !masks.rows.isEmpty else {
      canvas.put(masks.problem ?? "No masks to compare", in: inner, style: look.roles.muted)
      return
    }
    canvas.draw(RunsPlots.masks(masks), in: inner, look: look)
  }

  private func title(_ masks: MaskTable?) -> String {
    guard let masks, masks.question.first != masks.question.second else {
      return "cosine × 100 of masks, by sparsity %"
    }
    return "cosine × 100 of masks: run 1 down, run 2 across"
  }
}

/// Panel 7: what the run was made with, and how to make it again.
struct RecordPanel: Widget {
  let state: RunsState

  init(_ state: RunsState) { self.state = state }

  func draw(in rect: Rect, on canvas: inout Canvas, look: Appearance) {
    let panel = Panel(
      key: "7", title: "record", trailing: [Fragment("y copies the command", look.roles.muted)],
      isFocused: state.focus == .record)
    let inner = panel.frame(in: rect, on: &canvas, look: look)
    let lines = lines(width: inner.width)
    guard !lines.isEmpty else {
      canvas.put(state.emptyDetailText, in: inner, style: look.roles.muted)
      return
    }
    canvas.draw(
      ListView(count: lines.count, offset: state.recordOffset) { index, _ in
        [
          Fragment(lines[index].label.padded(to: labelWidth, look), look.roles.muted),
          Fragment(lines[index].value, look.roles.text),
        ]
      }, in: inner, look: look)
  }

  private var labelWidth: Int { 10 }

  /// The record in lines that fit; hashes and commands are wrapped, never cut.
  func lines(width: Int) -> [RecordLine] {
    let room = max(8, width - labelWidth - 3)
    // The header has room for the beginning only of what is wrong with a machine.
    var lines = state.hosts.compactMap { $0.trouble(state.look) }.map { RecordLine("machine", $0) }
    if let detail = state.selectedDetail {
      lines += [RecordLine("repeat", detail.command)] + detail.record
    }
    return lines.flatMap { line in
      guard DisplayWidth.of(line.value) > room else { return [line] }
      return Dialog.wrap([line.value], to: room).enumerated().map { index, text in
        RecordLine(index == 0 ? line.label : "", text)
      }
    }
  }
}
