/// Where the time of a model's passes goes, by kinds of operations.
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

  package init() {}

  package subscript(kind: Kind) -> Duration { durations[kind.rawValue] }

  package var total: Duration { durations.reduce(.zero, +) }

  mutating func add(_ duration: Duration, to kind: Kind) { durations[kind.rawValue] += duration }

  package static func + (a: OperationTimes, b: OperationTimes) -> OperationTimes {
    var sum = a
    for kind in Kind.allCases { sum.add(b[kind], to: kind) }
    return sum
  }
}
