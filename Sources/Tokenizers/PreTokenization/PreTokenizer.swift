/// One step that splits text into words.
///
/// A step is given the ranges that earlier steps made and splits each of them further; empty ones
/// are dropped. Some steps also change the text.
enum PreTokenizer: Sendable {
  /// White space separates; each punctuation mark stands alone.
  case bert
  case whitespaceSplit
  /// Runs of word characters, and runs of others; white space separates.
  case whitespace
  case punctuation(SplitBehavior)
  case digits(individually: Bool)
  /// A blank is put before each range that does not begin with one.
  case prefixSpace
  case metaspace(Metaspace)
  case pattern(WordPattern)
  case literal([UInt8], SplitBehavior, inverted: Bool)
  /// Splits where no merge of the model crosses: changes no result, but makes words that recur.
  case beforeMarker([UInt8])

  func split(_ text: inout AlignedText, into pieces: inout Pieces, scratch: inout AlignedText) {
    switch self {
    case .bert:
      pieces.splitEach { piece, found in
        Self.splitForBERT(text.bytes.span, piece, into: &found)
      }
    case .whitespaceSplit:
      pieces.split(text.bytes.span, .removed) { $0.contains(.whitespace) }
    case .whitespace:
      pieces.splitEach { piece, found in
        Self.splitWords(text.bytes.span, piece, into: &found)
      }
    case .punctuation(let behavior):
      pieces.split(text.bytes.span, behavior) { $0.contains(.punctuation) }
    case .digits(let individually):
      pieces.split(text.bytes.span, individually ? .isolated : .contiguous) { $0.contains(.digit) }
    case .prefixSpace:
      Self.prefixSpace(&text, &pieces, scratch: &scratch)
    case .metaspace(let metaspace):
      metaspace.split(&text, into: &pieces, scratch: &scratch)
    case .pattern(let pattern):
      pieces.splitEach { piece, found in
        let words = text.bytes.span.extracting(piece)
        var start = 0
        while start < words.count {
          let end = pattern.wordEnd(in: words, from: start)
          found.append(piece.lowerBound + start..<piece.lowerBound + end)
          start = end
        }
      }
    case .literal(let literal, let behavior, let inverted):
      pieces.splitEach { piece, found in
        var splitter = BehaviorSplitter(behavior, from: piece.lowerBound)
        var index = piece.lowerBound
        let span = text.bytes.span.extracting(0..<piece.upperBound)
        while index < piece.upperBound {
          if span.has(literal, at: index) {
            splitter.add(upTo: index, isMatch: inverted, into: &found)
            index += literal.count
            splitter.add(upTo: index, isMatch: !inverted, into: &found)
          } else {
            index += Span<UInt8>.scalarLength(lead: span[index])
          }
        }
        splitter.finish(upTo: piece.upperBound, isMatch: inverted, into: &found)
      }
    case .beforeMarker(let marker):
      pieces.splitEach { piece, found in
        Self.split(text.bytes.span, piece, before: marker, into: &found)
      }
    }
  }

  private static func splitForBERT(
    _ text: Span<UInt8>, _ piece: Range<Int>, into found: inout [Range<Int>]
  ) {
    var start = piece.lowerBound
    var index = start
    while index < piece.upperBound {
      let (scalar, length) = text.scalar(at: index)
      let kind = ScalarClass(of: scalar).intersection([.whitespace, .punctuation])
      if !kind.isEmpty {
        if start < index { found.append(start..<index) }
        start = index + length
        if kind.contains(.punctuation) { found.append(index..<start) }
      }
      index += length
    }
    if start < piece.upperBound { found.append(start..<piece.upperBound) }
  }

  private static func splitWords(
    _ text: Span<UInt8>, _ piece: Range<Int>, into found: inout [Range<Int>]
  ) {
    var start = piece.lowerBound
    var index = start
    var current = ScalarClass.whitespace
    while index < piece.upperBound {
      let (scalar, length) = text.scalar(at: index)
      let kind = ScalarClass(of: scalar).intersection([.whitespace, .word])
      if kind != current {
        if start < index, current != .whitespace { found.append(start..<index) }
        start = index
        current = kind
      }
      index += length
    }
    if start < piece.upperBound, current != .whitespace { found.append(start..<piece.upperBound) }
  }

  private static func split(
    _ text: Span<UInt8>, _ piece: Range<Int>, before marker: [UInt8],
    into found: inout [Range<Int>]
  ) {
    var start = piece.lowerBound
    var index = start
    var followsMarker = true
    while index < piece.upperBound {
      let isMarker = text[index] == marker[0] && text.has(marker, at: index)
      if isMarker, !followsMarker {
        found.append(start..<index)
        start = index
      }
      followsMarker = isMarker
      index += isMarker ? marker.count : 1
    }
    found.append(start..<piece.upperBound)
  }

  private static func prefixSpace(
    _ text: inout AlignedText, _ pieces: inout Pieces, scratch: inout AlignedText
  ) {
    pieces.rewriteEach(&text, scratch: &scratch) { text, piece, result in
      if text.bytes[piece.lowerBound] != 0x20 {
        result.append(byte: 0x20, origin: text.origin(at: piece.lowerBound))
      }
      result.append(text, piece)
    }
  }
}
