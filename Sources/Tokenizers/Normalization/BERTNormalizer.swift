/// BERT's cleaning of text, in one pass: control characters, Chinese characters, accents, case.
struct BERTNormalizer: Sendable {
  /// Removes control characters and makes every white space a blank.
  let cleansText: Bool
  /// Puts blanks around Chinese characters, so that each becomes a word.
  let separatesChinese: Bool
  let stripsAccents: Bool
  let lowercases: Bool
  /// What becomes of each ASCII byte, or `removed`.
  private let ascii: [UInt8]
  private static let removed: UInt8 = 0xFF

  /// - Parameter stripsAccents: nil: as `lowercases` says.
  init(
    cleansText: Bool = true, separatesChinese: Bool = true, stripsAccents: Bool? = nil,
    lowercases: Bool = true
  ) {
    self.cleansText = cleansText
    self.separatesChinese = separatesChinese
    self.stripsAccents = stripsAccents ?? lowercases
    self.lowercases = lowercases
    ascii = (0..<0x80).map { (byte: UInt8) in
      let kind = ScalarClass(of: UInt32(byte))
      if cleansText, kind.contains(.removedByBERT) { return Self.removed }
      if cleansText, kind.contains(.whitespace) { return 0x20 }
      return lowercases && (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
    }
  }

  func normalize(_ text: borrowing AlignedText, into result: inout AlignedText) {
    let span = text.bytes.span
    var marks = PendingMarks()
    var index = 0
    while index < span.count {
      let byte = span[index]
      if byte < 0x80 {
        let output = ascii[Int(byte)]
        if output != Self.removed {
          marks.flush { emit($0, $1, into: &result) }
          result.append(byte: output, origin: text.origin(at: index))
        }
        index += 1
      } else {
        let (scalar, length) = span.scalar(at: index)
        normalize(scalar, origin: text.origin(at: index), pending: &marks, into: &result)
        index += length
      }
    }
    marks.flush { emit($0, $1, into: &result) }
  }

  private func normalize(
    _ scalar: UInt32, origin: Origin, pending marks: inout PendingMarks,
    into result: inout AlignedText
  ) {
    let kind = ScalarClass(of: scalar)
    if cleansText, kind.contains(.removedByBERT) { return }
    if cleansText, kind.contains(.whitespace) {
      marks.flush { emit($0, $1, into: &result) }
      result.append(byte: 0x20, origin: origin)
      return
    }
    let isSeparated = separatesChinese && kind.contains(.chinese)
    if isSeparated {
      marks.flush { emit($0, $1, into: &result) }
      result.append(byte: 0x20, origin: origin)
    }
    if stripsAccents {
      CanonicalForms.decompose(scalar) { item in
        if ScalarClass(of: item.scalar).contains(.reorders) {
          marks.add(item, origin: origin)
        } else {
          marks.flush { emit($0, $1, into: &result) }
          emit(item.scalar, origin, into: &result)
        }
      }
    } else {
      emit(scalar, origin, into: &result)
    }
    if isSeparated { result.append(byte: 0x20, origin: origin) }
  }

  private func emit(_ scalar: UInt32, _ origin: Origin, into result: inout AlignedText) {
    if stripsAccents, ScalarClass(of: scalar).contains(.nonspacingMark) { return }
    if lowercases {
      result.append(lowercased: scalar, origin: origin)
    } else {
      result.append(scalar: scalar, origin: origin)
    }
  }
}

/// Marks that follow a starter and are put in canonical order once all of them are there.
private struct PendingMarks {
  private var items: [CanonicalForms.Item] = []
  private var origins: [Origin] = []
  /// Of what the first mark belongs to.
  private var previous = Origin(start: 0, end: 0)

  mutating func add(_ item: CanonicalForms.Item, origin: Origin) {
    if items.isEmpty { previous = origin }
    items.append(item)
    if item.sources > 0 { origins.append(origin) }
  }

  @inline(__always)
  mutating func flush(_ body: (UInt32, Origin) -> Void) {
    guard !items.isEmpty else { return }
    CanonicalForms.order(&items)
    CanonicalForms.align(items, with: origins, after: previous, body)
    items.removeAll(keepingCapacity: true)
    origins.removeAll(keepingCapacity: true)
  }
}
