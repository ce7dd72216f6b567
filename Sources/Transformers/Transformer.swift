import CKernels
import Checkpoints
import Tensors

/// A model's structure: what is computed, from parameters that are kept apart.
///
/// Any number of workers may run one model at once, each with its own `Tape`.
package struct Transformer: Sendable {
  package let configuration: TransformerConfiguration
  /// The parameters that a pass needs.
  package let table: ParameterTable

  let embedding: Embedding
  let blocks: [Block]
  /// Where the parameters of each block lie in the table.
  private let blockParameters: [Range<Int>]
  let finalNorm: Norm?
  let head: Head

  package init(_ configuration: TransformerConfiguration) {
    self.configuration = configuration
    let names = ParameterNames.names(of: configuration.family)
    var table = ParameterTable()
    embedding = Embedding(configuration, names, in: &table)
    var blocks: [Block] = []
    var blockParameters: [Range<Int>] = []
    for index in 0..<configuration.blocks {
      let first = table.entries.count
      blocks.append(Block(configuration, names, index: index, in: &table))
      blockParameters.append(first..<table.entries.count)
    }
    (self.blocks, self.blockParameters) = (blocks, blockParameters)
    finalNorm =
      configuration.normPlacement == .afterBranch
      ? nil
      : Norm(names.body + names.finalNorm, width: configuration.width, configuration, in: &table)
    head = Head(configuration, names, in: &table)
    self.table = table
  }

  /// Runs the model and leaves the logits on the tape.
  ///
  /// The result is [sequences, classes] for classifiers, [tokens, 2] (start, end) for question
  /// answering and [tokens, vocabulary] for language models. It is valid until the tape's next pass.
  ///
  /// - Parameters:
  ///   - rows: the tokens of the batch whose logits are wanted, of a model with logits for each; nil
  ///     for all of them.
  ///   - memory: from where the pass may begin instead of at the embedding; in inference only.
  func forward(
    _ input: ModelInput, _ parameters: Parameters, on tape: Tape, mode: Tape.Mode = .inference,
    rows: [Int]? = nil, sharing memory: (any ActivationMemory)? = nil
  ) -> Variable {
    precondition(memory == nil || mode == .inference, "gradients need all of the pass")
    tape.begin(parameters, mode: mode)
    let layout = embedding.layout(of: input, on: tape)
    let start = memory?.start(of: blocks.count)
    var x = start.map { tape.variable(copying: $0.states) } ?? embedding(input, on: tape)
    for (index, block) in blocks.enumerated().dropFirst(start?.block ?? 0) {
      if index != start?.block { memory?.offer(x.value, entering: index, of: blocks.count) }
      // A classifier looks at first tokens only: what the last block would compute of the others
      // beyond keys and values would be thrown away.
      let isLast = index == blocks.count - 1
      let asksFirst = isLast && head.decidingToken == .first && block.canChooseRows
      x = block(x, asksFirst ? layout.askingFirstTokens() : layout, on: tape)
    }
    if let token = head.decidingToken, token == .last || blocks.last?.canChooseRows != true {
      x = tape.rows(x, layout.rows(of: token))
    }
    if let rows { x = tape.rows(x, rows) }
    if let finalNorm { x = tape.norm(x, finalNorm, consuming: true) }
    return head(x, on: tape)
  }

  /// The logits of a batch; see `forward` for their shape. Valid until the tape's next pass.
  package func logits(
    _ input: ModelInput, _ parameters: Parameters, on tape: Tape, rows: [Int]? = nil,
    sharing memory: (any ActivationMemory)? = nil
  ) -> Matrix {
    forward(input, parameters, on: tape, rows: rows, sharing: memory).value
  }

  /// How many of the first blocks compute the same whatever becomes of some parameters.
  package func unchangedBlocks(changing ids: some Sequence<ParameterID>) -> Int {
    ids.reduce(blocks.count) { count, id in
      // What stands in front of the first block is before all of them.
      min(count, blockParameters.firstIndex { id.index < $0.upperBound } ?? blocks.count)
    }
  }
}

extension Block {
  init(
    _ configuration: TransformerConfiguration, _ names: ParameterNames, index: Int,
    in table: inout ParameterTable
  ) {
    let name = names.block(index)
    let width = configuration.width
    let queries = configuration.heads * configuration.headWidth
    let keys = configuration.keyValueHeads * configuration.headWidth
    let layout = configuration.family == .gpt2 ? Linear.Layout.inputsFirst : .outputsFirst

    func linear(_ part: String, _ inputs: Int, _ outputs: Int, _ hasBias: Bool) -> Linear {
      Linear(
        name + part, from: inputs, to: outputs, hasBias: hasBias, layout: layout, in: &table)
    }
    func norm(_ part: String) -> Norm {
      Norm(name + part, width: width, configuration, in: &table)
    }

    let biased = configuration.hasQueryKeyValueBias
    let projections: Attention.Projections =
      if names.projections.count == 1 {
        .joined(linear(names.projections[0], width, queries + 2 * keys, biased))
      } else {
        .separate(
          query: linear(names.projections[0], width, queries, biased),
          key: linear(names.projections[1], width, keys, biased),
          value: linear(names.projections[2], width, keys, biased))
      }
    var rotary: RotaryEmbedding?
    if case .text(let text) = configuration.input, case .rotary(let embedding) = text.positions {
      rotary = embedding
    }
    attention = Attention(
      projections: projections,
      output: linear(
        names.attentionOutput, queries, width, configuration.hasAttentionOutputBias),
      heads: configuration.heads, keyValueHeads: configuration.keyValueHeads,
      headWidth: configuration.headWidth, isCausal: configuration.isCausal,
      window: configuration.windowedBlocks.contains(index) ? configuration.slidingWindow : nil,
      rotary: rotary, dropout: configuration.dropout.attention)

    let biasedFeedForward = configuration.hasFeedForwardBias
    let inner = configuration.feedForwardWidth
    feedForward = FeedForward(
      up: linear(names.up, width, inner, biasedFeedForward),
      gate: configuration.isGated
        ? linear(names.gate ?? names.up, width, inner, biasedFeedForward) : nil,
      down: linear(names.down, inner, width, biasedFeedForward),
      activation: configuration.activation)
    attentionNorm = norm(names.attentionNorm)
    feedForwardNorm = norm(names.feedForwardNorm)
    placement = configuration.normPlacement
    dropout = configuration.dropout.hidden
  }

  /// Whether the block can compute some rows only: nothing may tie a query to its own row.
  var canChooseRows: Bool {
    if case .joined = attention.projections { return false }
    return !attention.isCausal && attention.rotary == nil
  }
}
