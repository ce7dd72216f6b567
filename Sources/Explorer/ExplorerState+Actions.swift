import Canvas
import Experiments

extension ExplorerState {
  /// Does what an action says.
  mutating func perform(_ action: Action) -> [Effect] {
    switch action {
    case .less: return moveLevel(thousandths: -10)
    case .more: return moveLevel(thousandths: 10)
    case .lessFine: return moveLevel(thousandths: -1)
    case .moreFine: return moveLevel(thousandths: 1)
    case .lessCoarse: return moveLevel(thousandths: -100)
    case .moreCoarse: return moveLevel(thousandths: 100)
    case .dense: return setLevel(.dense)
    case .empty: return setLevel(.full)
    case .typeLevel: overlay = .own(.level(text: "", before: recent))
    case .previousMatrix: moveSelection(by: -1)
    case .nextMatrix: moveSelection(by: 1)
    case .wholeModel: toggleWholeModel()
    case .toggleMatrix: return toggle(selectedMatrices { $0 == $1 })
    case .toggleBlock: return toggle(selectedMatrices { $0.block == $1.block })
    case .toggleKind: return toggle(selectedMatrices { $0.kind == $1.kind })
    case .includeAll: return toggle(request.excluded.sorted())
    case .chooseMethod: openMethodPicker()
    case .switchScope: return switchScope()
    case .newSeed: return takeNewSeed()
    case .chooseTask: openTaskPicker()
    case .evaluateHere: return evaluateHere()
    case .pauseEngine: return pauseEngine()
    case .lowerTolerance: return changeTolerance(by: -0.005)
    case .raiseTolerance: return changeTolerance(by: 0.005)
    case .goToTurningPoint: return goToTurningPoint()
    case .showSensitivity: showSensitivity()
    case .toggleLog: logarithmic.toggle()
    case .showMatrices: look(at: .matrices)
    case .showMagnitudes: look(at: .magnitudes)
    case .showAccuracy: look(at: .accuracy)
    case .showHeatMap: look(at: .heatMap)
    case .showMaskMap: look(at: .maskMap)
    case .showRuns: return [.openRuns]
    case .copyCommand: return copy(equivalentCommand)
    case .filter, .nextPanel, .previousPanel, .zoom, .chooseTheme, .palette, .help, .redraw,
      .suspend, .quit:
      return performCommon(action)
    }
    return []
  }

  // MARK: Matrices

  mutating func moveSelection(by step: Int) {
    let visible = visibleMatrices
    guard !visible.isEmpty else { return }
    guard let current = selection.index, let position = visible.firstIndex(of: current) else {
      select(.matrix(step > 0 ? visible[0] : visible[visible.count - 1]))
      return
    }
    select(.matrix(visible[min(max(position + step, 0), visible.count - 1)]))
  }

  mutating func selectVisible() {
    let visible = visibleMatrices
    if let first = visible.first, let index = selection.index, !visible.contains(index) {
      select(.matrix(first))
    }
  }

  private mutating func toggleWholeModel() {
    if selection == .whole, model.matrices.indices.contains(lastMatrix) {
      select(.matrix(lastMatrix))
    } else {
      select(.whole)
    }
  }

  /// The matrices that relate to the selected one as `belongs` says; none when the whole model is
  /// selected.
  private func selectedMatrices(
    _ belongs: (MatrixDescription, MatrixDescription) -> Bool
  ) -> [Int] {
    guard let index = selection.index else { return [] }
    return model.matrices.indices.filter { belongs(model.matrices[$0], model.matrices[index]) }
  }

  // MARK: Pruning

  private mutating func openMethodPicker() {
    let methods = PruningMethod.offered(seed: seed)
    let current = methods.firstIndex(of: request.method) ?? 0
    overlay = .own(.methods(ShortList(methods, selection: current), before: request))
  }

  private mutating func switchScope() -> [Effect] {
    switch request.method {
    case .magnitude(.global): return setMethod(.magnitude(.matrix))
    case .magnitude(.matrix): return setMethod(.magnitude(.global))
    case .random(.uniform, let seed): return setMethod(.random(.erk, seed: seed))
    case .random(.erk, let seed): return setMethod(.random(.uniform, seed: seed))
    case .nm:
      notice = Notice("N:M prunes inside of each group; it has no scope to choose")
      return []
    }
  }

  private mutating func takeNewSeed() -> [Effect] {
    guard case .random(let allocation, _) = request.method else {
      notice = Notice("Only random pruning has a seed; press m to choose it")
      return []
    }
    seed += 1
    return setMethod(.random(allocation, seed: seed))
  }

  // MARK: Evaluation

  private mutating func evaluateHere() -> [Effect] {
    switch model.evaluation {
    case .unavailable(let reason):
      notice = Notice("This model \(reason)", isWarning: true)
      return []
    case .available:
      guard preview != nil else { return [] }
      // The rest that is under way would ask for the same again.
      restNumber += 1
      let resume: [Effect] = engine == .paused ? [.pauseEngine(false)] : []
      return resume + [.evaluate(request)]
    }
  }

  private mutating func pauseEngine() -> [Effect] {
    guard canEvaluate else { return [] }
    return [.pauseEngine(engine != .paused)]
  }

  private mutating func changeTolerance(by step: Double) -> [Effect] {
    let wanted = ((tolerance + step) * 1000).rounded() / 1000
    guard (0...0.2).contains(wanted) else { return [] }
    tolerance = wanted
    notice = Notice("Tolerance ε = \(scale.text(tolerance: tolerance))")
    return [.setTolerance(toleratedDrop)]
  }

  private mutating func goToTurningPoint() -> [Effect] {
    guard let points = turningPoints[CurveIdentity(request)],
      let turn = points.tolerance.value
    else {
      notice = Notice("The essential sparsity is not known yet")
      return []
    }
    return setLevel(SparsityLevel(turn.sparsity))
  }

  // MARK: View

  /// The command line that opens the explorer on what the screen shows.
  package var equivalentCommand: String {
    var words = ["sparsescope", "explore"]
    // Without a name the last model would open.
    words.append(model.path.isEmpty ? "embedded" : shellQuoted(model.path))
    if let task {
      words += ["--task", task.name]
      if let data = task.data { words += ["--data", shellQuoted(data)] }
      if let split = task.split { words += ["--split", shellQuoted(split)] }
    }
    switch request.method {
    case .magnitude(let scope):
      words += ["--sparsity", levelText, "--scope", scope.rawValue]
    case .random(let allocation, let seed):
      let method = allocation == .uniform ? "random" : "erk"
      words += ["--sparsity", levelText, "--method", method, "--seed", "\(seed)"]
    case .nm:
      words += ["--method", String(request.methodTitle.prefix { $0 != " " })]
    }
    for index in request.excluded.sorted() {
      words += ["--exclude", shellQuoted(model.matrices[index].name)]
    }
    return words.joined(separator: " ")
  }

  private var levelText: String { "\(level.fraction)" }

  private func shellQuoted(_ text: String) -> String {
    let plain = text.allSatisfy { $0.isLetter || $0.isNumber || "/._-+=:,@%".contains($0) }
    return plain && !text.isEmpty ? text : "'" + text.replacing("'", with: "'\\''") + "'"
  }
}
