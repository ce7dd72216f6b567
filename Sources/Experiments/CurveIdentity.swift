/// What a curve is about: everything of a pruning request but its level.
package struct CurveIdentity: Sendable, Hashable, Codable {
  package var method: PruningMethod
  package var excluded: Set<Int>

  package init(_ request: PruningRequest) {
    method = request.method
    excluded = request.excluded
  }

  /// The request for one level of the curve.
  package func request(at sparsity: Double) -> PruningRequest {
    PruningRequest(method: method, sparsity: sparsity, excluded: excluded)
  }
}
