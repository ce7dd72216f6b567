import CKernels
import Tensors

extension Transformer {
  /// The log-likelihood, in nats, of some of a text's tokens under a causal language model, each
  /// given all tokens before it.
  ///
  /// - Parameters:
  ///   - scored: the tokens whose log-likelihoods are summed; the first token cannot be among them.
  package func logLikelihood(
    of tokens: [Int], scored: Range<Int>, _ parameters: Parameters, on tape: Tape
  ) -> Double {
    precondition(scored.lowerBound > 0 && scored.upperBound <= tokens.count, "tokens \(scored)")
    // What follows the last scored token, and that token itself, predict nothing that is asked.
    let batch = TokenBatch([Array(tokens[..<(scored.upperBound - 1)])])
    let all = logits(.tokens(batch), parameters, on: tape)
    let rows = all.rows((scored.lowerBound - 1)..<(scored.upperBound - 1))
    let targets = tape.workspace.indices(scored.count)
    for (row, position) in scored.enumerated() {
      precondition((0..<rows.columns).contains(tokens[position]), "token \(tokens[position])")
      targets[row] = Int32(tokens[position])
    }
    return -rows_cross_entropy(
      rows.base, targets.baseAddress, 0, 1, nil, rows.rows, rows.columns)
  }
}
