import Glibc

/// How many standard errors a two-sided interval reaches to each side.
enum Quantile {
  /// z with P(|Z| ≤ z) = `confidence` for a standard normal Z: 1.96 for 0.95.
  static func normal(confidence: Double) -> Double {
    precondition(confidence > 0 && confidence < 1, "a confidence lies between 0 and 1")
    // Newton's method on erfc. The normal distribution function is concave right of 0, so the
    // steps from 0 only ever grow towards the root.
    let outside = 1 - confidence
    var z = 0.0
    for _ in 0..<100 {
      let excess = erfc(z / 2.0.squareRoot()) - outside
      let slope = (2 / Double.pi).squareRoot() * exp(-z * z / 2)
      let step = excess / slope
      z += step
      if abs(step) < 1e-14 * max(z, 1) { break }
    }
    return z
  }

  /// t with P(|T| ≤ t) = `confidence` for Student's T with so many degrees of freedom.
  ///
  /// Exact for 1 and 2 degrees; above, the expansion in powers of 1/ν, whose relative error at
  /// 95 % is 1e-3 for 3 degrees and under 1e-6 from 15 on.
  /// Source: Abramowitz and Stegun, "Handbook of Mathematical Functions", 26.7.5.
  static func student(degrees: Int, confidence: Double) -> Double {
    precondition(degrees > 0, "Student's t needs at least one degree of freedom")
    switch degrees {
    case 1: return tan(.pi * confidence / 2)
    case 2: return confidence * (2 / (1 - confidence * confidence)).squareRoot()
    default: break
    }
    let z = normal(confidence: confidence)
    let z2 = z * z
    let terms = [
      z * (z2 + 1) / 4,
      z * ((5 * z2 + 16) * z2 + 3) / 96,
      z * (((3 * z2 + 19) * z2 + 17) * z2 - 15) / 384,
      z * ((((79 * z2 + 776) * z2 + 1482) * z2 - 1920) * z2 - 945) / 92160,
    ]
    let nu = Double(degrees)
    return z + terms.reversed().reduce(0) { ($0 + $1) / nu }
  }
}
