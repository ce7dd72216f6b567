import Canvas
import Experiments

extension ExplorerState {
  /// What is known for the present method.
  package var sensitivity: Sensitivities { sensitivities[request.method] ?? Sensitivities() }

  var sensitivityPlan: SensitivityPlan {
    SensitivityPlan(model.matrices, method: request.method)
  }

  /// What stands beside a matrix in the list: the drops at the plan's levels, against the largest
  /// drop of any matrix, so that the rows can be compared.
  func sensitivityStrip(
    of index: Int, _ look: Appearance
  ) -> (drops: [Double], maximum: Double, style: Style) {
    let known = sensitivity.differences
    let largest = model.matrices.indices.flatMap { index in
      known[.matrix(index)]?.values.map { -$0.mean } ?? []
    }.max()
    let own = known[.matrix(index)] ?? [:]
    let drops = sensitivityPlan.levels.map { -(own[$0]?.mean ?? 0) }
    let isFelt = own.values.contains { $0.interval.high < 0 && -$0.mean > toleratedDrop }
    return (
      drops, max(largest ?? 0, toleratedDrop), isFelt ? look.roles.warning : look.roles.muted
    )
  }

  // MARK: The table

  mutating func showSensitivity() {
    guard canEvaluate else {
      notice = Notice("Without a task nothing can be lost; press t to choose one", isWarning: true)
      return
    }
    overlay = .own(.sensitivity(selection: 0))
  }

  mutating func handleSensitivity(_ key: Key, selection: Int) {
    let plan = sensitivityPlan
    func move(_ step: Int) {
      let bounded = min(max(selection + step, 0), max(plan.subjects.count - 1, 0))
      overlay = .own(.sensitivity(selection: bounded))
    }
    switch key {
    case .arrow(.down, _), .character("j"): move(1)
    case .arrow(.up, _), .character("k"): move(-1)
    case .pageDown, .character(" "): move(10)
    case .pageUp: move(-10)
    case .home: move(-.max / 2)
    case .end: move(.max / 2)
    case .enter:
      overlay = nil
      let ranked = sensitivity.ranking(of: plan)
      guard ranked.indices.contains(selection),
        let matrix = plan.members(of: ranked[selection]).min()
      else { return }
      select(.matrix(matrix))
    default: overlay = nil
    }
  }
}
