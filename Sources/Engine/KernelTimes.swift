/// Seconds that products of one shape took on one thread, with dense weights and with packed ones.
///
/// The time of packed weights is a straight line in their number, so two densities tell it.
struct KernelTimes: Sendable, Hashable, Codable {
  var dense: Double
  /// With the lower and the higher of the densities.
  var low: Double
  var high: Double
  /// With half of the weights, two of each four, in the form for groups of N in M; nil in training,
  /// which has no such form.
  var groups: Double?

  static let densities = (low: 0.05, high: 0.6)
  /// How much faster than dense the packed form has to be, so that noise does not choose it.
  private static let margin = 1.08

  /// Whether these can be times: a file may say anything.
  var arePlausible: Bool {
    [dense, low, high, groups ?? dense].allSatisfy { $0 > 0 && $0 < 3600 }
  }

  private var slope: Double { (high - low) / (Self.densities.high - Self.densities.low) }

  /// The density below which packed weights are faster: where the line reaches the time of dense
  /// ones.
  var crossing: Double {
    let goal = dense / Self.margin
    guard slope > 0 else { return low <= goal ? Self.densities.high : 0 }
    return min(max(Self.densities.low + (goal - low) / slope, 0), 1)
  }

  /// Whether patterns are faster group by group than in the form for any weights: the one pattern
  /// that is measured stands for all.
  var prefersGroups: Bool { groups.map { $0 < packed(density: 0.5) } ?? false }

  /// Seconds with packed weights of a density.
  func packed(density: Double) -> Double {
    max(low + slope * (density - Self.densities.low), 0)
  }
}
