/// A value, or why it cannot be said yet.
package enum Finding<Value: Sendable & Hashable & Codable>: Sendable, Hashable, Codable {
  case found(Value)
  case undecided(TurningPointDoubt)

  /// Applies a rule that may have to leave the question open.
  init(in judged: JudgedDrops, by rule: (JudgedDrops) throws(TurningPointDoubt) -> Value) {
    do { self = .found(try rule(judged)) } catch { self = .undecided(error) }
  }

  package var value: Value? {
    if case .found(let value) = self { value } else { nil }
  }

  package var doubt: TurningPointDoubt? {
    if case .undecided(let doubt) = self { doubt } else { nil }
  }
}

/// Why a turning point cannot be said.
package enum TurningPointDoubt: Error, Sendable, Hashable, Codable {
  /// The dense model is not measured completely.
  case needsDense
  /// The dense model guesses, so there is nothing to lose.
  case denseAtChance(mean: Double, chance: Double)
  /// The drop stays within `epsilon` at every judged level.
  case neverFalls(epsilon: Double, upTo: SparsityLevel)
  /// No judged level is measurably worse than dense.
  case noMeasurableFall(upTo: SparsityLevel)
  /// There are too few judged levels.
  case needsLevels(judged: Int, needed: Int)
  /// The curve falls evenly: it has no bend.
  case straight
}

extension TurningPointDoubt: CustomStringConvertible {
  package var description: String {
    switch self {
    case .needsDense:
      "needs the dense point"
    case .denseAtChance(let mean, let chance):
      "dense accuracy \(Percent.text(mean)) % is at chance (\(Percent.text(chance)) %)"
    case .neverFalls(let epsilon, let level):
      "the curve never falls by more than \(Percent.text(epsilon)) points up to \(level) %"
    case .noMeasurableFall(let level):
      "no measurable fall up to \(level) %"
    case .needsLevels(let judged, let needed):
      "needs \(needed) levels, has \(judged)"
    case .straight:
      "the curve falls evenly, without a bend"
    }
  }
}

/// The turning points of one curve by every rule that needs data, side by side.
///
/// About three milliseconds for 25 levels of 450 examples: for each new point, not for each frame.
package struct TurningPoints: Sendable, Hashable, Codable {
  package var tolerance: Finding<ToleranceTurningPoint>
  package var kneedle: Finding<KneedleTurningPoint>
  package var brokenLine: Finding<BrokenLine>

  /// Finds the turning points of a curve, complete or not.
  ///
  /// - Parameters:
  ///   - epsilon: the drop that is tolerated, as a share: 0.01 is one point.
  ///   - resamples: bootstrap resamples behind each interval.
  ///   - seed: equal seeds give equal intervals.
  package init(
    of curve: SparsityCurve, epsilon: Double = 0.01, confidence: Double = 0.95,
    resamples: Int = 500, seed: UInt64 = 2306_03805
  ) {
    do {
      let judged = try JudgedDrops(
        of: curve, epsilon: epsilon, confidence: confidence, resamples: resamples, seed: seed)
      tolerance = Finding(in: judged, by: ToleranceTurningPoint.init)
      kneedle = Finding(in: judged, by: KneedleTurningPoint.init)
      brokenLine = Finding(in: judged, by: BrokenLine.init)
    } catch {
      tolerance = .undecided(error)
      kneedle = .undecided(error)
      brokenLine = .undecided(error)
    }
  }
}
