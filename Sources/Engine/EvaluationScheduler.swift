import Dispatch
import Experiments
import Synchronization

/// What the scheduler tells whoever watches it.
package enum EvaluationEvent: Sendable {
  /// A point has got more examples; the last such event of a level is its complete point.
  case point(CurveIdentity, CurvePoint)
  case turningPoints(CurveIdentity, TurningPoints)
  /// How fast a level has been measured so far.
  case speed(CurveIdentity, SparsityLevel, LevelSpeed)
  /// How a part of the model, pruned alone, differs from the dense model.
  case sensitivity(PruningMethod, SensitivityProbe, PairedDifference)
  /// What is kept of the dense model's activations, and what that has saved.
  case activations(ActivationUse)
  /// What is being done, and the number of the latest order that it takes into account. Only the
  /// latest status matters.
  case status(EvaluationStatus, order: Int)
}

/// Evaluates a model in the background, one batch after another, where it is most useful next.
///
/// First comes the level that was asked for, then what the search for the turning point asks for,
/// and in the time that is left each part of the model is pruned alone (`SensitivityPlan`).
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
    /// Counts the orders, so that work under way can see that there is a new one.
    var order = 0
  }

  private let evaluator: any LevelEvaluator
  private let preview: any PruningPreview
  private let workers: ParallelWorkers
  private let emit: @Sendable (EvaluationEvent) -> Void
  /// What has been measured before.
  private let known: [CurveIdentity: SparsityCurve]
  private let store: (any PointStore)?
  private let probes: Bool
  private let kernels: KernelChoice
  private let inbox: Mutex<Inbox>
  private let wake = DispatchSemaphore(value: 0)

  /// - Parameters:
  ///   - tolerance: the drop of the score that is tolerated at first.
  ///   - curves: what the same task has given before; complete points are not measured again.
  ///   - store: where points are looked for and kept; asked on the scheduler's thread.
  ///   - kernels: with what the levels are computed.
  ///   - probes: whether sensitivities are measured in the time that is left.
  package init(
    evaluator: any LevelEvaluator, preview: any PruningPreview, workers: ParallelWorkers,
    tolerance: Double = 0.01, curves: [CurveIdentity: SparsityCurve] = [:],
    store: (any PointStore)? = nil, probes: Bool = false, kernels: KernelChoice = .dense,
    emit: @escaping @Sendable (EvaluationEvent) -> Void
  ) {
    self.evaluator = evaluator
    self.preview = preview
    self.workers = workers
    // The predictions behind an unfinished point are gone with the evaluator that made them.
    known = curves.mapValues { SparsityCurve(points: $0.completePoints, chance: $0.chance) }
    self.store = store
    self.probes = probes
    self.kernels = kernels
    inbox = Mutex(Inbox(tolerance: tolerance))
    self.emit = emit
  }

  /// Starts the scheduler's thread; call once.
  package func start() {
    WorkerThread.start(name: "scheduler", niceness: 5) { self.run() }
  }

  /// Turns to a request; the curve around it is measured after it.
  /// - Returns: the number of the order, which statuses refer to.
  @discardableResult
  package func evaluate(_ request: PruningRequest) -> Int { give { $0.focus = request } }

  @discardableResult
  package func pause(_ isPaused: Bool) -> Int { give { $0.isPaused = isPaused } }

  @discardableResult
  package func setTolerance(_ tolerance: Double) -> Int { give { $0.tolerance = tolerance } }

  /// Ends the thread after the batch at hand.
  package func stop() { _ = give { $0.isStopped = true } }

  private func give(_ order: (inout Inbox) -> Void) -> Int {
    let number = inbox.withLock {
      order(&$0)
      $0.order += 1
      return $0.order
    }
    wake.signal()
    return number
  }

  // MARK: On the scheduler's thread

  private func run() {
    var session = Session(curves: known)
    var answered = -1
    /// Says once what came of the latest orders, and sleeps until there are others.
    func rest(_ status: EvaluationStatus, after orders: Inbox) {
      if answered != orders.order { emit(.status(status, order: orders.order)) }
      answered = orders.order
      wake.wait()
    }
    while true {
      let orders = inbox.withLock { $0 }
      if orders.isStopped { return }
      if orders.isPaused {
        rest(.paused, after: orders)
        continue
      }
      guard let focus = orders.focus else {
        // Nothing has been asked yet: there is nothing to say.
        wake.wait()
        continue
      }
      recall(CurveIdentity(focus), in: &session)
      guard
        let step = session.nextStep(
          focus, tolerance: orders.tolerance, chance: evaluator.chance)
      else {
        // The tolerance may have changed, or the curve may be known from before.
        updateTurningPoints(of: CurveIdentity(focus), tolerance: orders.tolerance, in: &session)
        do {
          if try probe(focus, in: &session, order: orders.order) { continue }
          rest(.idle, after: orders)
        } catch {
          rest(.failed("\(error)"), after: orders)
        }
        continue
      }
      do {
        try advance(step, of: CurveIdentity(focus), in: &session, order: orders.order)
      } catch {
        inbox.withLock { if $0.order == orders.order { $0.focus = nil } }
        rest(.failed("\(error)"), after: orders)
        continue
      }
      updateTurningPoints(of: CurveIdentity(focus), tolerance: orders.tolerance, in: &session)
    }
  }

  /// Evaluates a level until nothing more is wanted of it, or something else is asked for.
  private func advance(
    _ step: Session.Step, of identity: CurveIdentity, in session: inout Session, order: Int
  ) throws {
    let level = step.proposal.level
    func tell(_ point: CurvePoint, isNew: Bool) {
      if isNew { emit(.point(identity, point)) }
      emit(
        .status(
          .evaluating(level: level, done: point.scores.count, of: point.total), order: order))
    }
    try measure(level, of: identity, in: &session, order: order, tell: tell) {
      step.isDone(on: $0)
    }
  }

  /// Takes the next step towards the sensitivities.
  ///
  /// - Returns: false where nothing is left of them.
  private func probe(
    _ focus: PruningRequest, in session: inout Session, order: Int
  ) throws -> Bool {
    guard probes, let dense = session.curves[CurveIdentity(focus)]?.dense, dense.isComplete else {
      return false
    }
    let plan = session.sensitivityPlan(of: focus.method, preview.matrices)
    let all = plan.probes
    guard let probe = all.first(where: { !session.isProbed($0, focus.method) }) else {
      return false
    }
    let identity = plan.identity(of: probe.subject, method: focus.method)
    recall(identity, in: &session, telling: false)
    let done = all.count { session.isProbed($0, focus.method) }
    emit(.status(.probing(probe, done: done, of: all.count), order: order))
    try measure(probe.level, of: identity, in: &session, order: order) {
      $0[probe.level]?.isComplete == true
    }
    if let point = session.curves[identity]?[probe.level], point.isComplete {
      session.setProbed(probe, focus.method)
      if let difference = PairedDifference(pruned: point.scores, dense: dense.scores) {
        emit(.sensitivity(focus.method, probe, difference))
      }
      if let activations = evaluator.activations { emit(.activations(activations.use)) }
    }
    return true
  }

  /// Evaluates a level until it is done, or something else is asked for.
  private func measure(
    _ level: SparsityLevel, of identity: CurveIdentity, in session: inout Session, order: Int,
    tell: (CurvePoint, _ isNew: Bool) -> Void = { _, _ in }, until isDone: (SparsityCurve) -> Bool
  ) throws {
    let plan = preview.plan(identity.request(at: level.fraction))
    let point =
      session.curves[identity]?[level]
      ?? CurvePoint(
        level: level, achieved: plan.achieved, pruned: plan.total, total: evaluator.exampleCount)
    tell(point, false)
    if point.isComplete { return }
    var measurement = LevelMeasurement(
      point, prepared: try session.prepared(for: plan, by: evaluator, kernels, on: workers),
      batches: evaluator.batches, activations: evaluator.activations)
    while !measurement.isComplete, !(session.curves[identity].map(isDone) ?? false),
      inbox.withLock({ $0.order == order })
    {
      try measurement.advance(on: workers)
      let point = measurement.point
      session.curves[identity, default: SparsityCurve(chance: evaluator.chance)].update(point)
      tell(point, true)
      if point.isComplete { store?.store(point, of: identity) }
    }
    if measurement.speed.rate != nil {
      session.speeds[identity, default: [:]][level, default: LevelSpeed()].add(measurement.speed)
      emit(.speed(identity, level, session.speeds[identity]![level]!))
    }
  }

  /// Takes what was kept of a curve, once.
  private func recall(
    _ identity: CurveIdentity, in session: inout Session, telling: Bool = true
  ) {
    guard let store, session.recalled.insert(identity).inserted else { return }
    for point in store.points(of: identity)
    where point.isComplete && point.total == evaluator.exampleCount
      && session.curves[identity]?[point.level]?.isComplete != true
    {
      session.curves[identity, default: SparsityCurve(chance: evaluator.chance)].update(point)
      if telling { emit(.point(identity, point)) }
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
}
