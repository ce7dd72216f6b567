import Experiments
import Pruning
import Transformers

extension ImageClassifier {
  /// The parameters with the weights that a plan removes set to zero; all others are shared.
  package func pruned(_ plan: PruningPlan, of matrices: PrunableMatrices) -> Parameters {
    var parameters = parameters
    let renamed = Dictionary(
      report.renamed.map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    for (index, removed) in plan.pruned.enumerated() where removed > 0 {
      let name = matrices.matrices[index].description.name
      guard let id = model.table.id(of: renamed[name] ?? name) else { continue }
      let rule = MaskRule(plan, matrix: index, of: matrices)
      parameters.withMutableElements(of: id) { rule.apply(to: $0) }
    }
    return parameters
  }
}
