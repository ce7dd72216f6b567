import Canvas
import Experiments

/// The slider with its level, the threshold, and the counts with both denominators.
struct SliderLine: Widget {
  let state: ExplorerState

  init(_ state: ExplorerState) { self.state = state }

  /// Where the track is, so that the mouse can take hold of it.
  static func track(in rect: Rect, state: ExplorerState) -> Rect {
    let numbers = rect.height > 1 ? 0 : numbersWidth(state) + 2
    let label = rect.width >= 60 ? 10 : 1
    return Rect(
      x: rect.x + label, y: rect.y, width: max(0, rect.width - label - 10 - numbers), height: 1)
  }

  func draw(in rect: Rect, on canvas: inout Canvas, look: Appearance) {
    let track = Self.track(in: rect, state: state)
    if track.x - rect.x >= 10 {
      canvas.put("sparsity", x: rect.x + 1, y: rect.y, style: look.roles.muted)
    }
    canvas.draw(SliderTrack(value: state.level.fraction), in: track, look: look)
    canvas.put(
      "\(state.shownLevel) %", x: track.maxX + 1, y: rect.y, style: look.roles.level)
    let numbers = Self.numbers(state, look)
    if rect.height > 1 {
      let used = canvas.put(
        Self.fitting(state, look, width: rect.width - 2), x: rect.x + 1, y: rect.y + 1,
        maxWidth: rect.width - 2)
      drawShare(in: rect, after: used, on: &canvas, look)
    } else {
      canvas.put(numbers, x: track.maxX + 11, y: rect.y, maxWidth: rect.maxX - track.maxX - 11)
    }
  }

  /// What the smallest file takes, at the right end of the numbers where there is room, and no line
  /// of its own.
  private func drawShare(
    in rect: Rect, after used: Int, on canvas: inout Canvas, _ look: Appearance
  ) {
    guard state.layout.storage.height == 0, let sizes = state.storageSizes else { return }
    let pieces = StorageLine.shortest(sizes, look)
    let x = rect.maxX - 1 - pieces.width
    if x >= rect.x + 1 + used + 3 { canvas.put(pieces, x: x, y: rect.y + 1) }
  }

  private static func numbersWidth(_ state: ExplorerState) -> Int {
    // The widest that it gets, so that the track does not move while a person scrubs.
    let threshold = state.hasThreshold ? 18 : 0
    let count = Ticks.grouped(state.model.prunable).count
    return threshold + 2 * count + " of  prunable · 100.0 % of the model ".count
  }

  private static func numbers(_ state: ExplorerState, _ look: Appearance) -> [Fragment] {
    threshold(state, look, padded: true) + counts(state, look, short: false)
  }

  /// The numbers, abbreviated where there is little room.
  private static func fitting(
    _ state: ExplorerState, _ look: Appearance, width: Int
  ) -> [Fragment] {
    let threshold = threshold(state, look, padded: false)
    let candidates = [
      threshold + counts(state, look, short: false), threshold + counts(state, look, short: true),
    ]
    return candidates.first { $0.width <= width } ?? counts(state, look, short: true)
  }

  private static func threshold(
    _ state: ExplorerState, _ look: Appearance, padded: Bool
  ) -> [Fragment] {
    guard state.hasThreshold else { return [] }
    let text: String
    if let threshold = state.shownThreshold {
      let sign = look.symbols == .ascii ? "<=" : "≤"
      text = "|w| \(sign) \(NumberText.magnitude(threshold))"
    } else if state.plan == nil || state.plan?.total == 0 {
      text = "nothing pruned"
    } else {
      text = "|w| per matrix"
    }
    let padding = String(repeating: " ", count: padded ? max(2, 18 - text.count) : 2)
    return [Fragment(text + padding, look.roles.level)]
  }

  private static func counts(
    _ state: ExplorerState, _ look: Appearance, short: Bool
  ) -> [Fragment] {
    guard let plan = state.plan else {
      return [
        Fragment("\(Ticks.grouped(state.model.prunable)) prunable weights", look.roles.muted)
      ]
    }
    if let pattern = state.unfitPattern {
      return [Fragment("no matrix fits \(pattern): all stay dense", look.roles.warning)]
    }
    func write(_ count: Int) -> String {
      short ? NumberText.short(count) : Ticks.grouped(count)
    }
    let ofModel = Double(plan.total) / Double(max(1, state.model.parameters))
    let share = Percent.text(ofModel)
    return [
      Fragment(write(plan.total), look.roles.text),
      Fragment(
        short
          ? "/\(write(state.model.prunable)) · "
          : " of \(write(state.model.prunable)) prunable · ", look.roles.muted),
      Fragment(share + " %", look.roles.text),
      Fragment(short ? " of all" : " of the model", look.roles.muted),
    ]
  }
}

extension ExplorerState {
  /// The level as the slider tells it: a third of a pattern needs no six decimals.
  var shownLevel: String {
    reachable == .continuous ? "\(level)" : Percent.text(level.fraction)
  }

  /// The pattern whose groups divide the width of no matrix that could be pruned; nil where one does.
  var unfitPattern: String? {
    guard case .nm = request.method, let plan, !plan.skipped.isEmpty,
      plan.skipped.count == model.matrices.count - request.excluded.count
    else { return nil }
    return String(request.methodTitle.prefix { $0 != " " })
  }

  /// Whether the method prunes by a threshold on the magnitude.
  var hasThreshold: Bool {
    if case .magnitude = request.method { true } else { false }
  }
}
