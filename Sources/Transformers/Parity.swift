import Tensors

/// How far one output is from PyTorch's.
package struct ParityOutput: Sendable, Hashable, Codable {
  package var name: String
  /// The largest difference of an element.
  package var maxAbs: Double
  /// The same, relative to the largest magnitude that PyTorch computed for this output, or to 1e-6
  /// where that is less.
  package var maxRel: Double
  package var ok: Bool

  /// An output that one side lacks, or that is no number: as far away as JSON can say.
  package static func incomparable(_ name: String) -> ParityOutput {
    let far = Double.greatestFiniteMagnitude
    return ParityOutput(name: name, maxAbs: far, maxRel: far, ok: false)
  }

  init(name: String, maxAbs: Double, magnitude: Double, ok: Bool) {
    self.name = name
    self.maxAbs = maxAbs
    maxRel = maxAbs == 0 ? 0 : maxAbs / max(magnitude, 1e-6)
    self.ok = ok
  }

  private init(name: String, maxAbs: Double, maxRel: Double, ok: Bool) {
    self.name = name
    self.maxAbs = maxAbs
    self.maxRel = maxRel
    self.ok = ok
  }

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

  package init(_ outputs: [ParityOutput]) {
    self.outputs = outputs
    ok = !outputs.isEmpty && outputs.allSatisfy(\.ok)
  }
}

/// How much outputs may differ from PyTorch's: about ten times what is seen on the reference
/// models, where sums are taken in another order than there.
struct ParityTolerance: Sendable {
  /// Relative to the largest magnitude of the output.
  var relative: Double
  /// For outputs that are all but zero.
  var absolute: Double

  /// Logits and the loss. Seen: 1.4e-6.
  static let outputs = ParityTolerance(relative: 1.5e-5, absolute: 1e-6)
  /// Seen: 2.1e-6, and 5e-8 for gradients that are zero but for rounding, such as those of key
  /// biases, which cancel in the softmax.
  static let gradients = ParityTolerance(relative: 2e-5, absolute: 5e-7)
  /// Weights after the step, beside what the gradient's tolerance can do to it: see
  /// `Parity.stepAllowance`. Seen: 2e-7.
  static let steps = ParityTolerance(relative: 0, absolute: 2e-6)

  func allowance(magnitude: Double) -> Double { max(absolute, relative * magnitude) }
}

/// Compares a model with what PyTorch computed of it.
package struct Parity {
  package let loaded: LoadedTransformer
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
    outputs += try compareParameters("grad.") { name, id in
      try compare(name, Array(gradients[id].elements), .gradients)
    }

    var stepped = loaded.parameters
    let settings = AdamW()
    AdamWState(table: model.table, settings: settings).step(
      &stepped, along: gradients, rate: Self.learningRate)
    let clipping = settings.clippingFactor(norm: gradients.norm)
    outputs += try compareParameters("step.") { name, id in
      try compare(
        name, stepped[id].elements, .steps,
        allowing: Self.stepAllowance(Array(gradients[id].elements), clipping, settings))
    }
    return outputs
  }

  /// The learning rate of the file's step.
  private static let learningRate: Float = 1e-3

  /// How far each weight may be off after the step because its gradient g is within tolerance only.
  ///
  /// The first step of AdamW is rate · g / (|g| + ε): its direction where g is clear, anything
  /// between both directions where g is nothing but rounding.
  private static func stepAllowance(
    _ gradient: [Float], _ clipping: Float, _ settings: AdamW
  ) -> [Double] {
    let magnitude = Double(gradient.map(\.magnitude).max() ?? 0)
    let tolerance = ParityTolerance.gradients.allowance(magnitude: magnitude)
    func step(_ gradient: Double) -> Double {
      let clipped = gradient * Double(clipping)
      return Double(learningRate) * clipped / (abs(clipped) + Double(settings.epsilon))
    }
    return gradient.map { step(Double($0) + tolerance) - step(Double($0) - tolerance) }
  }

  /// The logits of the model with some weights set to zero.
  package func maskedDifferences(_ masked: Parameters) throws -> [ParityOutput] {
    try compareLogits(loaded.model.logits(input, masked, on: tape), prefix: "masked_")
  }

  /// Compares a number that must be exact; nil is what the model does not have.
  package func compareExactly(_ name: String, _ value: Double?) throws -> ParityOutput {
    let info = try golden.checkpoint.requiredTensor(name)
    let expected =
      info.elementType.isFloatingPoint
      ? Double(try golden.floats(name)[0]) : Double(try golden.integers(name)[0])
    guard let value else { return .incomparable(name) }
    return ParityOutput(
      name: name, maxAbs: abs(value - expected), magnitude: abs(expected), ok: value == expected)
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
    _ prefix: String, _ compare: (String, ParameterID) throws -> ParityOutput
  ) throws -> [ParityOutput] {
    let table = loaded.model.table
    // A file of outputs alone is one, too.
    var remaining = golden.names(after: prefix).isEmpty ? [] : Set(table.ids)
    var outputs: [ParityOutput] = []
    for (name, id) in names(after: prefix) {
      if let id {
        remaining.remove(id)
        outputs.append(try compare(prefix + name, id))
      } else {
        outputs.append(.incomparable(prefix + name))
      }
    }
    for id in table.ids where remaining.contains(id) {
      outputs.append(.incomparable(prefix + table[id].name))
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
    _ name: String, _ values: [Float], _ tolerance: ParityTolerance,
    allowing allowance: [Double]? = nil
  ) throws -> ParityOutput {
    let expected = try golden.floats(name)
    guard expected.count == values.count else {
      return .incomparable(name)
    }
    let magnitude = Double(expected.map(\.magnitude).max() ?? 0)
    let allowed = tolerance.allowance(magnitude: magnitude)
    var difference = 0.0
    var ok = true
    for (index, (value, reference)) in zip(values, expected).enumerated() {
      let distance = abs(Double(value) - Double(reference))
      guard distance.isFinite else { return .incomparable(name) }
      difference = max(difference, distance)
      ok = ok && distance <= allowed + (allowance?[index] ?? 0)
    }
    return ParityOutput(name: name, maxAbs: difference, magnitude: magnitude, ok: ok)
  }
}
