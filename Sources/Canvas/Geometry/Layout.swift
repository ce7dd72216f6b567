/// How much of a row or column of panels one of them asks for.
package enum Length: Sendable, Hashable {
  /// Exactly so many cells while there is room.
  case fixed(Int)
  /// A share of what the others leave, in proportion to the weight.
  case share(Double)
  /// At least so many cells, and like `share` beyond that.
  case minimum(Int, weight: Double = 1)
}

/// Divides a length among panels: fixed lengths first, then minima, then shares.
///
/// The parts always sum to what there is. Where the fixed and least lengths do not fit, the last
/// parts give way, down to nothing.
package enum Layout {
  /// - Returns: one length per part, in order, summing to `total` unless every part is fixed.
  package static func divide(_ total: Int, into parts: [Length]) -> [Int] {
    var lengths = [Int](repeating: 0, count: parts.count)
    var left = max(0, total)
    for (index, part) in parts.enumerated() {
      guard let wanted = part.least else { continue }
      lengths[index] = min(max(0, wanted), left)
      left -= lengths[index]
    }
    distribute(left, among: parts, to: &lengths)
    return lengths
  }

  /// Hands out what is left so that the flexible parts end in proportion to their weights.
  ///
  /// A part whose minimum is already more than its share keeps its minimum and leaves the game.
  private static func distribute(_ left: Int, among parts: [Length], to lengths: inout [Int]) {
    var flexible = parts.indices.filter { parts[$0].weight > 0 }
    var pool = left + flexible.reduce(0) { $0 + lengths[$1] }
    while true {
      let weight = flexible.reduce(0) { $0 + parts[$1].weight }
      guard weight > 0 else { return }
      let satisfied = flexible.filter {
        Double(lengths[$0]) > Double(pool) * parts[$0].weight / weight
      }
      if satisfied.isEmpty {
        // Rounding the running sum, not each part, makes the parts add up to the pool.
        var sum = 0.0
        var given = 0
        for index in flexible {
          sum += parts[index].weight
          let end = Int((Double(pool) * sum / weight).rounded())
          lengths[index] = end - given
          given = end
        }
        return
      }
      pool -= satisfied.reduce(0) { $0 + lengths[$1] }
      flexible.removeAll(where: satisfied.contains)
    }
  }
}

extension Length {
  fileprivate var least: Int? {
    switch self {
    case .fixed(let cells), .minimum(let cells, _): cells
    case .share: nil
    }
  }

  fileprivate var weight: Double {
    switch self {
    case .fixed: 0
    case .share(let weight), .minimum(_, let weight): max(0, weight)
    }
  }
}

extension Rect {
  /// Divides the rectangle into parts that stand side by side.
  package func splitColumns(_ parts: [Length], gap: Int = 0) -> [Rect] {
    var left = x
    let gaps = gap * max(0, parts.count - 1)
    return Layout.divide(width - gaps, into: parts).map { width in
      defer { left += width + gap }
      return Rect(x: left, y: y, width: width, height: height).intersection(self)
    }
  }

  /// Divides the rectangle into parts that stand one below the other.
  package func splitRows(_ parts: [Length], gap: Int = 0) -> [Rect] {
    var top = y
    let gaps = gap * max(0, parts.count - 1)
    return Layout.divide(height - gaps, into: parts).map { height in
      defer { top += height + gap }
      return Rect(x: x, y: top, width: width, height: height).intersection(self)
    }
  }
}
