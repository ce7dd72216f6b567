import Experiments

/// How a person looked at a model, to be taken up again the next time.
///
/// Matrices and panels go by name or number, so that a file of another version, or a model that has
/// been changed since, is taken as far as it fits.
package struct ExplorerView: Codable, Sendable, Hashable {
  package var method: PruningMethod
  package var sparsity: Double
  /// Names of the matrices that were taken out of the pruning.
  package var excluded: [String]
  /// The name of the selected matrix; nil for the whole model.
  package var matrix: String?
  /// Numbers of panels, the latest that was looked at first.
  package var panels: [Int]
  package var zoomed: Bool
  package var logarithmic: Bool
  package var tolerance: Double

  package init(_ state: ExplorerState) {
    let matrices = state.model.matrices
    method = state.request.method
    sparsity = state.request.sparsity
    excluded = state.request.excluded.sorted().map { matrices[$0].name }
    matrix = state.selection.index.map { matrices[$0].name }
    panels = state.recent.map(\.rawValue)
    zoomed = state.zoomed
    logarithmic = state.logarithmic
    tolerance = state.tolerance
  }
}

extension ExplorerState {
  /// Takes up a view again; before the index is there.
  ///
  /// - Parameter withPruning: whether also what was pruned, not only what was looked at.
  package mutating func restore(_ view: ExplorerView, withPruning: Bool) {
    let indices = Dictionary(
      model.matrices.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
    if withPruning, (0...1).contains(view.sparsity), view.method.isSound {
      request = PruningRequest(
        method: view.method, sparsity: view.sparsity,
        excluded: Set(view.excluded.compactMap { indices[$0] }))
      request.sparsity = reachable.nearest(to: SparsityLevel(view.sparsity)).fraction
      if case .random(_, let seed) = view.method { self.seed = seed }
    }
    if let name = view.matrix {
      if let index = indices[name] { select(.matrix(index)) }
    } else {
      select(.whole)
    }
    for panel in view.panels.reversed().compactMap(PanelID.init(rawValue:)) { look(at: panel) }
    zoomed = view.zoomed
    logarithmic = view.logarithmic
    if (0...0.2).contains(view.tolerance) { tolerance = view.tolerance }
  }
}

extension PruningMethod {
  /// Whether a file gave a method that there is: groups have a size.
  fileprivate var isSound: Bool {
    if case .nm(let groupSize) = self { (1...4096).contains(groupSize) } else { true }
  }
}
