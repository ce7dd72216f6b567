import Dispatch
import Engine
import Experiments
import Synchronization
import Testing

/// A model of 100 examples in ten batches that loses `example` once the sparsity passes a bound, and
/// that counts what it is asked.
private final class ScriptedEvaluator: LevelEvaluator {
  let batches = (0..<10).map { $0 * 10..<$0 * 10 + 10 }
  let chance: Double? = 0.1
  /// How often each batch of each level was computed.
  let computed = Mutex<[String: Int]>([:])
  /// While it is closed, batches wait; each signal lets one through.
  let gate: DispatchSemaphore?

  init(gate: DispatchSemaphore? = nil) { self.gate = gate }

  func prepare(
    _ plan: PruningPlan, kernels: KernelChoice, on workers: ParallelWorkers
  ) throws -> any PreparedLevel {
    if plan.request.sparsity == 0.25 { throw Refusal() }
    return Level(evaluator: self, sparsity: plan.request.sparsity)
  }

  struct Refusal: Error, CustomStringConvertible { let description = "25 % cannot be prepared" }

  struct Level: PreparedLevel {
    let evaluator: ScriptedEvaluator
    let sparsity: Double

    func scores(of batch: Range<Int>) throws -> [Float] {
      evaluator.gate?.wait()
      evaluator.computed.withLock { $0["\(sparsity) \(batch)", default: 0] += 1 }
      // All right up to 70 %, then one more example lost for each half percent.
      let lost = Int(max(0, (sparsity - 0.7) * 200).rounded())
      return batch.map { $0 < lost ? 0 : 1 }
    }
  }
}

private struct NoWeights: PruningPreview {
  var matrices: [MatrixDescription] = []
  func histogram(matrix: Int?, edges: [Float]) -> [Int] { [] }
  func maximum(matrix: Int?) -> Float { 0 }
  func plan(_ request: PruningRequest) -> PruningPlan {
    PruningPlan(request: request, pruned: [], thresholds: [], ties: [], included: 0)
  }
}

/// A store in memory.
private final class Shelf: PointStore {
  private let kept = Mutex<[CurveIdentity: [CurvePoint]]>([:])

  func points(of curve: CurveIdentity) -> [CurvePoint] { kept.withLock { $0[curve] ?? [] } }

  func store(_ point: CurvePoint, of curve: CurveIdentity) {
    kept.withLock { $0[curve, default: []].append(point) }
  }
}

/// A scheduler with everything that it has said.
private final class Watched: Sendable {
  let events = Mutex<[EvaluationEvent]>([])
  private let statuses = DispatchSemaphore(value: 0)
  /// How many statuses earlier waits have looked at.
  private let seen = Mutex(0)

  func scheduler(
    _ evaluator: ScriptedEvaluator, workers: Int = 1,
    curves: [CurveIdentity: SparsityCurve] = [:], store: (any PointStore)? = nil,
    matrices: [MatrixDescription] = []
  ) -> EvaluationScheduler {
    let scheduler = EvaluationScheduler(
      evaluator: evaluator, preview: NoWeights(matrices: matrices),
      workers: ParallelWorkers(count: workers), curves: curves, store: store,
      probes: !matrices.isEmpty
    ) { [self] event in
      events.withLock { $0.append(event) }
      if case .status = event { statuses.signal() }
    }
    scheduler.start()
    return scheduler
  }

  /// Waits for a status after those of earlier waits; false when none comes in ten seconds.
  func wait(for isWanted: (EvaluationStatus) -> Bool) -> Bool {
    while statuses.wait(timeout: .now() + 10) == .success {
      let position = seen.withLock { position in
        defer { position += 1 }
        return position
      }
      let status = events.withLock { $0.compactMap(\.status)[position] }
      if isWanted(status) { return true }
    }
    return false
  }

  var points: [CurvePoint] { events.withLock { $0.compactMap(\.point) } }
}

extension EvaluationEvent {
  fileprivate var status: EvaluationStatus? {
    if case .status(let status, _) = self { status } else { nil }
  }

  fileprivate var point: CurvePoint? {
    if case .point(_, let point) = self { point } else { nil }
  }
}

private func request(_ sparsity: Double, _ scope: PruningScope = .global) -> PruningRequest {
  PruningRequest(method: .magnitude(scope), sparsity: sparsity)
}

