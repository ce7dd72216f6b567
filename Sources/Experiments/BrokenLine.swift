import Glibc

/// Two straight lines that meet at a breakpoint: y = a + b·x + c·max(0, x − ψ).
///
/// x is the sparsity and y the mean score relative to dense, both as shares; the tail at chance is
/// dropped first. ψ is scanned for least squares over a lattice of half a percent.
/// Source: Muggeo, "Estimating regression models with unknown break-points", Statistics in Medicine
/// 22 (2003), 3055–3071, for the model; the scan replaces its iteration and cannot get stuck.
package struct BrokenLine: Sendable, Hashable, Codable {
  /// ψ, `0...1`.
  package var sparsity: Double
  /// A paired bootstrap over the examples.
  package var interval: Interval
  package var sharpness: Sharpness
  /// BIC of one straight line less that of the broken line: above 0 the bend is worth its two
  /// parameters, above 10 the evidence is very strong (Kass and Raftery, JASA 90 (1995), 773–795).
  package var bicGain: Double

  /// - Throws: `.noMeasurableFall`, `.needsLevels` below five levels, or `.straight` where one line
  ///   describes the curve as well.
  init(_ judged: JudgedDrops) throws(TurningPointDoubt) {
    let body = try judged.withoutChanceTail(needed: 5)
    let scan = BreakpointScan(positions: body.levels.map(\.fraction))
    guard let best = scan.best(heights: body.drops.map { -$0 }) else { throw .straight }

    // Five values are fitted for the broken line and three for the single one, the variance among
    // them; of BIC = n·ln(RSS/n) + k·ln n only the differences count.
    let count = Double(body.levels.count)
    let lineResidual = best.residual + best.explained
    // A perfect fit would have an infinite advantage; 1e-9 of the variance is beyond any data.
    let residual = max(best.residual, 1e-9 * lineResidual)
    let gain = count * log(lineResidual / residual) - 2 * log(count)
    guard gain > 0 else { throw .straight }

    let breaks = body.resamples.compactMap { drops in scan.best(heights: drops.map { -$0 })?.psi }
    sparsity = best.psi
    interval = body.interval(around: best.psi, lows: breaks, highs: breaks)
    sharpness = Sharpness(before: best.slope, after: best.slope + best.bend)
    bicGain = gain
  }
}

/// How much steeper the curve falls after its turn than before it.
package struct Sharpness: Sendable, Hashable, Codable {
  /// Slopes in share of the score for each share of the weights, negative for a fall.
  package var before: Double
  package var after: Double

  /// A fall of one point over the whole axis: flatter slopes are not told apart from it.
  package static let flattest = 0.01

  package init(before: Double, after: Double) {
    self.before = before
    self.after = after
  }

  /// The slope after over the slope before, or over `flattest` where the curve was flatter than
  /// that or even rose.
  package var ratio: Double { after / min(before, -Self.flattest) }

  /// The slope before was too flat to divide by, so the ratio is the least that it can be.
  package var isAtLeast: Bool { before > -Self.flattest }
}
