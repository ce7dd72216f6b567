import Experiments

/// Keeps measured points from one start of the program to the next.
///
/// A store is told of no task or model: one is made for each of them.
package protocol PointStore: Sendable {
  /// The complete points of a curve that were kept before.
  func points(of curve: CurveIdentity) -> [CurvePoint]

  /// Keeps a complete point.
  func store(_ point: CurvePoint, of curve: CurveIdentity)
}
