import Foundation

/// Round numbers along an axis.
package enum Ticks {
  /// The multiples of 1, 2 or 5 times a power of ten that lie in a range, at most `limit` of them.
  package static func nice(in range: ClosedRange<Double>, limit: Int) -> [Double] {
    guard limit > 0, range.lowerBound.isFinite, range.upperBound.isFinite else { return [] }
    guard range.upperBound > range.lowerBound else { return [range.lowerBound] }
    let step = step(for: range.upperBound - range.lowerBound, limit: limit)
    // A rounding error must not cost the tick at an end.
    let first = (range.lowerBound / step - 1e-9).rounded(.up)
    let last = (range.upperBound / step + 1e-9).rounded(.down)
    guard first <= last else { return [] }
    return (0...Int(last - first)).map { (first + Double($0)) * step }
  }

  /// The smallest nice step that puts at most `limit` ticks on a length.
  static func step(for length: Double, limit: Int) -> Double {
    let least = length / Double(max(1, limit - 1))
    let power = pow(10, floor(log10(least)))
    for factor in [1.0, 2, 5] where factor * power >= least * (1 - 1e-9) { return factor * power }
    return 10 * power
  }

  /// A range widened to nice numbers, so that it stays while values move a little.
  package static func stable(_ range: ClosedRange<Double>, limit: Int = 5) -> ClosedRange<Double> {
    let length = range.upperBound - range.lowerBound
    guard length > 0, length.isFinite else {
      return (range.lowerBound - 1)...(range.lowerBound + 1)
    }
    let step = step(for: length, limit: limit)
    return
      ((range.lowerBound / step + 1e-9).rounded(.down) * step)...((range.upperBound / step
      - 1e-9).rounded(.up) * step)
  }

  /// Ticks as text, all with the decimals that the finest needs.
  package static func labels(_ ticks: [Double]) -> [String] {
    let decimals = ticks.map(decimals(of:)).max() ?? 0
    return ticks.map { String(format: "%.\(decimals)f", $0 == 0 ? 0 : $0) }
  }

  private static func decimals(of value: Double) -> Int {
    var scaled = abs(value)
    for decimals in 0..<6 {
      if abs(scaled - scaled.rounded()) <= 1e-6 * max(1, scaled) { return decimals }
      scaled *= 10
    }
    return 6
  }

  /// A number with a thin gap every three digits, as counts are shown: `125 829`.
  package static func grouped(_ count: Int) -> String {
    let digits = String(count.magnitude)
    var text = ""
    for (index, digit) in digits.enumerated() {
      if index > 0 && (digits.count - index) % 3 == 0 { text.append(" ") }
      text.append(digit)
    }
    return count < 0 ? "-" + text : text
  }
}
