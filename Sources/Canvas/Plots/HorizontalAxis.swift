extension CurvePlot {
  /// What the labels of the x axis say of x, which runs over 0 … 1.
  package enum HorizontalAxis: Sendable, Hashable {
    /// x is a sparsity, labelled in percent.
    case sparsity
    /// x is a share of so many steps of training, labelled by their number.
    case steps(Int)
  }
}

extension CurvePlot.HorizontalAxis {
  struct Tick {
    let place: Double
    let label: String
  }

  /// Ticks with at least six columns between them.
  func ticks(columns: Int) -> [Tick] {
    switch self {
    case .sparsity:
      CurvePlot.percentTicks(width: columns).map {
        Tick(place: Double($0) / 100, label: $0 == 100 ? "100 %" : "\($0)")
      }
    case .steps(let count):
      Ticks.nice(in: 0...Double(max(1, count)), limit: max(2, columns / 10)).map {
        Tick(place: $0 / Double(max(1, count)), label: Ticks.grouped(Int($0)))
      }
    }
  }

  /// The axis in words.
  var title: String {
    switch self {
    case .sparsity: "sparsity"
    case .steps: "step"
    }
  }
}
