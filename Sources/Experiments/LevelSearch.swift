/// Decides which sparsity is measured next: a pure function of what has been measured.
///
/// The order: the level where the slider rests, the dense model, a coarse grid, bisection of the
/// step in which the drop leaves the tolerance, the levels right below it for as long as they are in
/// doubt, since a noisy curve may leave the tolerance and come back, then levels in between where
/// neighbours differ so much that the drawn curve would be a guess, and last the points that were
/// left unfinished. Levels that serve to find the turning point are left as soon as it is decided on
/// which side of the tolerance they lie. The others are proposed until they are complete. A partial
/// point goes on where it stopped because the curve holds its scores.
package struct LevelSearch: Sendable, Hashable {
  /// Why a level is next.
  package enum Reason: String, Sendable, Hashable, Codable {
    /// The slider rests there.
    case focus
    /// Every drop is measured against it.
    case dense
    /// It belongs to the coarse grid.
    case grid
    /// The turning point lies around it.
    case bisect
    /// The level above it was in doubt.
    case confirm
    /// The curve falls steeply around it.
    case smooth
    /// It was begun and left.
    case resume

    /// Whether the level is left when its verdict is known.
    package var endsWithVerdict: Bool { self == .grid || self == .bisect || self == .confirm }
  }

  package struct Proposal: Sendable, Hashable {
    package var level: SparsityLevel
    package var reason: Reason

    package init(level: SparsityLevel, reason: Reason) {
      self.level = level
      self.reason = reason
    }
  }

  /// The drop that is tolerated, as a share.
  package var epsilon: Double
  /// How near the turning point is to be enclosed.
  package var resolution: SparsityLevel
  package var reachable: ReachableLevels
  /// Where the slider rests; nil while it moves, or where there is none.
  package var focus: SparsityLevel?

  package init(
    epsilon: Double = 0.01, resolution: SparsityLevel = SparsityLevel(percent: 1),
    reachable: ReachableLevels = .continuous, focus: SparsityLevel? = nil
  ) {
    self.epsilon = epsilon
    self.resolution = resolution
    self.reachable = reachable
    self.focus = focus
  }

  /// The coarse grid, in an order that shows the curve's shape early.
  package static let grid = [0, 50, 100, 70, 90, 80, 60, 30, 40, 20, 10].map {
    SparsityLevel(percent: $0)
  }

  /// Half a step of the grid: where small tolerances leave everything in doubt, the search still
  /// ends.
  static let farthestConfirmation = SparsityLevel(percent: 5)

  /// Neighbours may differ by this share of the way from the best score to the worst.
  static let largestJump = 0.1

  /// The next level to measure; nil when the curve is finished.
  package func next(after curve: SparsityCurve) -> Proposal? {
    func open(_ level: SparsityLevel, _ reason: Reason) -> Proposal? {
      let proposal = Proposal(level: reachable.nearest(to: level), reason: reason)
      return isDone(proposal, on: curve) ? nil : proposal
    }
    if let focus, let proposal = open(focus, .focus) { return proposal }
    if let proposal = open(.dense, .dense) { return proposal }
    for level in Self.grid {
      if let proposal = open(level, .grid) { return proposal }
    }
    let measured: Measured = curve.points.compactMap { point in
      guard let verdict = curve.verdict(at: point.level, epsilon: epsilon),
        let mean = ScoreMoments(point.scores.prefix(verdict.examples)).mean
      else { return nil }
      return (point.level, mean, verdict.isHeld)
    }
    if let level = bisection(of: measured) { return Proposal(level: level, reason: .bisect) }
    if let level = confirmation(of: measured, on: curve) {
      return Proposal(level: level, reason: .confirm)
    }
    if let level = smoothing(of: measured) { return Proposal(level: level, reason: .smooth) }
    return curve.points.first { !$0.isComplete }.map {
      Proposal(level: $0.level, reason: .resume)
    }
  }

  /// Whether a level that was proposed can be left.
  package func isDone(_ proposal: Proposal, on curve: SparsityCurve) -> Bool {
    if curve[proposal.level]?.isComplete == true { return true }
    return proposal.reason.endsWithVerdict
      && curve.verdict(at: proposal.level, epsilon: epsilon) != nil
  }

  private typealias Measured = [(level: SparsityLevel, mean: Double, isHeld: Bool)]

  /// The middle of the step in which the drop first leaves the tolerance.
  private func bisection(of measured: Measured) -> SparsityLevel? {
    guard let fallen = measured.dropFirst().firstIndex(where: { !$0.isHeld }) else {
      return nil
    }
    return reachable.middle(
      of: measured[fallen - 1].level, and: measured[fallen].level, resolution: resolution)
  }

  /// The first level below the turning point that has not been looked at, where no part of the
  /// examples of the levels above it could say that they are in tolerance.
  private func confirmation(of measured: Measured, on curve: SparsityCurve) -> SparsityLevel? {
    guard let fallen = measured.dropFirst().firstIndex(where: { !$0.isHeld }) else {
      return nil
    }
    var level = measured[fallen - 1].level
    let lowest = level.millionths - Self.farthestConfirmation.millionths
    while curve.earlyVerdict(at: level, epsilon: epsilon) == nil {
      let below = reachable.nearest(
        to: SparsityLevel(millionths: level.millionths - resolution.millionths))
      guard below > .dense, below < level, below.millionths >= lowest else { return nil }
      if curve.verdict(at: below, epsilon: epsilon) == nil { return below }
      level = below
    }
    return nil
  }

  /// The middle of the widest drop between neighbours that is too large to draw.
  private func smoothing(of measured: Measured) -> SparsityLevel? {
    let means = measured.map(\.mean)
    guard let best = means.max(), let worst = means.min(), best > worst else { return nil }
    // Levels nearer than this are drawn in one column of an ordinary terminal.
    let nearest = SparsityLevel(millionths: 2 * resolution.millionths)
    var widest = Self.largestJump * (best - worst)
    var middle: SparsityLevel?
    for (left, right) in zip(measured, measured.dropFirst()) {
      let jump = abs(left.mean - right.mean)
      guard jump > widest,
        let level = reachable.middle(of: left.level, and: right.level, resolution: nearest)
      else { continue }
      widest = jump
      middle = level
    }
    return middle
  }
}