@Suite(.timeLimit(.minutes(1))) struct `The evaluation scheduler` {
  @Test func `measures the asked level first and pins the turning point`() throws {
    let watched = Watched()
    let evaluator = ScriptedEvaluator()
    let scheduler = watched.scheduler(evaluator)
    scheduler.evaluate(request(0.33))
    try #require(watched.wait { $0 == .idle })
    let complete = watched.points.filter(\.isComplete)
    #expect(complete.first?.level == SparsityLevel(0.33))
    #expect(complete.contains { $0.level == .dense })
    let curve = SparsityCurve(points: complete, chance: 0.1)
    // One example of a hundred is lost at 70.5 %, so the tolerance of one point ends at 71 %.
    let turn = try #require(TurningPoints(of: curve).tolerance.value)
    #expect(abs(turn.sparsity - 0.705) <= 0.01)
    scheduler.stop()
  }

  @Test func `computes no batch twice, whatever is asked meanwhile`() throws {
    let watched = Watched()
    let evaluator = ScriptedEvaluator()
    let scheduler = watched.scheduler(evaluator, workers: 2)
    for level in stride(from: 0.1, to: 0.9, by: 0.05) where level != 0.25 {
      scheduler.evaluate(request(SparsityLevel(level).fraction))
    }
    scheduler.evaluate(request(0.5))
    try #require(watched.wait { $0 == .idle })
    let counts = evaluator.computed.withLock { Set($0.values) }
    #expect(counts == [1])
    scheduler.stop()
  }

  @Test func `keeps complete points in a store, and measures nothing that is there`() throws {
    let store = Shelf()
    let first = Watched()
    let scheduler = first.scheduler(ScriptedEvaluator(), store: store)
    scheduler.evaluate(request(0.5))
    try #require(first.wait { $0 == .idle })
    scheduler.stop()
    let identity = CurveIdentity(request(0.5))
    let kept = store.points(of: identity)
    #expect(Set(kept) == Set(first.points.filter(\.isComplete)))

    let second = Watched()
    let evaluator = ScriptedEvaluator()
    let next = second.scheduler(evaluator, store: store)
    next.evaluate(request(0.5))
    try #require(second.wait { $0 == .idle })
    #expect(evaluator.computed.withLock { $0.isEmpty })
    #expect(Set(second.points) == Set(kept))
    next.stop()
  }

  @Test func `turns within one batch and continues later where it stopped`() throws {
    let gate = DispatchSemaphore(value: 0)
    let watched = Watched()
    let evaluator = ScriptedEvaluator(gate: gate)
    let scheduler = watched.scheduler(evaluator)
    scheduler.evaluate(request(0.4))
    for _ in 0..<3 { gate.signal() }
    try #require(watched.wait { $0 == .evaluating(level: SparsityLevel(0.4), done: 30, of: 100) })
    scheduler.evaluate(request(0.6))
    for _ in 0..<11 { gate.signal() }
    // At most the batch that had begun is finished at 40 %, then come the ten of 60 %.
    try #require(
      watched.wait { $0 == .evaluating(level: SparsityLevel(0.6), done: 100, of: 100) })
    let before = evaluator.computed.withLock { $0.keys.count { $0.hasPrefix("0.4 ") } }
    #expect(before <= 4)
    scheduler.evaluate(request(0.4))
    for _ in 0..<500 { gate.signal() }
    try #require(watched.wait { $0 == .idle })
    #expect(evaluator.computed.withLock { Set($0.values) } == [1])
    scheduler.stop()
  }

  @Test func `keeps curves apart and answers a known one without computing`() throws {
    let watched = Watched()
    let evaluator = ScriptedEvaluator()
    let scheduler = watched.scheduler(evaluator)
    scheduler.evaluate(request(0.5))
    try #require(watched.wait { $0 == .idle })
    let first = evaluator.computed.withLock { $0.values.reduce(0, +) }
    scheduler.evaluate(request(0.5, .matrix))
    try #require(watched.wait { $0 == .idle })
    let both = evaluator.computed.withLock { $0.values.reduce(0, +) }
    #expect(both > first)
    scheduler.evaluate(request(0.5))
    try #require(watched.wait { $0 == .idle })
    #expect(evaluator.computed.withLock { $0.values.reduce(0, +) } == both)
    scheduler.stop()
  }

  @Test func `takes over the complete points of an earlier one, and measures the others`() throws {
    let watched = Watched()
    let evaluator = ScriptedEvaluator()
    let scheduler = watched.scheduler(evaluator)
    scheduler.evaluate(request(0.5))
    try #require(watched.wait { $0 == .idle })
    scheduler.stop()
    var curve = SparsityCurve(points: watched.points.filter(\.isComplete), chance: 0.1)
    var unfinished = try #require(curve[.dense])
    unfinished.scores.removeLast(50)
    curve.update(unfinished)

    let later = Watched()
    let second = ScriptedEvaluator()
    let identity = CurveIdentity(request(0.5))
    let successor = later.scheduler(second, curves: [identity: curve])
    successor.evaluate(request(0.5))
    try #require(later.wait { $0 == .idle })
    #expect(second.computed.withLock { $0.keys.allSatisfy { $0.hasPrefix("0.0 ") } })
    #expect(second.computed.withLock { $0.count } == 10)
    let said = later.events.withLock { events in
      events.contains { if case .turningPoints = $0 { true } else { false } }
    }
    #expect(said, "the turning point is told though its levels were known")
    successor.stop()
  }

  @Test func `stands still while it is paused`() throws {
    let watched = Watched()
    let evaluator = ScriptedEvaluator()
    let scheduler = watched.scheduler(evaluator)
    scheduler.pause(true)
    scheduler.evaluate(request(0.5))
    try #require(watched.wait { $0 == .paused })
    #expect(evaluator.computed.withLock { $0.isEmpty })
    scheduler.pause(false)
    try #require(watched.wait { $0 == .idle })
    scheduler.stop()
  }

  @Test func `says what failed and works on when something else is asked`() throws {
    let watched = Watched()
    let scheduler = watched.scheduler(ScriptedEvaluator())
    scheduler.evaluate(request(0.25))
    try #require(watched.wait { $0 == .failed("25 % cannot be prepared") })
    scheduler.evaluate(request(0.5))
    try #require(watched.wait { $0 == .idle })
    scheduler.stop()
  }

  @Test func `prunes each part alone in the time that is left, and once only`() throws {
    let matrices = (0..<4).map { index in
      MatrixDescription(
        name: "\(index)", kind: index % 2 == 0 ? "in" : "out", block: index / 2, shape: [1, 1],
        dtype: "F32")
    }
    let store = Shelf()
    var findings: [[SensitivityProbe: PairedDifference]] = []
    var evaluators: [ScriptedEvaluator] = []
    for _ in 0..<2 {
      let watched = Watched()
      let evaluator = ScriptedEvaluator()
      let scheduler = watched.scheduler(evaluator, store: store, matrices: matrices)
      scheduler.evaluate(request(0.5))
      try #require(watched.wait { $0 == .idle })
      scheduler.stop()
      evaluators.append(evaluator)
      findings.append(
        watched.events.withLock { events in
          events.reduce(into: [:]) {
            if case .sensitivity(_, let probe, let difference) = $1 { $0[probe] = difference }
          }
        })
      // The curve comes first, and no probe is taken for a point of it.
      let statuses = watched.events.withLock { $0.compactMap(\.status) }
      let first = statuses.firstIndex { if case .probing = $0 { true } else { false } }
      let last = statuses.lastIndex { if case .evaluating = $0 { true } else { false } }
      if let first, let last { #expect(last < first) }
    }
    let plan = SensitivityPlan(matrices, method: .magnitude(.global))
    #expect(Set(findings[0].keys) == Set(plan.probes))
    let highest = SensitivityProbe(subject: .matrix(3), level: SparsityLevel(percent: 95))
    #expect(findings[0][highest]?.mean == -0.5)
    #expect(findings[1] == findings[0])
    #expect(evaluators[1].computed.withLock { $0.isEmpty }, "all was kept")
  }

  @Test func `gives the same points with any number of workers`() throws {
    var results: [[CurvePoint]] = []
    for workers in [1, 2, 3] {
      let watched = Watched()
      let scheduler = watched.scheduler(ScriptedEvaluator(), workers: workers)
      scheduler.evaluate(request(0.66))
      try #require(watched.wait { $0 == .idle })
      results.append(watched.points.filter(\.isComplete))
      scheduler.stop()
    }
    #expect(results[0] == results[1])
    #expect(results[0] == results[2])
  }
}
