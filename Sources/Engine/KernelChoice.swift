import Tensors

/// With what the matrices of a pruned model are multiplied.
package enum KernelChoice: Sendable {
  case dense
  /// Every matrix that loses any weight in packed form.
  case sparse
  /// What is faster here, matrix by matrix.
  case measured(KernelCalibration)

  /// The sparsities from which a matrix is worth packing, for the shapes of a model.
  ///
  /// - Parameters:
  ///   - tokens: rows of the activations.
  ///   - forTraining: whether the gradients count.
  func crossings(
    of shapes: some Sequence<KernelShape>, tokens: Int, forTraining: Bool
  ) -> KernelCrossings {
    var crossings = KernelCrossings()
    for shape in Set(shapes).sorted() {
      switch self {
      case .dense: break
      case .sparse: crossings.entries.append(.init(shape: shape, density: 1))
      case .measured(let calibration):
        let density = calibration.density(
          of: KernelProblem(shape: shape, tokens: tokens, forTraining: forTraining))
        crossings.entries.append(.init(shape: shape, density: density))
      }
    }
    return crossings
  }
}

/// The shape of a weight matrix, as a product sees it.
package struct KernelShape: Sendable, Hashable, Codable, Comparable {
  package var outputs: Int
  package var inputs: Int

  package init(outputs: Int, inputs: Int) {
    self.outputs = outputs
    self.inputs = inputs
  }

  package static func < (a: KernelShape, b: KernelShape) -> Bool {
    (a.outputs, a.inputs) < (b.outputs, b.inputs)
  }
}

/// The densities below which matrices are packed, by their shapes.
///
/// A training keeps them with its state: a resumption multiplies with the same kernels, and gives
/// the same bits, whatever has been measured since.
package struct KernelCrossings: Sendable, Hashable, Codable {
  package struct Entry: Sendable, Hashable, Codable {
    package var shape: KernelShape
    package var density: Double
  }

  package internal(set) var entries: [Entry] = []

  package init() {}

  /// Whether a matrix with so many of its weights left is packed; one that has lost none never is.
  package func isSparse(_ shape: KernelShape, kept: Int) -> Bool {
    let count = shape.outputs * shape.inputs
    guard kept < count, let entry = entries.first(where: { $0.shape == shape }) else {
      return false
    }
    return Double(kept) <= entry.density * Double(count)
  }
}
