import Canvas

extension RunsState {
  func parts(of layout: RunsLayout) -> [(part: any Widget, rect: Rect)] {
    [(RunsHeader(self), layout.header)]
      + layout.panels.map { (widget(of: $0.key), $0.value) }
  }

  private func widget(of panel: RunsPanel) -> any Widget {
    switch panel {
    case .runs: RunsListPanel(self)
    case .curves: CurvesPanel(self)
    case .training: TrainingPanel(self)
    case .cells: CellsPanel(self)
    case .difference: DifferencePanel(self)
    case .masks: MasksPanel(self)
    case .record: RecordPanel(self)
    }
  }

  func draw(_ own: RunsOverlay, on canvas: inout Canvas) {
    switch own {
    case .export(let list):
      let title = marks.count > 1 ? "export \(marks.count) runs" : "export"
      let box = ChoiceBox(title, list, keeps: "writes it") {
        .init(name: $0.rawValue, detail: $0.explanation)
      }
      canvas.draw(box, in: canvas.bounds, look: look)
    case .cancelling(let id):
      guard let run = run(id) else { return }
      let dialog = Dialog(
        title: "cancel this run?",
        message: [
          run.name,
          "\(run.done) of \(run.total) cells are finished and stay. What the others have done "
            + "since their last checkpoint is lost.",
        ], choices: [("y", "cancels the run"), ("any other key", "leaves it alone")])
      canvas.draw(dialog, in: dialog.frame(on: canvas.bounds), look: look)
    }
  }
}
