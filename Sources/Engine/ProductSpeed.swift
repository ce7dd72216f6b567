import Experiments
import Tensors

/// With what the matrices of a plan are multiplied, and how fast their products are for that here.
///
/// It is the time of the linear layers alone, by what was measured for their shapes: on one thread,
/// with so many tokens.
package struct ProductSpeed: Sendable, Hashable {
  /// For each matrix whether it is multiplied by in packed form; nil for those that are in no block,
  /// which never are, and for those that are too wide to be tried.
  package let isSparse: [Bool?]
  /// Seconds of all products with dense weights and with those that were chosen.
  package let dense: Double
  package let chosen: Double

  package static let tokens = 512
  /// Four times what the largest models have: activations of more would take gigabytes.
  private static let mostInputs = 1 << 18

  /// BLAS must be loaded; a shape that has not been measured yet takes less than 50 ms.
  package init(
    _ plan: PruningPlan, of matrices: [MatrixDescription], calibration: KernelCalibration
  ) {
    var isSparse: [Bool?] = []
    var (dense, chosen) = (0.0, 0.0)
    for (index, matrix) in matrices.enumerated() {
      guard matrix.block != nil, matrix.shape.count == 2,
        matrix.shape[1] <= Self.mostInputs
      else {
        isSparse.append(nil)
        continue
      }
      let shape = KernelShape(outputs: matrix.shape[0], inputs: matrix.shape[1])
      let times = calibration.times(
        of: KernelProblem(shape: shape, tokens: Self.tokens, forTraining: false))
      let kept = plan.kept(of: index, weights: matrix.weights)
      let crossings = KernelCrossings(shape, density: times.crossing)
      let packs = crossings.isSparse(shape, kept: kept)
      isSparse.append(packs)
      dense += times.dense
      chosen +=
        packs ? times.packed(density: Double(kept) / Double(max(matrix.weights, 1))) : times.dense
    }
    (self.isSparse, self.dense, self.chosen) = (isSparse, dense, chosen)
  }

  package var sparseMatrices: Int { isSparse.count { $0 == true } }
  package var matrices: Int { isSparse.count { $0 != nil } }

  /// How many times as fast as dense weights; nil where there are no such matrices.
  package var againstDense: Double? { dense > 0 && chosen > 0 ? dense / chosen : nil }
}

extension PruningPlan {
  /// Weights of a matrix that a packed form holds: where a mask is there it decides, and kept zeros
  /// are stored like other weights.
  func kept(of matrix: Int, weights: Int) -> Int {
    weights - (pruned[matrix] > 0 ? pruned[matrix] : zeros[matrix])
  }
}
