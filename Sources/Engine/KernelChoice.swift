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
      case .sparse: crossings.entries.append(.init(shape: shape, density: 1, groups: true))
      case .measured(let calibration):
        let times = calibration.times(
          of: KernelProblem(shape: shape, tokens: tokens, forTraining: forTraining))
        crossings.entries.append(
          .init(shape: shape, density: times.crossing, groups: times.prefersGroups ? true : nil))
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
    /// Whether patterns of N in M have a form of their own in inference; nil where they have not.
    package var groups: Bool?
  }

  package internal(set) var entries: [Entry] = []

  package init() {}

  init(_ shape: KernelShape, density: Double) { entries = [Entry(shape: shape, density: density)] }

  /// Whether a matrix with so many of its weights left is packed; one that has lost none never is.
  package func isSparse(_ shape: KernelShape, kept: Int) -> Bool {
    let count = shape.outputs * shape.inputs
    guard kept < count, let entry = entries.first(where: { $0.shape == shape }) else {
      return false
    }
    return Double(kept) <= entry.density * Double(count)
  }

  /// Whether a matrix that keeps at most N of M is packed group by group.
  func packsGroups(_ shape: KernelShape) -> Bool {
    entries.first { $0.shape == shape }?.groups == true
  }
}
