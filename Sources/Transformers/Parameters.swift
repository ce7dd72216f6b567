import Tensors

/// The weights of a model: a tensor for each entry of its table.
///
/// A value: copies share all tensors, and writing to one of them copies that one only, so that
/// pruned variants of a model cost no more than what was pruned, and several workers may read the
/// same weights at once.
package struct Parameters: Sendable {
  package let table: ParameterTable
  private var tensors: [Tensor]
  /// Forms that products use in place of the tensors, by the parameters' places.
  private var packedForms: [Int: PackedWeights] = [:]

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

  /// The tensor of a parameter, which must not be there in packed form alone.
  package subscript(id: ParameterID) -> Tensor {
    precondition(
      packedForms[id.index].map { $0.trained != nil } ?? true,
      "\(table[id].name) is there in packed form alone")
    return tensors[id.index]
  }

  /// The tensor of a checkpoint's name; nil when the model has no such parameter.
  package subscript(name: String) -> Tensor? { table.id(of: name).map { self[$0] } }

  /// The packed form of a matrix; nil where it is used as it is.
  package func packed(_ id: ParameterID) -> PackedWeights? { packedForms[id.index] }

  /// How many matrices are packed.
  package var packedCount: Int { packedForms.count }

  /// The parameters with some matrices in packed form. Forms for inference take the place of the
  /// weights, which are then not what the tensors hold.
  package func packing(_ forms: [ParameterID: PackedWeights]) -> Parameters {
    var parameters = self
    for (id, form) in forms { parameters.packedForms[id.index] = form }
    return parameters
  }

  /// The parameters with other tensors of the same shapes in the place of some.
  package func replacing(_ replacements: [ParameterID: Tensor]) -> Parameters {
    var parameters = self
    for (id, tensor) in replacements {
      precondition(tensor.shape == table[id].shape, "\(table[id].name) has another shape")
      parameters.packedForms[id.index] = nil
      parameters.tensors[id.index] = tensor
    }
    return parameters
  }

  /// Gives write access to one parameter's elements, row by row; a tensor that is shared is copied
  /// first, and a packed form, which it would no longer agree with, is dropped.
  package mutating func withMutableElements<R, E: Error>(
    of id: ParameterID, _ body: (UnsafeMutableBufferPointer<Float>) throws(E) -> R
  ) throws(E) -> R {
    packedForms[id.index] = nil
    return try tensors[id.index].withMutableElements(body)
  }

  /// Gives write access to all parameters at once, in the order of the table, for threads that each
  /// write some of them; tensors that are shared are copied first.
  package mutating func withAllMutableElements<R, E: Error>(
    _ body: ([UnsafeMutableBufferPointer<Float>]) throws(E) -> R
  ) throws(E) -> R {
    precondition(packedForms.isEmpty, "packed forms would not follow")
    // Each tensor has its memory alone from here on, so the pointers stay what they are.
    let buffers = tensors.indices.map { tensors[$0].withMutableElements { $0 } }
    defer { withExtendedLifetime(tensors) {} }
    return try body(buffers)
  }

  /// The weights in all.
  package var count: Int { table.entries.reduce(0) { $0 + $1.count } }
}
