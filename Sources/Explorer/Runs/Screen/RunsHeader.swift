import Canvas
import Experiments

/// The top line: how many runs there are and how they stand.
struct RunsHeader: Widget {
  let state: RunsState

  init(_ state: RunsState) { self.state = state }

  func draw(in rect: Rect, on canvas: inout Canvas, look: Appearance) {
    var right = state.helpHint
    if state.isReadOnly { right.insert(Fragment("read-only  ", look.roles.warning), at: 0) }
    let left = [
      Fragment(rect.width >= 60 ? " sparsescope  " : " ", look.roles.accent.adding(.bold)),
      Fragment(rect.width >= 60 ? "experiments" : "runs", look.roles.heading),
    ]
    let room = rect.width - right.width
    let counts = counts(width: room - left.width - 1)
    canvas.put(
      left + [Fragment(counts, look.roles.text)], x: rect.x, y: rect.y, maxWidth: max(0, room - 1))
    canvas.put(right, x: rect.x + max(0, room), y: rect.y)
    guard rect.height > 1 else { return }
    let line = Rect(x: rect.x, y: rect.y + 1, width: rect.width, height: 1)
    canvas.draw(HostsLine(hosts: state.hosts), in: line, look: look)
  }

  /// How many runs are in each state, as many states as there is room for; those that a person may
  /// want to do something about come first.
  private func counts(width: Int) -> String {
    guard let runs = state.runs else { return "" }
    guard !runs.isEmpty else { return " · no runs" }
    var text = ""
    for state in [RunState.running, .paused, .failed, .interrupted, .queued, .finished, .cancelled]
    {
      let count = runs.count { $0.state == state }
      guard count > 0 else { continue }
      let longer = text + (text.isEmpty ? " · " : ", ") + "\(count) \(state.rawValue)"
      if DisplayWidth.of(longer) > width { break }
      text = longer
    }
    return text
  }
}
