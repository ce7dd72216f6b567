/// Where the parts of a plot stand, and which cell and dot a value falls on.
struct PlotFrame {
  /// The cells of the curves.
  let plot: Rect
  /// The column of the y axis, with the labels to its left; nil when too narrow.
  let axisColumn: Int?
  let labelColumns: Range<Int>
  /// The row of the x axis; nil when too low.
  let axisRow: Int?
  /// The row of the x labels; nil when too low.
  let labelRow: Int?
  let yRange: ClosedRange<Double>
  let yTicks: [(row: Int, label: String)]

  init(rect: Rect, yRange: ClosedRange<Double>, axis: CurvePlot.ValueAxis = .linear) {
    self.yRange = yRange
    var plot = rect
    labelRow = rect.height >= 3 ? rect.maxY - 1 : nil
    axisRow = rect.height >= 8 ? rect.maxY - 2 : nil
    plot = plot.inset(bottom: (labelRow == nil ? 0 : 1) + (axisRow == nil ? 0 : 1))
    let height = plot.height
    let (ticks, labels) = axis.evenTicks(in: yRange, limit: min(max(2, height * 3 / 4), 9)) {
      Self.dotRow($0, yRange: yRange, height: height) / 4
    }
    let labelWidth = labels.map(\.count).max() ?? 0
    if rect.width >= labelWidth + 12 {
      labelColumns = rect.x..<(rect.x + labelWidth)
      axisColumn = rect.x + labelWidth + 1
      // Two columns at the right let the label of 100 % stand under its tick.
      plot = plot.inset(left: labelWidth + 2, right: rect.width >= 30 ? 2 : 0)
    } else {
      labelColumns = rect.x..<rect.x
      axisColumn = nil
    }
    self.plot = plot
    var seen: Set<Int> = []
    var rows: [(row: Int, label: String)] = []
    for (tick, label) in zip(ticks, labels) {
      let row = Self.dotRow(tick, yRange: yRange, height: plot.height) / 4 + plot.y
      if seen.insert(row).inserted { rows.append((row, label)) }
    }
    yTicks = rows
  }

  /// The column of an x of 0 … 1.
  func column(_ x: Double) -> Int { plot.x + dotColumn(x) / 2 }

  /// The row of a y.
  func row(_ y: Double) -> Int { plot.y + dotRow(y) / 4 }

  /// The column of dots of an x, from the left of the plot, two to a cell.
  func dotColumn(_ x: Double) -> Int {
    let clamped = x.isNaN ? 0 : min(max(x, 0), 1)
    // Cells are the unit, so that 0 and 1 fall on the middles of the first and the last.
    return Int((clamped * Double(max(0, plot.width - 1)) * 2).rounded())
  }

  /// The row of dots of a y, from the top of the plot, four to a cell; beyond the range its end.
  func dotRow(_ y: Double) -> Int { Self.dotRow(y, yRange: yRange, height: plot.height) }

  private static func dotRow(_ y: Double, yRange: ClosedRange<Double>, height: Int) -> Int {
    let length = yRange.upperBound - yRange.lowerBound
    let share = length > 0 && y.isFinite ? (y - yRange.lowerBound) / length : 0
    let last = Double(max(0, height * 4 - 1))
    return Int(((1 - min(max(share, 0), 1)) * last).rounded())
  }
}
