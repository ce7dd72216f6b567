import Canvas
import Experiments

/// Takes a message into the state and says what the outside world has to do about it.
///
/// Pure: the same state and message always give the same state and effects.
package func update(_ state: inout ExplorerState, _ message: Message) -> [Effect] {
  var effects: [Effect]
  switch message {
  case .key(let key):
    effects = state.handle(key)
  case .resized(let size):
    state.size = size
    effects = [.redraw]
  case .restyled(let look):
    state.look = look
    return []
  case .matrixIndexed(let index, let bins):
    state.sparklines[index] = bins
    return []
  case .indexReady(let preview):
    state.preview = preview
    effects = state.requestChanged()
  case .indexFailed(let reason):
    state.indexFailure = reason
    return []
  case .point(let identity, let point, let task):
    guard task == state.taskNumber else { return [] }
    var curve = state.curves[identity] ?? state.emptyCurve
    curve.update(point)
    state.curves[identity] = curve
    return []
  case .turningPoints(let identity, let points, let task):
    guard task == state.taskNumber else { return [] }
    state.turningPoints[identity] = points
    return []
  case .speed(let identity, let level, let speed, let task):
    guard task == state.taskNumber else { return [] }
    state.speeds[identity, default: [:]][level] = speed
    return []
  case .sensitivity(let method, let probe, let difference, let task):
    guard task == state.taskNumber else { return [] }
    state.sensitivities[method, default: Sensitivities()][probe] = difference
    return []
  case .activations(let use, let task):
    if task == state.taskNumber { state.activations = use }
    return []
  case .engine(let status, _, let task):
    guard task == state.taskNumber else { return [] }
    if status.level != state.engine.level { state.levelStarted = state.clock }
    state.engine = status
    return []
  case .rested(let number):
    guard number == state.restNumber, state.canEvaluate else { return [] }
    return [.evaluate(state.request)]
  case .maskMap(let map):
    if map.request == state.requestedMaskMap { state.maskMap = map }
    return []
  case .themes(let themes, let problems):
    state.openThemes(themes, problems: problems)
    effects = []
  case .warning(let text):
    state.notice = Notice(text, isWarning: true)
    return []
  case .taskOpened(let number, let selection, let evaluation):
    effects = state.taskOpened(number, selection, evaluation)
  case .taskFailed(let number, let reason):
    state.taskFailed(number, reason: reason)
    return []
  case .pathCompleted(let typed, let completed, let candidates):
    state.pathCompleted(typed, completed, candidates)
    return []
  case .tick(let seconds):
    state.clock += seconds
    return []
  }
  state.keepSelectionVisible()
  state.refreshHistogram()
  effects += state.maskMapEffects()
  return effects
}

extension EvaluationStatus {
  var level: SparsityLevel? {
    if case .evaluating(let level, _, _) = self { level } else { nil }
  }
}

extension ExplorerState {
  var emptyCurve: SparsityCurve {
    guard case .available(_, _, _, let chance, _) = model.evaluation else { return SparsityCurve() }
    return SparsityCurve(chance: chance)
  }

  /// The level of the slider.
  package var level: SparsityLevel { SparsityLevel(request.sparsity) }

  /// The levels that the slider can take.
  var reachable: ReachableLevels { ReachableLevels(request.method) }

  mutating func setLevel(_ level: SparsityLevel) -> [Effect] {
    let level = reachable.nearest(to: level)
    guard level != self.level else { return [] }
    request.sparsity = level.fraction
    return requestChanged()
  }

  /// Moves by so many thousandths; by whole steps where the method only takes steps.
  mutating func moveLevel(thousandths: Int) -> [Effect] {
    switch reachable {
    case .continuous:
      // From 21.503 % one step of 1 % leads to 22.503 %: what was typed keeps its digits.
      return setLevel(SparsityLevel(millionths: level.millionths + thousandths * 1000))
    case .steps(let groupSize):
      let direction = thousandths > 0 ? 1 : -1
      let steps = max(1, abs(thousandths) * groupSize / 1000)
      let current = Int((level.fraction * Double(groupSize)).rounded())
      return setLevel(SparsityLevel(Double(current + direction * steps) / Double(groupSize)))
    }
  }

