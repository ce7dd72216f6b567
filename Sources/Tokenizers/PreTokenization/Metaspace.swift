/// SentencePiece's way with blanks: each becomes a visible marker, and one may be put first.
struct Metaspace: Sendable {
  enum Prefix: String, Sendable {
    case always
    /// Only at the very beginning of the original text.
    case first
    case never
  }

  /// The UTF-8 of the marker.
  var marker: [UInt8] = Metaspace.defaultMarker
  var prefix = Prefix.always
  /// Whether the text is split before each marker.
  var splits = true

  /// U+2581, LOWER ONE EIGHTH BLOCK.
  static let defaultMarker: [UInt8] = [0xE2, 0x96, 0x81]

  func split(_ text: inout AlignedText, into pieces: inout Pieces, scratch: inout AlignedText) {
    pieces.rewriteEach(&text, scratch: &scratch, rewrite)
    guard splits else { return }
    pieces.splitEach { piece, found in
      var start = piece.lowerBound
      var index = start
      while index < piece.upperBound {
        let isMarker = text.bytes.span.has(marker, at: index)
        if isMarker, start < index {
          found.append(start..<index)
          start = index
        }
        index += isMarker ? marker.count : 1
      }
      found.append(start..<piece.upperBound)
    }
  }

  private func rewrite(
    _ text: borrowing AlignedText, _ piece: Range<Int>, into result: inout AlignedText
  ) {
    let bytes = text.bytes
    let origin = text.origin(at: piece.lowerBound)
    let hasMarker = bytes[piece.lowerBound] == 0x20 || bytes.span.has(marker, at: piece.lowerBound)
    let wantsMarker =
      switch prefix {
      case .always: true
      case .first: origin.start == 0
      case .never: false
      }
    if wantsMarker, !hasMarker { result.append(marker, origin: origin) }
    var copied = piece.lowerBound
    for index in piece where bytes[index] == 0x20 {
      result.append(text, copied..<index)
      result.append(marker, origin: text.origin(at: index))
      copied = index + 1
    }
    result.append(text, copied..<piece.upperBound)
  }
}
