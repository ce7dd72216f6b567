/// Writes shares as percentages, with as many digits as the measurement supports.
///
/// The sign is left to the caller, because a column of figures needs it only once.
package enum Percent {
  /// A share as a percentage with a fixed number of decimals: 0.9604 with one gives `96.0`.
  ///
  /// Halves are rounded away from zero; a result of zero has no sign; what is not finite is `–`.
  package static func text(_ share: Double, decimals: Int = 1) -> String {
    var scale = 1
    for _ in 0..<decimals { scale *= 10 }
    let scaled = (share * 100 * Double(scale)).rounded()
    // Beyond this an Int cannot hold the digits, and no percentage is meant.
    guard scaled.isFinite, abs(scaled) < 1e18 else { return "–" }
    let digits = Int(abs(scaled))
    let sign = scaled < 0 ? "-" : ""
    guard decimals > 0 else { return sign + String(digits) }
    let decimalDigits = String(digits % scale)
    let padding = String(repeating: "0", count: decimals - decimalDigits.count)
    return "\(sign)\(digits / scale).\(padding)\(decimalDigits)"
  }

  /// Decimals that a value with this interval deserves: half of the interval's width shows one
  /// significant digit, and never more than two decimals.
  package static func decimals(for interval: Interval) -> Int {
    let halfWidth = interval.width * 50
    if halfWidth >= 0.95 { return 0 }
    return halfWidth >= 0.095 ? 1 : 2
  }

  /// A value and half the width of its interval: `68 ±2`, `96.0 ±0.4`.
  package static func text(_ share: Double, within interval: Interval) -> String {
    let decimals = decimals(for: interval)
    return text(share, decimals: decimals) + " ±" + text(interval.width / 2, decimals: decimals)
  }
}
