import CKernels
import Tensors

/// Tokens of a text whose likelihood, given all that stand before them, is asked for.
package struct Continuation: Sendable, Hashable {
  /// What the model is shown as far as it is needed, and the tokens that are scored.
  package let tokens: [Int]
  /// The tokens that are scored, counted in `tokens`; the first token cannot be among them.
  package let scored: Range<Int>

  package init(tokens: [Int], scored: Range<Int>) {
    precondition(
      scored.lowerBound > 0 && !scored.isEmpty && scored.upperBound <= tokens.count,
      "tokens \(scored) of \(tokens.count)")
    self.tokens = tokens
    self.scored = scored
  }

  /// What the model reads: what follows the last scored token, and that token itself, predict
  /// nothing that is asked.
  package var input: ArraySlice<Int> { tokens[..<(scored.upperBound - 1)] }
}

/// Continuations with their distinct inputs: those that differ in their last token only, as the
/// letters of a multiple choice do, need one pass between them.
package struct ContinuationBatch: Sendable {
  package let continuations: [Continuation]
  /// What the model reads, each input once, in the order of its first continuation.
  package let inputs: [ArraySlice<Int>]
  /// The input of each continuation.
  private let inputOf: [Int]

  package init(_ continuations: [Continuation]) {
    var places: [ArraySlice<Int>: Int] = [:]
    var inputs: [ArraySlice<Int>] = []
    inputOf = continuations.map { continuation in
      let input = continuation.input
      if let place = places[input] { return place }
      places[input] = inputs.count
      inputs.append(input)
      return inputs.count - 1
    }
    self.continuations = continuations
    self.inputs = inputs
  }

  /// The tokens of all inputs.
  package var tokenCount: Int { inputs.reduce(0) { $0 + $1.count } }

  /// The tokens of the packed inputs whose logits are needed, and where among those each
  /// continuation finds its own.
  fileprivate func rows() -> (wanted: [Int], ofContinuation: [Range<Int>]) {
    var firsts = inputs.map(\.count)
    for (continuation, input) in zip(continuations, inputOf) {
      firsts[input] = min(firsts[input], continuation.scored.lowerBound - 1)
    }
    var wanted: [Int] = []
    var ends: [Int] = []
    var start = 0
    for (input, first) in zip(inputs, firsts) {
      wanted += start + first..<start + input.count
      ends.append(wanted.count)
      start += input.count
    }
    let rows = zip(continuations, inputOf).map { continuation, input in
      ends[input] - continuation.scored.count..<ends[input]
    }
    return (wanted, rows)
  }
}

extension Transformer {
  /// The log-likelihoods, in nats, of continuations under a causal language model.
  package func logLikelihoods(
    of batch: ContinuationBatch, _ parameters: Parameters, on tape: Tape,
    sharing memory: (any ActivationMemory)? = nil
  ) -> [Double] {
    guard !batch.continuations.isEmpty else { return [] }
    let (wanted, rows) = batch.rows()
    let tokens = TokenBatch(batch.inputs.map(Array.init))
    let logits = forward(
      .tokens(tokens), parameters, on: tape, rows: wanted, sharing: memory
    ).value
    return zip(batch.continuations, rows).map { continuation, rows in
      let targets = tape.workspace.indices(rows.count)
      for (row, token) in continuation.tokens[continuation.scored].enumerated() {
        precondition((0..<logits.columns).contains(token), "token \(token)")
        targets[row] = Int32(token)
      }
      return -rows_cross_entropy(
        logits.rows(rows).base, targets.baseAddress, 0, 1, nil, rows.count, logits.columns)
    }
  }

  /// The log-likelihood of some of a text's tokens; see `logLikelihoods(of:_:on:)`.
  package func logLikelihood(
    of tokens: [Int], scored: Range<Int>, _ parameters: Parameters, on tape: Tape,
    sharing memory: (any ActivationMemory)? = nil
  ) -> Double {
    let batch = ContinuationBatch([Continuation(tokens: tokens, scored: scored)])
    return logLikelihoods(of: batch, parameters, on: tape, sharing: memory)[0]
  }
}
