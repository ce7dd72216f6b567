import Canvas

/// The question for a task's data, in the middle of the screen.
struct TaskDataBox: Widget {
  let form: TaskDataForm
  let isOpening: Bool

  /// - Parameter screen: the whole of it.
  func draw(in screen: Rect, on canvas: inout Canvas, look: Appearance) {
    let width = screen.overlayWidth(72)
    let message =
      form.problem ?? (isOpening ? "opening…" : form.candidates.joined(separator: "  "))
    let lines = Dialog.wrap([message], to: width - 4).prefix(4)
    let fields = form.hasSplit ? 2 : 1
    let inner = canvas.box(
      "data of \(form.offer.title)", of: Size(width: width, height: fields + lines.count + 3),
      look)
    let (top, hint) = inner.splitBottom(1)
    // The one with the cursor last: where it is put, the terminal's cursor stays.
    if form.hasSplit {
      draw(form.split, isFocused: form.field == .split, in: top, row: 1, on: &canvas, look)
    }
    draw(form.data, isFocused: form.field == .data, in: top, row: 0, on: &canvas, look)
    let style = form.problem == nil ? look.roles.muted : look.roles.error
    for (index, line) in lines.enumerated() {
      canvas.put(line, x: top.x, y: top.y + fields + index, style: style, maxWidth: top.width)
    }
    var hints = [("Enter", "opens it"), ("Tab", "completes")]
    if form.hasSplit { hints.append(("↑↓", "split")) }
    canvas.put(hints + [("Esc", "goes back")], in: hint, look)
  }

  private func draw(
    _ prompt: Prompt, isFocused: Bool, in rect: Rect, row: Int, on canvas: inout Canvas,
    _ look: Appearance
  ) {
    let line = Rect(x: rect.x, y: rect.y + row, width: rect.width, height: 1)
    if isFocused {
      canvas.draw(prompt, in: line, look: look)
    } else {
      let used = canvas.put(prompt.label + " ", x: line.x, y: line.y, style: look.roles.muted)
      canvas.put(
        prompt.text, x: line.x + used, y: line.y, style: look.roles.muted,
        maxWidth: line.width - used)
    }
  }
}
