import Synchronization

/// Turns text into the ids that a model was trained on, and back.
///
/// May be used from many threads at once: each call takes a workspace of its own, with its own
/// memory of words seen before.
package final class Tokenizer: Sendable {
  let pipeline: Pipeline
  package let specialTokens: SpecialTokens
  /// The most tokens that the model takes, as its tokenizer's settings say; nil where they do not.
  package let maximumLength: Int?
  private let workspaces = Mutex<[Workspace]>([])

  init(pipeline: consuming Pipeline, specialTokens: SpecialTokens, maximumLength: Int?) {
    self.pipeline = pipeline
    self.specialTokens = specialTokens
    self.maximumLength = maximumLength
  }

  /// The number of tokens, added ones included.
  package var vocabularySize: Int {
    let vocabulary = pipeline.model.vocabulary
    return vocabulary.count + pipeline.addedTokens.count(beyond: vocabulary)
  }

  /// Encodes a text, or a pair of texts.
  ///
  /// - Parameters:
  ///   - maxLength: the most tokens, special ones included; the longer text is cut first. The
  ///     special tokens are never cut.
  ///   - addsSpecialTokens: whether to put the model's special tokens around the texts.
  ///   - tracksOffsets: whether `Encoding.offsets` is wanted; it costs time.
  package func encode(
    _ text: String, pair: String? = nil, maxLength: Int? = nil, addsSpecialTokens: Bool = true,
    tracksOffsets: Bool = false
  ) -> Encoding {
    withTokens(of: text, pair, tracksOffsets: tracksOffsets) { first, second in
      let isPair = pair != nil
      let template = elements(isPair: isPair, addsSpecialTokens: addsSpecialTokens)
      var kept = (first: first.count, second: second.count)
      if let maxLength {
        let room = max(0, maxLength - template.specialCount)
        kept = Truncation.longestFirst(first.count, second.count, room: room)
      }
      return assemble(template, first, 0..<kept.first, second, 0..<kept.second)
    }
  }

  /// Encodes a pair of texts whose second may be too long, as several encodings that each have the
  /// whole first text and a part of the second.
  ///
  /// - Parameters:
  ///   - maxLength: the most tokens of each, special ones included; the first text and the special
  ///     tokens must leave room for more than `stride` tokens, else the first text is cut.
  ///   - stride: how many tokens of the second text are in two neighbouring windows.
  package func encodeWindows(
    _ text: String, _ pair: String, maxLength: Int, stride: Int, tracksOffsets: Bool = true
  ) -> [Encoding] {
    withTokens(of: text, pair, tracksOffsets: tracksOffsets) { first, second in
      let template = elements(isPair: true, addsSpecialTokens: true)
      let room = max(0, maxLength - template.specialCount)
      let kept = min(first.count, max(0, room - stride - 1))
      let window = max(stride + 1, room - kept)
      return Truncation.windows(of: second.count, window: window, stride: stride).map { part in
        assemble(template, first, 0..<kept, second, part)
      }
    }
  }

  private func elements(isPair: Bool, addsSpecialTokens: Bool) -> [TokenTemplate.Element] {
    let elements = pipeline.template.elements(isPair: isPair)
    return addsSpecialTokens ? elements : elements.filter { !$0.isSpecial }
  }

  /// Calls the closure with the tokens of both texts; those of a missing one are none.
  private func withTokens<Result>(
    of text: String, _ pair: String?, tracksOffsets: Bool,
    _ body: (borrowing TextTokens, borrowing TextTokens) -> Result
  ) -> Result {
    let workspace = workspaces.withLock { $0.popLast() } ?? Workspace()
    defer { workspaces.withLock { $0.append(workspace) } }
    workspace.first.tracksOffsets = tracksOffsets
    workspace.second.tracksOffsets = tracksOffsets
    pipeline.tokenize(text.utf8Span.span, into: &workspace.first, &workspace.buffers)
    pipeline.tokenize((pair ?? "").utf8Span.span, into: &workspace.second, &workspace.buffers)
    return body(workspace.first, workspace.second)
  }

  private func assemble(
    _ template: [TokenTemplate.Element], _ first: borrowing TextTokens, _ firstPart: Range<Int>,
    _ second: borrowing TextTokens, _ secondPart: Range<Int>
  ) -> Encoding {
    var encoding = Encoding(ids: [], runs: [])
    let count = template.specialCount + firstPart.count + secondPart.count
    encoding.ids.reserveCapacity(count)
    encoding.runs.reserveCapacity(template.count)
    for element in template {
      switch element {
      case .special(let ids, let typeID):
        encoding.ids.append(contentsOf: ids)
        encoding.runs.append(Encoding.Run(count: ids.count, typeID: typeID))
        if first.tracksOffsets {
          encoding.offsets.append(contentsOf: repeatElement(0..<0, count: ids.count))
        }
      case .sequence(0, let typeID):
        encoding.append(first, firstPart, typeID: typeID, sequence: 0)
      case .sequence(let sequence, let typeID):
        encoding.append(second, secondPart, typeID: typeID, sequence: sequence)
      }
    }
    return encoding
  }

  /// The text that ids stand for.
  ///
  /// - Parameter skipsSpecialTokens: leaves out tokens such as `[CLS]`. Ids that are no token's are
  ///   left out always.
  package func decode(_ ids: [Int], skipsSpecialTokens: Bool = true) -> String {
    var tokens: [[UInt8]] = []
    for id in ids {
      if skipsSpecialTokens, pipeline.addedTokens.byID[id]?.isSpecial == true { continue }
      if let content = pipeline.addedTokens.content(of: id) {
        tokens.append(content)
      } else if let token = pipeline.model.vocabulary.token(id) {
        tokens.append(Array(token))
      }
    }
    guard let decoders = pipeline.decoders else {
      return String(decoding: Array(tokens.joined(separator: [0x20])), as: UTF8.self)
    }
    for decoder in decoders { decoder.decode(&tokens) }
    return String(decoding: Array(tokens.joined()), as: UTF8.self)
  }

  /// The id of a token as its files write it, which for byte-level tokenizers is not its text.
  package func id(of token: String) -> Int? { pipeline.id(of: Array(token.utf8)) }
}

extension Encoding {
  fileprivate mutating func append(
    _ tokens: borrowing TextTokens, _ range: Range<Int>, typeID: Int, sequence: Int
  ) {
    ids.append(contentsOf: tokens.ids[range])
    if tokens.tracksOffsets { offsets.append(contentsOf: tokens.offsets[range]) }
    runs.append(Run(count: range.count, typeID: typeID, sequence: sequence))
  }
}

extension [TokenTemplate.Element] {
  /// The number of special tokens.
  fileprivate var specialCount: Int {
    reduce(0) { count, element in
      if case .special(let ids, _) = element { count + ids.count } else { count }
    }
  }
}
