/// Fits y = a + b·x + c·max(0, x − ψ) for every ψ of a lattice at once.
///
/// For a fixed ψ the fit is linear, and once constant and slope are projected out of the hinge
/// max(0, x − ψ), what it explains of any y is one scalar product. The projected hinges depend on x
/// alone, so hundreds of resampled y cost a small matrix product each.
struct BreakpointScan {
  struct Fit {
    var psi: Double
    /// b, the slope before ψ.
    var slope: Double
    /// c, the change of the slope at ψ; negative.
    var bend: Double
    /// The sum of squares that the broken line leaves.
    var residual: Double
    /// What it leaves less than a single line.
    var explained: Double
  }

  static let step = 0.005

  private struct Candidate {
    var psi: Double
    /// The hinge without its constant and linear parts, scaled to unit length.
    var direction: [Double]
    /// The length before scaling.
    var length: Double
    /// The slope of the hinge's linear part.
    var slope: Double
  }

  private let line: LineProjection
  private let candidates: [Candidate]

  /// - Parameter positions: x, rising, at least four; ψ is looked for between the second and the
  ///   last but one, so that two levels lie on either side.
  init(positions: [Double]) {
    let line = LineProjection(positions: positions)
    let first = Int((positions[1] / Self.step).rounded(.up))
    let last = Int((positions[positions.count - 2] / Self.step).rounded(.down))
    candidates = (first...max(first, last)).compactMap { index in
      let psi = Double(index) * Self.step
      var hinge = positions.map { max(0, $0 - psi) }
      let slope = line.project(&hinge)
      let length = hinge.reduce(0) { $0 + $1 * $1 }.squareRoot()
      guard length > 1e-9 else { return nil }
      return Candidate(psi: psi, direction: hinge.map { $0 / length }, length: length, slope: slope)
    }
    self.line = line
  }

  /// The least-squares fit among those that bend downwards; nil where none does.
  func best(heights: [Double]) -> Fit? {
    var rest = heights
    let lineSlope = line.project(&rest)
    var best: (candidate: Candidate, along: Double)?
    for candidate in candidates {
      var along = 0.0
      for index in rest.indices { along += candidate.direction[index] * rest[index] }
      if along < best?.along ?? -1e-12 { best = (candidate, along) }
    }
    guard let (candidate, along) = best else { return nil }
    let bend = along / candidate.length
    let total = rest.reduce(0) { $0 + $1 * $1 }
    return Fit(
      psi: candidate.psi, slope: lineSlope - bend * candidate.slope, bend: bend,
      residual: max(total - along * along, 0), explained: along * along)
  }
}

/// Takes the least-squares line over fixed positions out of values at them.
private struct LineProjection {
  /// Positions less their mean.
  private let centred: [Double]
  private let squares: Double

  init(positions: [Double]) {
    let mean = positions.reduce(0, +) / Double(positions.count)
    centred = positions.map { $0 - mean }
    squares = centred.reduce(0) { $0 + $1 * $1 }
  }

  /// Leaves the residuals in `values` and returns the line's slope.
  func project(_ values: inout [Double]) -> Double {
    let mean = values.reduce(0, +) / Double(values.count)
    var slope = 0.0
    for index in values.indices { slope += centred[index] * values[index] }
    slope /= squares
    for index in values.indices { values[index] -= mean + slope * centred[index] }
    return slope
  }
}
