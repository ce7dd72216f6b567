import Foundation

extension CurvePlot.ValueAxis {
  /// The most ticks whose rows lie evenly; on the lowest plots as many as there is room for.
  ///
  /// Rows are whole, so distances may differ by one, but not between one row and two: that is seen.
  /// - Parameter row: the row that a place falls on.
  func evenTicks(
    in range: ClosedRange<Double>, limit: Int, row: (Double) -> Int
  ) -> (places: [Double], labels: [String]) {
    let most = ticks(in: range, limit: limit)
    guard self == .linear, limit > 3 else { return most }
    for count in stride(from: limit, through: 2, by: -1) {
      let found = ticks(in: range, limit: count)
      guard found.places.count >= 2 else { break }
      let rows = found.places.map(row)
      let gaps = zip(rows, rows.dropFirst()).map { $0 - $1 }
      let (least, largest) = (gaps.min() ?? 0, gaps.max() ?? 0)
      if largest == least || (largest == least + 1 && least >= 2) { return found }
    }
    return most
  }

  /// Places on the axis and what stands there, at most `limit` of them.
  func ticks(
    in range: ClosedRange<Double>, limit: Int
  ) -> (places: [Double], labels: [String]) {
    switch self {
    case .linear:
      let ticks = Ticks.nice(in: range, limit: limit)
      return (ticks, Ticks.labels(ticks))
    case .negativeLogarithm:
      let (least, most) = (exp(-range.upperBound), exp(-range.lowerBound))
      guard least > 0, most.isFinite, most > least else { return ([], []) }
      let values = Ticks.logarithmic(in: least...most, limit: limit)
      return (values.map { -log($0) }, Ticks.shortLabels(values))
    }
  }
}

extension Ticks {
  /// Round numbers for an axis that is even by factors, at most `limit` of them: 1, 2 and 5 times
  /// powers of ten, else powers of ten alone; within less than a decade multiples of one step.
  static func logarithmic(in range: ClosedRange<Double>, limit: Int) -> [Double] {
    guard limit > 0, range.lowerBound > 0 else { return [] }
    let decades = log10(range.upperBound / range.lowerBound)
    let powers = Int(floor(log10(range.lowerBound)))...Int(ceil(log10(range.upperBound)))
    // A rounding error must not cost the tick at an end.
    let inside = { (value: Double) in
      value >= range.lowerBound * (1 - 1e-9) && value <= range.upperBound * (1 + 1e-9)
    }
    if decades >= 1 {
      for factors in [[1.0, 2, 5], [1, 3], [1]] {
        let ticks = powers.flatMap { power in factors.map { $0 * pow(10, Double(power)) } }
          .filter(inside)
        if (2...limit).contains(ticks.count) { return ticks }
      }
      let step = Int((decades / Double(max(1, limit - 1))).rounded(.up))
      return powers.filter { $0.isMultiple(of: max(1, step)) }.map { pow(10, Double($0)) }
        .filter(inside)
    }
    return nice(in: range, limit: limit).filter { $0 > 0 }
  }

  /// Ticks as text; from a million on as powers, which keeps them short: `1e9`.
  static func shortLabels(_ ticks: [Double]) -> [String] {
    guard let most = ticks.max(), most >= 1e6 else { return labels(ticks) }
    return ticks.map { tick in
      guard tick >= 1e4 else { return labels([tick])[0] }
      let power = Int(floor(log10(tick) + 1e-9))
      return "\(Int((tick / pow(10, Double(power))).rounded()))e\(power)"
    }
  }
}
