/// Where the time of a model's passes goes, by kinds of operations, and how much of it the work takes
/// at least.
package struct OperationTimes: Sendable {
  package enum Kind: Int, CaseIterable, Sendable {
    case embeddings
    /// Products with the weights of linear layers, biases included.
    case linear
    /// Scores, softmax and values.
    case attention
    case activation
    /// Norms, and the sums in front of them.
    case norm
    case rest
  }

  private var durations = [Duration](repeating: .zero, count: Kind.allCases.count)
  private var slots = [Double](repeating: 0, count: Kind.allCases.count)

  /// Floating-point operations of a slot: a multiplication and an addition, sixteen times.
  package static let slotOperations = 32.0

  package init() {}

  package subscript(kind: Kind) -> Duration { durations[kind.rawValue] }

  package var total: Duration { durations.reduce(.zero, +) }

  /// The slots of the processor's scarcest unit that the work of a kind fills: one for each
  /// multiply-add of sixteen floats, and what else goes through the same ports, or for each load of
  /// sixteen floats where there are more of those. Zero for what nothing was counted.
  package func slots(_ kind: Kind) -> Double { slots[kind.rawValue] }

  /// - Parameter floats: slots times sixteen.
  mutating func add(_ duration: Duration, floats: Int, to kind: Kind) {
    durations[kind.rawValue] += duration
    slots[kind.rawValue] += Double(floats) / 16
  }

  package static func + (a: OperationTimes, b: OperationTimes) -> OperationTimes {
    var sum = a
    for kind in Kind.allCases {
      sum.durations[kind.rawValue] += b.durations[kind.rawValue]
      sum.slots[kind.rawValue] += b.slots[kind.rawValue]
    }
    return sum
  }
}
