/// How the explorer writes numbers.
enum NumberText {
  /// A count in at most five characters: `10.6M`, `842k`, `97`.
  static func short(_ value: Int) -> String {
    switch value {
    case 1_000_000_000...: scaled(value, by: 1_000_000_000) + "G"
    case 1_000_000...: scaled(value, by: 1_000_000) + "M"
    case 10_000...: scaled(value, by: 1_000) + "k"
    default: String(value)
    }
  }

  private static func scaled(_ value: Int, by unit: Int) -> String {
    let quotient = Double(value) / Double(unit)
    return quotient < 100 ? decimals(quotient, 1) : String(Int(quotient.rounded()))
  }

  /// A number with a fixed count of decimals.
  static func decimals(_ value: Double, _ places: Int) -> String {
    guard value.isFinite else { return "–" }
    var scale = 1.0
    for _ in 0..<places { scale *= 10 }
    let scaled = (abs(value) * scale).rounded()
    guard scaled < 1e15 else { return String(value) }
    let whole = Int(scaled) / Int(scale)
    let sign = value < 0 && scaled > 0 ? "-" : ""
    guard places > 0 else { return sign + String(whole) }
    let fraction = String(Int(scaled) % Int(scale))
    return sign + String(whole) + "." + String(repeating: "0", count: places - fraction.count)
      + fraction
  }

  /// A magnitude with three significant digits: `0.0312`, `1.20e-7`.
  static func magnitude(_ value: Float) -> String {
    let value = Double(value)
    if value == 0 { return "0" }
    guard value.isFinite else { return "∞" }
    var exponent = 0
    var mantissa = value
    while mantissa >= 10 {
      mantissa /= 10
      exponent += 1
    }
    while mantissa < 1 {
      mantissa *= 10
      exponent -= 1
    }
    if exponent < -4 || exponent > 5 { return decimals(mantissa, 2) + "e\(exponent)" }
    return decimals(value, max(0, 2 - exponent))
  }

  /// Seconds as `0:07` or `1:02:03`.
  static func clock(_ seconds: Double) -> String {
    let whole = Int(max(0, seconds))
    let (hours, minutes, rest) = (whole / 3600, whole / 60 % 60, whole % 60)
    let tail = rest < 10 ? "0\(rest)" : "\(rest)"
    if hours == 0 { return "\(minutes):\(tail)" }
    return "\(hours):\(minutes < 10 ? "0" : "")\(minutes):\(tail)"
  }
}
