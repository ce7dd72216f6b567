import CKernels
import Tensors

/// What a model should have said about a batch.
package enum Targets: Sendable {
  /// The class of each sequence or image.
  case classes([Int])
  /// The token that belongs to each row of a language model's logits; negative counts nothing.
  case tokens([Int])
  /// Where each sequence's answer starts and ends, counted from its first token.
  case spans([ClosedRange<Int>])
  /// The number that each sequence's only output should be; scored by the squared error.
  case values([Float])

  /// Targets of a causal model: each token's is the next one of its sequence, unless that is
  /// negative.
  package static func next(_ labels: [[Int]]) -> Targets {
    .tokens(labels.flatMap { $0.dropFirst() + [-1] })
  }

  /// What the sum of the losses is divided by for the mean.
  package var count: Int {
    switch self {
    case .classes(let classes): classes.count
    case .tokens(let tokens): tokens.count { $0 >= 0 }
    case .spans(let spans): 2 * spans.count
    case .values(let values): values.count
    }
  }
}

extension Transformer {
  /// Runs the model forward and backward.
  ///
  /// - Parameters:
  ///   - smoothing: the share of a target's probability that is spread over all classes.
  ///   - divisor: what the sum of the losses is divided by: `targets.count` for the mean, or the
  ///     count of a larger batch that this one is a shard of.
  ///   - gradients: receives the derivatives, added to what it holds.
  /// - Returns: the loss and the logits, which are valid until the tape's next pass.
  package func differentiate(
    _ input: ModelInput, _ targets: Targets, _ parameters: Parameters, on tape: Tape,
    mode: Tape.Mode = .gradients, smoothing: Float = 0, divisor: Int? = nil,
    into gradients: Gradients
  ) -> (loss: Double, logits: Matrix) {
    precondition(mode != .inference, "gradients need a pass that records")
    let logits = forward(input, parameters, on: tape, mode: mode)
    let scale = 1 / Double(divisor ?? targets.count)
    let sum: Double
    switch targets {
    case .classes(let rows), .tokens(let rows):
      sum = tape.crossEntropy(logits, rows, smoothing: smoothing, scale: scale)
    case .spans(let spans):
      guard case .tokens(let batch) = input else { preconditionFailure("spans are of tokens") }
      sum = tape.spanCrossEntropy(logits, spans, in: batch.sequences, scale: scale)
    case .values(let values):
      sum = tape.squaredError(logits, values, scale: scale)
    }
    tape.backward(into: gradients)
    return (sum * scale, logits.value)
  }
}

extension Tape {
  /// The sum of the rows' cross entropies; the gradient of the logits is that of scale · sum.
  func crossEntropy(
    _ logits: Variable, _ targets: [Int], smoothing: Float, scale: Double
  ) -> Double {
    precondition(targets.count == logits.rows, "a target for each of \(logits.rows) rows")
    let rows = workspace.indices(targets.count)
    for (row, target) in targets.enumerated() {
      precondition(target < logits.columns, "class \(target) of \(logits.columns)")
      rows[row] = Int32(target)
    }
    return rows_cross_entropy(
      logits.value.base, rows.baseAddress, smoothing, Float(scale),
      gradientTarget(of: logits)?.matrix.base, logits.rows, logits.columns)
  }

  /// The sum of the squared errors of a single column; the gradient is that of scale · sum.
  func squaredError(_ outputs: Variable, _ targets: [Float], scale: Double) -> Double {
    precondition(
      outputs.columns == 1 && targets.count == outputs.rows, "a target for each of one output")
    let gradient = gradientTarget(of: outputs)?.matrix
    var sum = 0.0
    for (row, target) in targets.enumerated() {
      let error = outputs.value.base[row] - target
      gradient?.base[row] = Float(2 * scale) * error
      sum += Double(error) * Double(error)
    }
    return sum
  }

  /// The sum of cross entropies for spans: each sequence's start and end are classes over its tokens.
  func spanCrossEntropy(
    _ logits: Variable, _ spans: [ClosedRange<Int>], in sequences: [Range<Int>], scale: Double
  ) -> Double {
    precondition(logits.columns == 2 && spans.count == sequences.count, "a span for each sequence")
    let gradient = gradientTarget(of: logits)?.matrix
    let scores = workspace.floats(sequences.map(\.count).max() ?? 0)
    var sum = 0.0
    for (span, tokens) in zip(spans, sequences) {
      for (column, position) in [span.lowerBound, span.upperBound].enumerated() {
        for (index, row) in tokens.enumerated() {
          scores[index] = logits.value.base[2 * row + column]
        }
        var target = Int32(position)
        sum += rows_cross_entropy(scores, &target, 0, Float(scale), scores, 1, tokens.count)
        for (index, row) in tokens.enumerated() {
          gradient?.base[2 * row + column] = scores[index]
        }
      }
    }
    return sum
  }
}
