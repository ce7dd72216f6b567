import Canvas
import Experiments

/// The top line: what is open, how it is pruned, and what the engine is doing.
struct Header: Widget {
  let state: ExplorerState

  init(_ state: ExplorerState) { self.state = state }

  func draw(in rect: Rect, on canvas: inout Canvas, look: Appearance) {
    let right =
      status(look) + [
        Fragment("  ", look.roles.text), Fragment("?", look.roles.keyHint),
        Fragment(" help ", look.roles.muted),
      ]
    let rightStart = rect.maxX - right.width
    let left = identity(look, width: rightStart - rect.x - 1)
    canvas.put(left, x: rect.x, y: rect.y, maxWidth: max(0, rightStart - rect.x))
    canvas.put(right, x: max(rect.x, rightStart), y: rect.y)
  }

  /// As much of who, what and how as there is room for; the model's name is the last to go.
  private func identity(_ look: Appearance, width: Int) -> [Fragment] {
    let program = Fragment(" sparsescope  ", look.roles.accent.adding(.bold))
    let name = Fragment(state.model.name, look.roles.heading)
    var task: [Fragment] = []
    if case .available(let title, let examples, _, _) = state.model.evaluation {
      task = [
        Fragment(" ▸ ", look.roles.muted),
        Fragment("\(title) \(examples)", look.roles.text),
      ]
    }
    let method = [
      Fragment(" · ", look.roles.muted),
      Fragment(state.methodTitle, look.roles.text),
    ]
    let candidates = [
      [program, name] + task + method, [program, name] + method,
      [Fragment(" ", look.roles.text), name] + method,
    ]
    return candidates.first { $0.width <= width } ?? [
      Fragment(
        " "
          + state.model.name.truncated(
            to: max(0, width - 1), ellipsis: look.symbols.symbol(.ellipsis)), look.roles.heading)
    ]
  }

  private func status(_ look: Appearance) -> [Fragment] {
    let spinner = String(
      ProgressBar.spinner(Int(state.clock * 10), symbols: look.symbols))
    if state.indexFailure != nil {
      return [Fragment("cannot be indexed", look.roles.error)]
    }
    if state.preview == nil {
      let total = state.model.matrices.count
      return [Fragment("\(spinner) indexing \(state.indexedCount)/\(total)", look.roles.accent)]
    }
    switch state.engine {
    case .idle: return []
    case .paused: return [Fragment("paused", look.roles.warning)]
    case .failed: return [Fragment("evaluation failed", look.roles.error)]
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
