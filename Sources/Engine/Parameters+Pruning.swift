import Experiments
import Pruning
import Transformers

extension Parameters {
  /// The parameters with the weights that a plan removes set to zero; all others are shared.
  ///
  /// - Parameter report: how the names of the files and the model's fit each other.
  package func pruned(
    _ plan: PruningPlan, of matrices: PrunableMatrices, _ report: LoadReport
  ) -> Parameters {
    var parameters = self
    let names = Dictionary(
      report.renamed.map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    for (index, removed) in plan.pruned.enumerated() where removed > 0 {
      let name = matrices.matrices[index].description.name
      guard let id = table.id(of: names[name] ?? name) else { continue }
      let rule = MaskRule(plan, matrix: index, of: matrices)
      parameters.withMutableElements(of: id) { rule.apply(to: $0) }
    }
    return parameters
  }
}
