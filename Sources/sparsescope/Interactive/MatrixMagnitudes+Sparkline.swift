import Pruning

extension MatrixMagnitudes {
  /// The shape of the distribution in 24 bins, up to where 99.8 % of the weights lie.
  var sparkline: [Int] {
    let bins = 24
    let top = max(quantile(0.998), .leastNormalMagnitude)
    return histogram(edges: (0...bins).map { top * Float($0) / Float(bins) })
  }

  /// The smallest magnitude that at least so large a share of the weights do not exceed.
  private func quantile(_ share: Double) -> Float {
    let wanted = Int(share * Double(count))
    // The bits of floats that are not negative are in the order of their values.
    var (low, high) = (UInt32(0), maximum.bitPattern)
    while low < high {
      let middle = (low + high) / 2
      if self.count(below: Float(bitPattern: middle + 1)) >= wanted {
        high = middle
      } else {
        low = middle + 1
      }
    }
    return Float(bitPattern: low)
  }
}
