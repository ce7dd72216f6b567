import Experiments
import Pruning
import Transformers

extension ImageClassifier {
  /// The parameters with the weights that a plan removes set to zero; all others are shared.
  package func pruned(_ plan: PruningPlan, of matrices: PrunableMatrices) -> Parameters {
    parameters.pruned(plan, of: matrices, report)
  }
}
