import Tensors

/// The weights of a model: a tensor for each entry of its table.
///
/// A value: copies share all tensors, and writing to one of them copies that one only, so that
/// pruned variants of a model cost no more than what was pruned, and several workers may read the
/// same weights at once.
package struct Parameters: Sendable {
  package let table: ParameterTable
  private var tensors: [Tensor]

  init(table: ParameterTable, tensors: [Tensor]) {
    precondition(table.entries.count == tensors.count, "a tensor for each entry")
    self.table = table
    self.tensors = tensors
  }

  /// Fresh weights, as the table's entries say.
  ///
  /// - Parameters:
  ///   - deviation: of the normal numbers.
  ///   - seed: the same seed gives the same weights; each parameter has a stream of its own.
  package init(fresh table: ParameterTable, deviation: Float, seed: UInt64) {
    self.table = table
    tensors = table.ids.map { id in
      Self.freshTensor(table[id], deviation: deviation, seed: seed, stream: UInt64(id.index))
    }
  }

  static func freshTensor(
    _ entry: ParameterTable.Entry, deviation: Float, seed: UInt64, stream: UInt64
  ) -> Tensor {
    switch entry.initialization {
    case .zeros: return Tensor(zeros: entry.shape)
    case .ones: return Tensor([Float](repeating: 1, count: entry.count), shape: entry.shape)
    case .normal:
      var random = RandomStream(seed: seed, stream: stream)
      let elements = (0..<entry.count).map { _ in deviation * random.normal() }
      return Tensor(elements, shape: entry.shape)
    }
  }

  package subscript(id: ParameterID) -> Tensor { tensors[id.index] }

  /// The tensor of a checkpoint's name; nil when the model has no such parameter.
  package subscript(name: String) -> Tensor? { table.id(of: name).map { self[$0] } }

  /// Gives write access to one parameter's elements, row by row; a tensor that is shared is copied
  /// first.
  package mutating func withMutableElements<R, E: Error>(
    of id: ParameterID, _ body: (UnsafeMutableBufferPointer<Float>) throws(E) -> R
  ) throws(E) -> R {
    try tensors[id.index].withMutableElements(body)
  }

  /// Gives write access to all parameters at once, in the order of the table, for threads that each
  /// write some of them; tensors that are shared are copied first.
  package mutating func withAllMutableElements<R, E: Error>(
    _ body: ([UnsafeMutableBufferPointer<Float>]) throws(E) -> R
  ) throws(E) -> R {
    // Each tensor has its memory alone from here on, so the pointers stay what they are.
    let buffers = tensors.indices.map { tensors[$0].withMutableElements { $0 } }
    defer { withExtendedLifetime(tensors) {} }
    return try body(buffers)
  }

  /// The weights in all.
  package var count: Int { table.entries.reduce(0) { $0 + $1.count } }
}
