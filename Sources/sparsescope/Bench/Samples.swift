/// Measurements of one thing, and how they are summed up.
struct Samples {
  private var values: [Double] = []

  mutating func add(_ value: Double) { values.append(value) }

  mutating func add(_ duration: Duration) { values.append(duration / .milliseconds(1)) }

  var count: Int { values.count }
  var minimum: Double { values.min() ?? .nan }
  var median: Double { percentile(50) }

  /// The nearest-rank percentile.
  func percentile(_ percent: Double) -> Double {
    guard !values.isEmpty else { return .nan }
    let sorted = values.sorted()
    let rank = Int((percent / 100 * Double(sorted.count)).rounded(.up))
    return sorted[min(max(rank - 1, 0), sorted.count - 1)]
  }

  /// Milliseconds that a piece of work takes, so many times.
  static func timing(_ times: Int, _ work: () throws -> Void) rethrows -> Samples {
    var samples = Samples()
    for _ in 0..<times {
      let began = ContinuousClock.now
      try work()
      samples.add(.now - began)
    }
    return samples
  }
}
