import Dispatch
import Experiments
import Synchronization

/// What the scheduler tells whoever watches it.
package enum EvaluationEvent: Sendable {
  /// A point has got more examples; the last such event of a level is its complete point.
  case point(CurveIdentity, CurvePoint)
  case turningPoints(CurveIdentity, TurningPoints)
  /// Only the latest matters.
  case status(EvaluationStatus)
}

/// Evaluates a model in the background, one batch after another, where it is most useful next.
///
/// First comes the level that was asked for, then what the search for the turning point asks for.
/// A new request takes over after the batch at hand; what was left unfinished is kept and continued
/// when it is needed again, and no batch of a curve is ever computed twice.
///
/// The scheduler runs on a thread of its own and hands batches to `workers`; it calls `emit` from
/// that thread. All results are the same for any number of workers.
package final class EvaluationScheduler: Sendable {
  private struct Inbox {
    var focus: PruningRequest?
    var tolerance = 0.01
    var isPaused = false
    var isStopped = false
    /// Counts the messages, so that work under way can see that something has changed.
    var version = 0
  }

  private let evaluator: any LevelEvaluator
  private let preview: any PruningPreview
  private let workers: ParallelWorkers
  private let emit: @Sendable (EvaluationEvent) -> Void
  private let inbox = Mutex(Inbox())
  private let wake = DispatchSemaphore(value: 0)

  package init(
    evaluator: any LevelEvaluator, preview: any PruningPreview, workers: ParallelWorkers,
    emit: @escaping @Sendable (EvaluationEvent) -> Void
  ) {
    self.evaluator = evaluator
    self.preview = preview
    self.workers = workers
    self.emit = emit
  }

  /// Starts the scheduler's thread; call once.
  package func start() {
    WorkerThread.start(name: "scheduler", niceness: 5) { self.run() }
  }

  /// Turns to a request; the curve around it is measured after it.
  package func evaluate(_ request: PruningRequest) { send { $0.focus = request } }
  package func pause(_ isPaused: Bool) { send { $0.isPaused = isPaused } }
  package func setTolerance(_ tolerance: Double) { send { $0.tolerance = tolerance } }
  /// Ends the thread after the batch at hand.
  package func stop() { send { $0.isStopped = true } }

  private func send(_ change: (inout Inbox) -> Void) {
    inbox.withLock {
      change(&$0)
      $0.version += 1
    }
    wake.signal()
  }

  // MARK: On the scheduler's thread

  private func run() {
    var session = Session()
    var answered = -1
    /// Says once what came of the latest orders, and sleeps until there are others.
    func rest(_ status: EvaluationStatus, after orders: Inbox) {
      if answered != orders.version { emit(.status(status)) }
      answered = orders.version
      wake.wait()
    }
    while true {
      let orders = inbox.withLock { $0 }
      if orders.isStopped { return }
      if orders.isPaused {
        rest(.paused, after: orders)
        continue
      }
      guard let focus = orders.focus, let step = session.nextStep(focus, orders.tolerance, self)
      else {
        rest(.idle, after: orders)
        continue
      }
      do {
        try advance(step, of: CurveIdentity(focus), in: &session, version: orders.version)
      } catch {
        inbox.withLock { if $0.version == orders.version { $0.focus = nil } }
        rest(.failed("\(error)"), after: orders)
        continue
      }
      updateTurningPoints(of: CurveIdentity(focus), tolerance: orders.tolerance, in: &session)
    }
  }

  /// Evaluates a level until it is complete or something else is asked for.
  private func advance(
    _ level: SparsityLevel, of identity: CurveIdentity, in session: inout Session, version: Int
  ) throws {
    let plan = preview.plan(identity.request(at: level.fraction))
    var point =
      session.curves[identity]?[level]
      ?? CurvePoint(
        level: level, achieved: plan.achieved, pruned: plan.total, total: evaluator.exampleCount)
    emit(.status(.evaluating(level: level, done: point.scores.count, of: point.total)))
    let prepared = try session.prepared(for: plan, by: evaluator)
    let batches = evaluator.batches
    var next = batches.firstIndex { $0.lowerBound >= point.scores.count } ?? batches.count
    while next < batches.count, inbox.withLock({ $0.version == version }) {
      let round = Array(batches[next..<min(next + workers.count, batches.count)])
      let scores = try workers.map(round) { batch, worker in
        try prepared.scores(of: batch, worker: worker)
      }
      for part in scores { point.scores += part }
      next += round.count
      session.curves[identity, default: SparsityCurve(chance: evaluator.chance)].update(point)
      emit(.point(identity, point))
      emit(.status(.evaluating(level: level, done: point.scores.count, of: point.total)))
    }
  }

  private func updateTurningPoints(
    of identity: CurveIdentity, tolerance: Double, in session: inout Session
  ) {
    guard let curve = session.curves[identity] else { return }
    let points = TurningPoints(of: curve, epsilon: tolerance)
    guard points != session.turningPoints[identity] else { return }
    session.turningPoints[identity] = points
    emit(.turningPoints(identity, points))
  }

  /// What the scheduler's thread knows.
  private struct Session {
    var curves: [CurveIdentity: SparsityCurve] = [:]
    var turningPoints: [CurveIdentity: TurningPoints] = [:]
    private var latest: (plan: PruningPlan, level: any PreparedLevel)?

    func nextStep(
      _ focus: PruningRequest, _ tolerance: Double, _ scheduler: EvaluationScheduler
    ) -> SparsityLevel? {
      let curve = curves[CurveIdentity(focus)] ?? SparsityCurve(chance: scheduler.evaluator.chance)
      let search = LevelSearch(
        epsilon: tolerance, reachable: ReachableLevels(focus.method),
        focus: SparsityLevel(focus.sparsity))
      return search.next(after: curve)?.level
    }

    mutating func prepared(
      for plan: PruningPlan, by evaluator: any LevelEvaluator
    ) throws -> any PreparedLevel {
      if let latest, latest.plan == plan { return latest.level }
      latest = nil  // The old weights go before the new ones come: memory for one set only.
      let level = try evaluator.prepare(plan)
      latest = (plan, level)
      return level
    }
  }
}
