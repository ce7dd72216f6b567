/// Everything that turns a text into tokens, in the order in which it is applied.
struct Pipeline: ~Copyable, Sendable {
  /// The spaces at the ends of tokens that their offsets leave out.
  struct OffsetTrimming: Sendable {
    /// Whether the first token keeps one space, because it was put there.
    var hasPrefixSpace: Bool
  }

  var addedTokens = AddedTokens()
  var normalizers: [Normalizer] = []
  var preTokenizers: [PreTokenizer] = []
  var model: Model
  var template = TokenTemplate.plain
  var offsetTrimming: OffsetTrimming?
  var decoders: [Decoder]?

  /// Whether a step must know where in the original it is, even if nobody asks for offsets: one that
  /// marks the beginning of the original, after others that may have removed or split it.
  private var needsOrigins: Bool {
    let isAlone = normalizers.isEmpty && addedTokens.normalized.isEmpty
    return preTokenizers.enumerated().contains { index, step in
      guard case .metaspace(let metaspace) = step, metaspace.prefix == .first else { return false }
      return index > 0 || !isAlone
    }
  }

  /// Changes text as all normalizers together do.
  func normalize(_ text: inout AlignedText, scratch: inout AlignedText) {
    for normalizer in normalizers { normalizer.apply(to: &text, scratch: &scratch) }
  }

  /// Adds a token; see `AddedTokens.add`.
  mutating func add(_ token: AddedToken) {
    var content = AlignedText()
    var scratch = AlignedText()
    content.append(token.content, origin: Origin(start: 0, end: 0))
    normalize(&content, scratch: &scratch)
    addedTokens.add(token, vocabulary: model.vocabulary, normalized: content.bytes)
  }

  /// The id of a token, added or not.
  func id(of token: [UInt8]) -> Int? {
    addedTokens.id(of: token) ?? model.vocabulary.id(of: token)
  }

  /// Replaces `tokens` by those of a text, without any around it.
  func tokenize(
    _ text: Span<UInt8>, into tokens: inout TextTokens, _ workspace: inout Workspace.Buffers
  ) {
    tokens.removeAll()
    let tracksOrigins = tokens.tracksOffsets || needsOrigins
    addedTokens.literal.forEachPart(of: text, in: 0..<text.count) { part in
      let (start, end) = (part.range.lowerBound, part.range.upperBound)
      workspace.text.reset(trackingOrigins: tracksOrigins, start: start)
      workspace.text.append(original: text, from: start, to: end)
      if let id = part.id {
        append(id, workspace.text, 0..<part.range.count, to: &tokens)
      } else {
        tokenizePart(into: &tokens, &workspace)
      }
    }
  }

  /// Appends the tokens of the workspace's text, in which nothing is left to be found as it is.
  private func tokenizePart(into tokens: inout TextTokens, _ workspace: inout Workspace.Buffers) {
    normalize(&workspace.text, scratch: &workspace.scratch)
    guard !addedTokens.normalized.isEmpty else {
      workspace.pieces.reset(to: 0..<workspace.text.count)
      return tokenizePieces(into: &tokens, &workspace)
    }
    // The text is changed while its parts are tokenized, so they are taken from a copy.
    let whole = workspace.text
    addedTokens.normalized.forEachPart(of: whole.bytes.span, in: 0..<whole.count) { part in
      if let id = part.id {
        append(id, whole, part.range, to: &tokens)
      } else {
        workspace.text.reset(like: whole)
        workspace.text.append(whole, part.range)
        workspace.pieces.reset(to: 0..<part.range.count)
        tokenizePieces(into: &tokens, &workspace)
      }
    }
  }

  private func tokenizePieces(into tokens: inout TextTokens, _ workspace: inout Workspace.Buffers) {
    for preTokenizer in preTokenizers {
      preTokenizer.split(
        &workspace.text, into: &workspace.pieces, scratch: &workspace.scratch)
    }
    tokenizeWords(
      of: workspace.text, workspace.pieces.ranges, into: &tokens, &workspace.cache,
      &workspace.made)
  }

  private func tokenizeWords(
    of text: borrowing AlignedText, _ words: [Range<Int>], into tokens: inout TextTokens,
    _ cache: inout WordCache, _ made: inout ModelTokens
  ) {
    let span = text.bytes.span
    for range in words {
      let word = span.extracting(range)
      if word.count > WordCache.longestWord {
        made.removeAll()
        model.tokenize(word, into: &made)
        append(made, 0..<made.count, text, from: range.lowerBound, to: &tokens)
      } else {
        let known = cache.tokens(of: word) { model.tokenize($0, into: &$1) }
        if tokens.tracksOffsets {
          append(cache.tokens, known, text, from: range.lowerBound, to: &tokens)
        } else {
          for index in known { tokens.append(cache.tokens.ids[index]) }
        }
      }
    }
  }

  private func append(
    _ made: borrowing ModelTokens, _ range: Range<Int>, _ text: borrowing AlignedText,
    from start: Int, to tokens: inout TextTokens
  ) {
    var position = start
    for index in range {
      let end = position + Int(made.lengths[index])
      let bytes = text.bytes[position..<end]
      let blanks = (
        leading: bytes.prefix { $0 == 0x20 }.count,
        trailing: bytes.reversed().prefix { $0 == 0x20 }.count
      )
      let offset = offset(of: position..<end, in: text, blanks, isFirst: tokens.count == 0)
      tokens.append(Int(made.ids[index]), offset: offset)
      position = end
    }
  }

  /// Appends an added token that a range of a text is.
  private func append(
    _ id: Int, _ text: borrowing AlignedText, _ range: Range<Int>, to tokens: inout TextTokens
  ) {
    guard tokens.tracksOffsets else { return tokens.append(id, offset: 0..<0) }
    let span = text.bytes.span.extracting(range)
    let blanks = (
      leading: span.whitespaceEnd(from: 0),
      trailing: span.count - span.whitespaceStart(before: span.count)
    )
    tokens.append(id, offset: offset(of: range, in: text, blanks, isFirst: tokens.count == 0))
  }

  /// Where some bytes of a text came from, without the blanks at the ends if those are left out.
  private func offset(
    of range: Range<Int>, in text: borrowing AlignedText,
    _ blanks: (leading: Int, trailing: Int), isFirst: Bool
  ) -> Range<Int> {
    let origin = text.origin(of: range)
    var (start, end) = (origin.start, max(origin.start, origin.end))
    if let offsetTrimming {
      let isOne =
        blanks.leading == Span<UInt8>.scalarLength(lead: text.bytes[range.lowerBound])
      let wasPut = (isFirst || start == 0) && offsetTrimming.hasPrefixSpace && isOne
      if blanks.leading > 0, !wasPut {
        start = min(text.origin(at: range.lowerBound + blanks.leading - 1).end, end)
      }
      if blanks.trailing > 0 {
        end = max(text.origin(at: range.upperBound - blanks.trailing).start, start)
      }
    }
    return Int(start)..<Int(end)
  }
}