  mutating func setMethod(_ method: PruningMethod) -> [Effect] {
    let before = request
    request.method = method
    request.sparsity = reachable.nearest(to: level).fraction
    guard request != before else { return [] }
    return requestChanged()
  }

  /// Must follow every change of `request`: the exact counts belong to the same frame as the key,
  /// and the engine turns to the level when the slider has rested on it.
  mutating func requestChanged() -> [Effect] {
    plan = preview?.plan(request)
    restNumber += 1
    return preview == nil ? [] : [.startRest(restNumber)]
  }

  /// Takes matrices out of the pruning; if they all are out already, puts them back.
  mutating func toggle(_ matrices: [Int]) -> [Effect] {
    guard !matrices.isEmpty else { return [] }
    if matrices.allSatisfy(request.excluded.contains) {
      request.excluded.subtract(matrices)
    } else {
      request.excluded.formUnion(matrices)
    }
    return requestChanged()
  }

  mutating func select(_ selection: MatrixSelection) {
    self.selection = selection
    if let index = selection.index { lastMatrix = index }
  }

  // MARK: What is derived from the state

  fileprivate mutating func keepSelectionVisible() {
    guard let rect = layout.panels[.matrices] else { return }
    let rows = MatrixRows(self)
    listOffset = ListView.offset(
      keeping: rows.selectedRow, height: Panel.interior(of: rect).height, count: rows.count,
      previous: listOffset)
  }

  /// Counts the selection's histogram again when the selection or the panel's width has changed.
  mutating func refreshHistogram() {
    guard let preview, let rect = layout.panels[.magnitudes] else { return }
    let columns = Histogram.columns(in: Panel.interior(of: rect), symbols: look.symbols)
    guard columns > 0 else { return }
    let top = histogramTop(preview)
    if let histogram, histogram.selection == selection, histogram.counts.count == columns,
      histogram.edges.last == top
    {
      return
    }
    let edges = (0...columns).map { top * Float($0) / Float(columns) }
    histogram = MagnitudeHistogram(
      selection: selection, edges: edges,
      counts: preview.histogram(matrix: selection.index, edges: edges))
  }

  /// The right end of the magnitude axis: 99.9 % of the weights lie below it, and the threshold.
  ///
  /// A few weights of most models are ten times larger than all others; drawn to the maximum, every
  /// histogram would be one column wide.
  private mutating func histogramTop(_ preview: any PruningPreview) -> Float {
    // Infinite weights are legal, the largest; they lie beyond the axis.
    let maximum = min(preview.maximum(matrix: selection.index), .greatestFiniteMagnitude)
    let natural: Float
    if let known = histogramTops[selection] {
      natural = known
    } else {
      let others = selection.index.map { index in
        Set(model.matrices.indices.filter { $0 != index })
      }
      let nearlyAll = preview.plan(
        PruningRequest(method: .magnitude(.global), sparsity: 0.999, excluded: others ?? []))
      let quantile = nearlyAll.thresholds.compactMap { $0 }.max() ?? 0
      natural = quantile > 0 ? min(maximum, quantile * 1.05) : min(maximum, 1)
      histogramTops[selection] = natural
    }
    return max(natural, min(maximum, shownThreshold ?? 0), .leastNormalMagnitude)
  }

  /// The threshold that the magnitude panel marks; nil where the method has none.
  package var shownThreshold: Float? {
    guard let plan else { return nil }
    if let index = selection.index, let own = plan.thresholds[index] { return own }
    let all = Set(plan.thresholds.compactMap { $0 })
    return all.count == 1 ? all.first : nil
  }

  /// Asks for the mask map when what it shows is no longer what is wanted.
  fileprivate mutating func maskMapEffects() -> [Effect] {
    guard preview != nil, let index = selection.index, let rect = layout.panels[.maskMap] else {
      return []
    }
    let room = DensityMap.resolution(in: Panel.interior(of: rect), look: look)
    let shape = model.matrices[index].shape
    let (rows, columns) = (min(room.rows, shape[0]), min(room.columns, shape[1]))
    guard rows > 0, columns > 0 else { return [] }
    let wanted = MaskMapRequest(request: request, matrix: index, rows: rows, columns: columns)
    guard wanted != requestedMaskMap else { return [] }
    requestedMaskMap = wanted
    return [.drawMaskMap(wanted)]
  }
}
