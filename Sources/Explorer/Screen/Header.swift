import Canvas
import Experiments

/// The top line: what is open, how it is pruned, and what the engine is doing.
struct Header: Widget {
  let state: ExplorerState

  init(_ state: ExplorerState) { self.state = state }

  func draw(in rect: Rect, on canvas: inout Canvas, look: Appearance) {
    let right = right(look)
    let rightStart = rect.maxX - right.width
    let left = identity(look, width: rightStart - rect.x - 1).pieces
    canvas.put(left, x: rect.x, y: rect.y, maxWidth: max(0, rightStart - rect.x))
    canvas.put(right, x: max(rect.x, rightStart), y: rect.y)
  }

  private func right(_ look: Appearance) -> [Fragment] {
    status(look) + [Fragment("  ", look.roles.text)] + state.helpHint
  }

  /// Where the task is written, so that the mouse can choose another; nil where it is not.
  func taskColumns(in rect: Rect, look: Appearance) -> Range<Int>? {
    identity(look, width: rect.width - right(look).width - 1).task.map {
      rect.x + $0.lowerBound..<rect.x + $0.upperBound
    }
  }

  /// As much of who, what and how as there is room for, and the columns of the task; the model's
  /// name is the last to go.
  private func identity(
    _ look: Appearance, width: Int
  ) -> (pieces: [Fragment], task: Range<Int>?) {
    let program = Fragment(" sparsescope  ", look.roles.accent.adding(.bold))
    let name = Fragment(state.model.name, look.roles.heading)
    var task: [Fragment] = []
    if case .available(let title, let examples, _, _, _) = state.model.evaluation {
      task = [
        Fragment(" ▸ ", look.roles.muted),
        Fragment("\(title) \(examples)", look.roles.text),
      ]
    }
    let method = [
      Fragment(" · ", look.roles.muted),
      Fragment(state.methodTitle, look.roles.text),
    ]
    let blank = Fragment(" ", look.roles.text)
    // On a narrow screen the task says more than the program's name.
    for lead in [[program, name], [blank, name]] {
      let whole = lead + task + method
      guard whole.width <= width else { continue }
      let columns = lead.width..<(lead + task).width
      return (whole, columns.isEmpty ? nil : columns)
    }
    for short in [[program, name] + method, [blank, name] + method] where short.width <= width {
      return (short, nil)
    }
    let cut = state.model.name.truncated(
      to: max(0, width - 1), ellipsis: look.symbols.symbol(.ellipsis))
    return ([Fragment(" " + cut, look.roles.heading)], nil)
  }

  private func status(_ look: Appearance) -> [Fragment] {
    let spinner = String(
      ProgressBar.spinner(Int(state.clock * 10), symbols: look.symbols))
    if state.indexFailure != nil {
      return [Fragment("cannot be indexed", look.roles.error)]
    }
    if let opening = state.opening {
      let title = state.offer(named: opening.selection.name)?.title ?? opening.selection.name
      let time = NumberText.clock(state.clock - opening.started)
      return [
        Fragment("\(spinner) opening \(title)", look.roles.accent),
        Fragment("  \(time)", look.roles.muted),
      ]
    }
    if state.preview == nil {
      let total = state.model.matrices.count
      return [Fragment("\(spinner) indexing \(state.indexedCount)/\(total)", look.roles.accent)]
    }
    switch state.engine {
    case .idle: return []
    case .paused: return [Fragment("paused", look.roles.warning)]
    case .failed: return [Fragment("evaluation failed", look.roles.error)]
    case .probing(_, let done, let total):
      return [Fragment("sensitivity \(done)/\(total)", look.roles.muted)]
    case .evaluating(let level, let done, let total):
      let time = NumberText.clock(state.clock - state.levelStarted)
      return [
        Fragment("\(spinner) ", look.roles.accent),
        Fragment("\(Percent.text(level.fraction)) %", look.roles.text),
        Fragment(" \(done)/\(total)  \(time)", look.roles.muted),
      ]
    }
  }
}

extension ExplorerState {
  var methodTitle: String { request.methodTitle }
}

extension PruningRequest {
  /// The method with the pattern that the level gives it: `2:4 along inputs`.
  package var methodTitle: String {
    guard case .nm(let groupSize) = method else { return method.title }
    let kept = Int(((1 - sparsity) * Double(groupSize)).rounded(.toNearestOrEven))
    return "\(NMPattern(n: kept, m: groupSize)) along inputs"
  }
}
