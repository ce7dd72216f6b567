import CKernels
import Checkpoints

/// Summary figures of one matrix's weights, in double precision.
package struct MatrixStatistics: Sendable, Hashable {
  /// Weights that are zero, of either sign.
  package let zeros: Int
  package let mean: Double
  /// The population's standard deviation: divided by n, not by n − 1.
  package let deviation: Double
  /// The largest |w|.
  package let maximum: Double
}

extension PrunableMatrices {
  /// Reads a matrix and sums it up.
  package func statistics(matrix: Int) throws -> MatrixStatistics {
    let tensor = matrices[matrix].tensor
    guard let type = tensor.elementType.storedType else {
      throw CheckpointError.notFloatingPoint(
        file: tensor.file, tensor: tensor.name, type: tensor.elementType)
    }
    let found = try checkpoint.withBytes(of: tensor) {
      matrix_statistics(type, $0.baseAddress, tensor.count)
    }
    return MatrixStatistics(
      zeros: found.zeros, mean: found.mean, deviation: found.deviation, maximum: found.maximum)
  }
}
