import Canvas

extension ExplorerState {
  func parts(of layout: ScreenLayout) -> [(part: any Widget, rect: Rect)] {
    let lines: [(part: any Widget, rect: Rect)] = [
      (Header(self), layout.header), (SliderLine(self), layout.slider),
      (StorageLine(self, speed: measuredSpeed), layout.storage),
    ]
    return lines + layout.panels.map { (widget(of: $0.key), $0.value) }
  }

  private func widget(of panel: PanelID) -> any Widget {
    switch panel {
    case .matrices: MatricesPanel(self)
    case .magnitudes: MagnitudesPanel(self)
    case .accuracy: AccuracyPanel(self)
    case .heatMap: HeatMapPanel(self)
    case .maskMap: MaskMapPanel(self)
    }
  }

  func draw(_ own: ExplorerOverlay, on canvas: inout Canvas) {
    let screen = canvas.bounds
    switch own {
    case .level(let text, _): drawLevel(text, in: layout.hints, on: &canvas)
    case .methods(let list, _):
      let box = ChoiceBox("method", list) { .init(name: $0.title, detail: $0.explanation) }
      canvas.draw(box, in: screen, look: look)
    case .tasks(let list):
      let hasOtherData = list.selected.source != .embedded && list.selected.obstacle == nil
      let box = ChoiceBox(
        "task", list, keeps: "opens it", other: hasOtherData ? ("d", "other data") : nil
      ) { $0.row(isPresent: $0.name == task?.name) }
      canvas.draw(box, in: screen, look: look)
    case .sensitivity(let selection):
      canvas.draw(SensitivityTable(self, selection: selection), in: screen, look: look)
    case .taskData(let form):
      let box = TaskDataBox(form: form, isOpening: opening != nil)
      canvas.draw(box, in: screen, look: look)
    }
  }

  /// What is being typed takes the place of the last line.
  private func drawLevel(_ text: String, in rect: Rect, on canvas: inout Canvas) {
    canvas.fill(rect, style: look.roles.text)
    let pieces = [
      Fragment(" go to ", look.roles.keyHint), Fragment(text, look.roles.heading),
      Fragment("_", look.roles.level),
      Fragment("  % or N:M, Enter; Esc leaves", look.roles.muted),
    ]
    canvas.put(pieces, x: rect.x, y: rect.y, maxWidth: rect.width)
  }
}

extension TaskOffer {
  /// What the list says of the task.
  fileprivate func row(isPresent: Bool) -> ChoiceBox.Row {
    func row(_ detail: String, _ path: String = "") -> ChoiceBox.Row {
      .init(name: title, detail: detail, path: path)
    }
    let sign = isPresent ? "now · " : ""
    if let obstacle { return row(obstacle) }
    if case .embedded = source { return row(sign + "the images in the program") }
    guard let remembered, let data = remembered.data else {
      return row("no data yet: Enter to give a \(source.noun)")
    }
    return row(sign + (remembered.split.map { "\($0) · " } ?? ""), data)
  }
}
