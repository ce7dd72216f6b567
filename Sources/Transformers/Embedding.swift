import CKernels
import Tensors

/// Where the stream of tokens begins.
enum Embedding: Sendable {
  case text(TextEmbedding)
  case image(ImageEmbedding)

  init(
    _ configuration: TransformerConfiguration, _ names: ParameterNames,
    in table: inout ParameterTable
  ) {
    switch configuration.input {
    case .text(let text):
      self = .text(TextEmbedding(text, configuration, names, in: &table))
    case .image(let image):
      self = .image(ImageEmbedding(image, configuration, names, in: &table))
    }
  }

  /// Where the sequences of an input lie.
  func layout(of input: ModelInput, on tape: Tape) -> TokenLayout {
    switch (self, input) {
    case (.text(let embedding), .tokens(let batch)): embedding.layout(of: batch, on: tape)
    case (.image(let embedding), .images(let batch)): embedding.layout(of: batch)
    default: preconditionFailure("the model was given the wrong kind of input")
    }
  }

  /// The embedded tokens, [tokens, width].
  func callAsFunction(_ input: ModelInput, on tape: Tape) -> Variable {
    switch (self, input) {
    case (.text(let embedding), .tokens(let batch)): embedding(batch, on: tape)
    case (.image(let embedding), .images(let batch)): embedding(batch, on: tape)
    default: preconditionFailure("the model was given the wrong kind of input")
    }
  }
}

/// Word, position and segment embeddings.
struct TextEmbedding: Sendable {
  let input: TextInput
  let words: ParameterID
  let positions: ParameterID?
  /// The position that padding takes and that is not trained: RoBERTa's.
  let paddingPosition: Int?
  let segments: ParameterID?
  let norm: Norm?
  /// Brings embeddings of another width to the model's; OPT-350M.
  let projection: Linear?
  let headWidth: Int
  let dropout: Float

  init(
    _ input: TextInput, _ configuration: TransformerConfiguration, _ names: ParameterNames,
    in table: inout ParameterTable
  ) {
    self.input = input
    let width = configuration.width
    words = table.add(names.body + names.words, [input.vocabulary, input.embeddingWidth])
    if case .learned(let count, let offset) = input.positions {
      // RoBERTa's count includes the rows in front of the first position, OPT's does not.
      let rows = configuration.family == .opt ? count + offset : count
      positions = table.add(names.body + names.positions, [rows, width])
    } else {
      positions = nil
    }
    segments =
      input.segments > 0 ? table.add(names.body + names.segments, [input.segments, width]) : nil
    norm =
      input.hasNorm
      ? Norm(names.body + names.embeddingNorm, width: width, configuration, in: &table) : nil
    projection =
      input.embeddingWidth == width
      ? nil
      : Linear(
        "\(names.body)project_in", from: input.embeddingWidth, to: width, hasBias: false,
        in: &table)
    paddingPosition = configuration.family == .roberta ? input.padding : nil
    headWidth = configuration.headWidth
    dropout = configuration.dropout.embeddings
  }

  func layout(of batch: TokenBatch, on tape: Tape) -> TokenLayout {
    var layout = TokenLayout(sequences: batch.sequences, visible: batch.visible)
    if case .rotary(let rotary) = input.positions {
      layout.positions = tape.positions(batch.positions(offset: 0), rotary, headWidth: headWidth)
    }
    return layout
  }

  func callAsFunction(_ batch: TokenBatch, on tape: Tape) -> Variable {
    var x = tape.lookup(words, batch.ids, padding: input.padding)
    if let projection { x = tape.linear(x, projection) }
    if let segments {
      let kinds =
        batch.segments.isEmpty ? [Int](repeating: 0, count: batch.ids.count) : batch.segments
      x = tape.lookup(segments, kinds, addingTo: x)
    }
    if let positions, case .learned(_, let offset) = input.positions {
      x = tape.lookup(
        positions, batch.positions(offset: offset), padding: paddingPosition, addingTo: x)
    }
    if let norm { x = tape.norm(x, norm, consuming: true) }
    return tape.dropout(x, rate: dropout)
  }
}

extension TokenBatch {
  /// Each token's row in a table of positions whose first one is `offset`; a token that cannot be
  /// attended to takes the row before it, as the families with an offset give to padding.
  func positions(offset: Int) -> [Int] {
    zip(sequences, visible).flatMap { rows, visible in
      rows.map { row in
        let position = row - rows.lowerBound
        return offset > 0 && position >= visible ? offset - 1 : position + offset
      }
    }
  }
}

extension Tape {
  /// Prepares the angles of some positions, and keeps these for the pass.
  func positions(
    _ positions: [Int], _ rotary: RotaryEmbedding, headWidth: Int
  ) -> UnsafeMutableBufferPointer<Int32> {
    extendRotaryTable(to: (positions.max() ?? -1) + 1, rotary, headWidth: headWidth)
    let copy = workspace.indices(positions.count)
    for (index, position) in positions.enumerated() { copy[index] = Int32(position) }
    return copy
  }
}

/// Patches, special tokens and positions.
struct ImageEmbedding: Sendable {
  let input: ImageInput
  let patches: Linear
  let special: [ParameterID]
  let positions: ParameterID
  let dropout: Float

  init(
    _ input: ImageInput, _ configuration: TransformerConfiguration, _ names: ParameterNames,
    in table: inout ParameterTable
  ) {
    self.input = input
    let width = configuration.width
    let name = "\(names.body)embeddings."
    special = ["cls_token", "distillation_token"].prefix(input.specialTokens).map {
      table.add(name + $0, [1, 1, width])
    }
    let projection = "\(name)patch_embeddings.projection"
    patches = Linear(
      weight: table.add(
        "\(projection).weight", [width, input.channels, input.patchHeight, input.patchWidth]),
      bias: table.add("\(projection).bias", [width], .zeros), outputs: width)
    positions = table.add(names.body + names.positions, [1, input.tokens, width])
    dropout = configuration.dropout.embeddings
  }

  func layout(of batch: ImageBatch) -> TokenLayout {
    TokenLayout(
      sequences: (0..<batch.count).map { $0 * input.tokens..<($0 + 1) * input.tokens })
  }

  func callAsFunction(_ batch: ImageBatch, on tape: Tape) -> Variable {
    precondition(
      batch.pixels.count == batch.count * input.pixels,
      "\(batch.pixels.count) pixels for \(batch.count) images of \(input.pixels)")
    let unfolded = tape.constant(unfold(batch, in: tape.workspace))
    let tokens = tape.imageTokens(
      patches: tape.linear(unfolded, patches), images: batch.count, special: special,
      positions: positions)
    return tape.dropout(tokens, rate: dropout)
  }

  /// Each patch as one row, channel by channel: [images · patches, channels · height · width].
  private func unfold(_ batch: ImageBatch, in workspace: Workspace) -> Matrix {
    let result = workspace.matrix(rows: batch.count * input.patches, columns: input.patchSize)
    guard let pixels = batch.pixels.baseAddress else { return result }
    let (across, down) = (input.width / input.patchWidth, input.height / input.patchHeight)
    var target = result.base
    for image in 0..<batch.count {
      for patch in 0..<input.patches {
        let (top, left) = (
          patch / across % down * input.patchHeight, patch % across * input.patchWidth
        )
        for channel in 0..<input.channels {
          let plane = pixels + (image * input.channels + channel) * input.height * input.width
          for y in top..<top + input.patchHeight {
            target.update(from: plane + y * input.width + left, count: input.patchWidth)
            target += input.patchWidth
          }
        }
      }
    }
    return result
  }
}
