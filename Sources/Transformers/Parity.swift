import Tensors

/// How far one output is from PyTorch's.
package struct ParityOutput: Sendable, Hashable, Codable {
  package var name: String
  /// The largest difference of an element.
  package var maxAbs: Double
  /// The same, relative to the largest magnitude that PyTorch computed for this output.
  package var maxRel: Double
  package var ok: Bool

  enum CodingKeys: String, CodingKey {
    case name, ok
    case maxAbs = "max_abs"
    case maxRel = "max_rel"
  }
}

/// All outputs of a model next to PyTorch's.
package struct ParityReport: Sendable, Hashable, Codable {
  package var outputs: [ParityOutput]
  package var ok: Bool

  init(_ outputs: [ParityOutput]) {
    self.outputs = outputs
    ok = !outputs.isEmpty && outputs.allSatisfy(\.ok)
  }
}

/// How much outputs may differ from PyTorch's: about ten times what is seen on the reference
/// models, because sums are taken in another order.
package struct ParityTolerance: Sendable {
  /// Relative to the largest magnitude of the output.
  var relative: Double
  /// For outputs that are all but zero.
  var absolute: Double

  static let outputs = ParityTolerance(relative: 2e-5, absolute: 1e-6)
  static let gradients = ParityTolerance(relative: 5e-5, absolute: 1e-6)
  /// The step changes weights by about the learning rate 1e-3, in the direction of the gradient's
  /// sign: where a gradient is all but zero its rounding shows.
  static let steps = ParityTolerance(relative: 0, absolute: 2e-5)
}

/// Compares a model with what PyTorch computed of it.
package struct Parity {
  private let loaded: LoadedTransformer
  private let golden: GoldenFile
  private let input: ModelInput
  private let tape = Tape()

  package init(_ loaded: LoadedTransformer, _ golden: GoldenFile) throws {
    try BLAS.load()
    self.loaded = loaded
    self.golden = golden
    input = try golden.input(for: loaded.model)
  }

  /// Logits, loss, every gradient and the AdamW step.
  package func differences() throws -> [ParityOutput] {
    let model = loaded.model
    let gradients = Gradients(table: model.table)
    let (loss, logits) = model.differentiate(
      input, try golden.targets(for: model), loaded.parameters, on: tape, into: gradients)
    var outputs = try compareLogits(logits, prefix: "")
    outputs.append(try compare("loss", [Float(loss)], .outputs))
    outputs += try compareParameters("grad.", .gradients) { id in
      Array(gradients[id].elements)
    }

    var stepped = loaded.parameters
    AdamWState(table: model.table, settings: AdamW()).step(
      &stepped, along: gradients, rate: 1e-3)
    outputs += try compareParameters("step.", .steps) { id in stepped[id].elements }
    return outputs
  }

  /// The logits of the model with some weights set to zero.
  package func maskedDifferences(_ masked: Parameters) throws -> [ParityOutput] {
    try compareLogits(loaded.model.logits(input, masked, on: tape), prefix: "masked_")
  }

  /// Weights of zero wherever the magnitude is at most the file's threshold, in the matrices for
  /// which the file counts pruned weights.
  package func maskedByThreshold() throws -> Parameters {
    let threshold = try golden.floats("threshold")[0]
    var masked = loaded.parameters
    for (name, id) in names(after: "pruned.") {
      guard let id else {
        throw ParityError.unusable(file: golden.checkpoint.path, tensor: "pruned.\(name)")
      }
      masked.withMutableElements(of: id) { weights in
        for index in weights.indices where weights[index].magnitude <= threshold {
          weights[index] = 0
        }
      }
    }
    return masked
  }

  /// The file's names behind a prefix, each with the model's parameter.
  package func names(after prefix: String) -> [(String, ParameterID?)] {
    let names = ParameterNames.names(of: loaded.model.configuration.family)
    let table = loaded.model.table
    var places: [String: ParameterID] = [:]
    for id in table.ids {
      for spelling in names.spellings(of: table[id].name) { places[spelling] = id }
    }
    return golden.names(after: prefix).map { ($0, places[$0]) }
  }

  /// Compares a value of every parameter; a name on one side only is not ok.
  private func compareParameters(
    _ prefix: String, _ tolerance: ParityTolerance, _ values: (ParameterID) -> [Float]
  ) throws -> [ParityOutput] {
    let table = loaded.model.table
    var remaining = Set(table.ids)
    var outputs: [ParityOutput] = []
    for (name, id) in names(after: prefix) {
      if let id {
        remaining.remove(id)
        outputs.append(try compare(prefix + name, values(id), tolerance))
      } else {
        outputs.append(ParityOutput(name: prefix + name, maxAbs: 0, maxRel: 0, ok: false))
      }
    }
    for id in table.ids where remaining.contains(id) {
      outputs.append(ParityOutput(name: prefix + table[id].name, maxAbs: 0, maxRel: 0, ok: false))
    }
    return outputs
  }

  private func compareLogits(_ logits: Matrix, prefix: String) throws -> [ParityOutput] {
    guard loaded.model.configuration.head == .questionAnswering else {
      return [try compare("\(prefix)logits", Array(logits.elements), .outputs)]
    }
    return try ["start_logits", "end_logits"].enumerated().map { column, name in
      try compare(
        prefix + name, (0..<logits.rows).map { logits.row($0)[column] }, .outputs)
    }
  }

  private func compare(
    _ name: String, _ values: [Float], _ tolerance: ParityTolerance
  ) throws -> ParityOutput {
    let expected = try golden.floats(name)
    guard expected.count == values.count else {
      return ParityOutput(name: name, maxAbs: 0, maxRel: 0, ok: false)
    }
    var (difference, magnitude) = (0.0, 0.0)
    for (value, reference) in zip(values, expected) {
      let distance = abs(Double(value) - Double(reference))
      // Not a number is never close.
      difference = distance.isNaN ? .infinity : max(difference, distance)
      magnitude = max(magnitude, abs(Double(reference)))
    }
    return ParityOutput(
      name: name, maxAbs: difference,
      maxRel: difference == 0 ? 0 : difference / max(magnitude, .leastNormalMagnitude),
      ok: difference <= max(tolerance.absolute, tolerance.relative * magnitude))
  }
}
