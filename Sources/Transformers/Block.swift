import Tensors

/// The attention part of a block.
struct Attention: Sendable {
  /// Query, key and value: three maps, or one that computes all of them side by side.
  enum Projections: Sendable {
    case separate(query: Linear, key: Linear, value: Linear)
    case joined(Linear)
  }

  let projections: Projections
  let output: Linear
  let heads: Int
  let keyValueHeads: Int
  let headWidth: Int
  let isCausal: Bool
  let window: Int?
  let rotary: RotaryEmbedding?
  let dropout: Float

  /// x is [tokens, width]; the result has a row for each of the layout's queries.
  func callAsFunction(_ x: Variable, _ layout: TokenLayout, on tape: Tape) -> Variable {
    let pattern = AttentionPattern(
      heads: heads, keyValueHeads: keyValueHeads, headWidth: headWidth, isCausal: isCausal,
      window: window, queries: layout.queries, keys: layout.keys)
    let (query, key, value) = project(x, layout, on: tape)
    if rotary != nil, let positions = layout.positions {
      tape.rotate(query.variable, positions: positions, headWidth: headWidth)
      tape.rotate(key.variable, positions: positions, headWidth: headWidth)
    }
    let attended = tape.attention(
      query: query, key: key, value: value, pattern: pattern, dropout: dropout)
    return tape.linear(attended, output)
  }

  private func project(
    _ x: Variable, _ layout: TokenLayout, on tape: Tape
  ) -> (query: VariableSlice, key: VariableSlice, value: VariableSlice) {
    switch projections {
    case .separate(let query, let key, let value):
      guard let chosen = layout.chosenRows else {
        let all = tape.linear(x, [query, key, value]).map { VariableSlice($0) }
        return (all[0], all[1], all[2])
      }
      let asking = VariableSlice(tape.linear(tape.rows(x, chosen), query))
      let seen = tape.linear(x, [key, value]).map { VariableSlice($0) }
      return (asking, seen[0], seen[1])
    case .joined(let all):
      let joined = tape.linear(x, all)
      let width = joined.columns / 3
      return (
        VariableSlice(joined, columns: 0..<width),
        VariableSlice(joined, columns: width..<2 * width),
        VariableSlice(joined, columns: 2 * width..<3 * width)
      )
    }
  }
}

/// The feed-forward part of a block.
struct FeedForward: Sendable {
  let up: Linear
  let gate: Linear?
  let down: Linear
  let activation: Activation

  func callAsFunction(_ x: Variable, on tape: Tape) -> Variable {
    if let y = tape.packedFeedForward(x, self) { return y }
    guard let gate else {
      return tape.linear(tape.activation(tape.linear(x, up), activation), down)
    }
    let both = tape.linear(x, [gate, up])
    return tape.linear(tape.gate(tape.activation(both[0], activation), both[1]), down)
  }
}

/// One transformer block: attention and feed-forward, each a branch off the stream of tokens.
struct Block: Sendable {
  let attention: Attention
  let feedForward: FeedForward
  let attentionNorm: Norm
  let feedForwardNorm: Norm
  let placement: NormPlacement
  let dropout: Float

  /// x is [tokens, width], and is consumed; so is the result.
  func callAsFunction(_ x: Variable, _ layout: TokenLayout, on tape: Tape) -> Variable {
    switch placement {
    case .beforeBranch:
      let stream = layout.chosenRows.map { tape.rows(x, $0) } ?? x
      let attended = tape.releasingTemporaries {
        let branch = attention(tape.norm(x, attentionNorm), layout, on: tape)
        return tape.residual(stream, branch, dropout: dropout)
      }
      return tape.releasingTemporaries {
        let branch = feedForward(tape.norm(attended, feedForwardNorm), on: tape)
        return tape.residual(attended, branch, dropout: dropout)
      }
    case .afterBranch:
      let stream = layout.chosenRows.map { tape.rows(x, $0) } ?? x
      let attended = tape.releasingTemporaries {
        let branch = attention(x, layout, on: tape)
        return tape.residual(stream, branch, dropout: dropout, normedBy: attentionNorm)
      }
      return tape.releasingTemporaries {
        let branch = feedForward(attended, on: tape)
        return tape.residual(attended, branch, dropout: dropout, normedBy: feedForwardNorm)
      }
    }
  }
}

/// Where the sequences of a packed batch lie, for one block.
struct TokenLayout {
  /// The rows of queries of each sequence.
  var queries: [Range<Int>]
  /// The rows of keys and values that those may see.
  var keys: [Range<Int>]
  /// The only rows that are asked for, one a sequence: the last block of a classifier computes
  /// nothing else. Nil asks for all.
  var chosenRows: [Int]?
  /// Each token's position, for rotary embeddings.
  var positions: UnsafeMutableBufferPointer<Int32>?

  init(sequences: [Range<Int>], visible: [Int]? = nil) {
    queries = sequences
    keys = zip(sequences, visible ?? sequences.map(\.count)).map { rows, count in
      rows.lowerBound..<rows.lowerBound + count
    }
  }

  /// The row of each sequence's deciding token; padding is not a token.
  func rows(of token: DecidingToken) -> [Int] {
    switch token {
    case .first: queries.map(\.lowerBound)
    case .last: keys.map { $0.upperBound - 1 }
    }
  }

  /// The same tokens, with one query for each sequence: its first token.
  func askingFirstTokens() -> TokenLayout {
    var layout = self
    layout.chosenRows = queries.map(\.lowerBound)
    layout.queries = queries.indices.map { $0..<$0 + 1 }
    return layout
  }
}
