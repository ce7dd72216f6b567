import Experiments

extension EvaluationScheduler {
  /// What the scheduler's thread knows.
  struct Session {
    var curves: [CurveIdentity: SparsityCurve] = [:]
    var turningPoints: [CurveIdentity: TurningPoints] = [:]
    var speeds: [CurveIdentity: [SparsityLevel: LevelSpeed]] = [:]
    /// The curves that the store has been asked for.
    var recalled: Set<CurveIdentity> = []
    private var plans: [PruningMethod: SensitivityPlan] = [:]
    private var probed: [PruningMethod: Set<SensitivityProbe>] = [:]
    private var latest: (plan: PruningPlan, level: any PreparedLevel)?

    init(curves: [CurveIdentity: SparsityCurve]) { self.curves = curves }

    /// A level to work on, and the search that knows when it can be left.
    struct Step {
      let proposal: LevelSearch.Proposal
      let search: LevelSearch

      func isDone(on curve: SparsityCurve) -> Bool { search.isDone(proposal, on: curve) }
    }

    func nextStep(
      _ focus: PruningRequest, tolerance: Double, chance: Double?
    ) -> Step? {
      let curve = curves[CurveIdentity(focus)] ?? SparsityCurve(chance: chance)
      let search = LevelSearch(
        epsilon: tolerance, reachable: ReachableLevels(focus.method),
        focus: SparsityLevel(focus.sparsity))
      return search.next(after: curve).map { Step(proposal: $0, search: search) }
    }

    mutating func sensitivityPlan(
      of method: PruningMethod, _ matrices: [MatrixDescription]
    ) -> SensitivityPlan {
      let plan = plans[method] ?? SensitivityPlan(matrices, method: method)
      plans[method] = plan
      return plan
    }

    func isProbed(_ probe: SensitivityProbe, _ method: PruningMethod) -> Bool {
      probed[method]?.contains(probe) == true
    }

    mutating func setProbed(_ probe: SensitivityProbe, _ method: PruningMethod) {
      probed[method, default: []].insert(probe)
    }

    mutating func prepared(
      for plan: PruningPlan, by evaluator: any LevelEvaluator, _ kernels: KernelChoice,
      on workers: ParallelWorkers
    ) throws -> any PreparedLevel {
      if let latest, latest.plan == plan { return latest.level }
      latest = nil  // The old weights go before the new ones come: memory for one set only.
      let level = try evaluator.prepare(plan, kernels: kernels, on: workers)
      latest = (plan, level)
      return level
    }
  }
}
