/// One step that changes text before it is split into words.
enum Normalizer: Sendable {
  case bert(BERTNormalizer)
  case lowercase
  /// Canonical decomposition.
  case nfd
  /// Canonical composition.
  case nfc
  case stripAccents
  /// Removes white space at the ends.
  case strip(left: Bool, right: Bool)
  /// Puts a text before any that is not empty.
  case prepend([UInt8])
  /// Replaces each occurrence of a pattern, which is not empty.
  case replace(pattern: [UInt8], content: [UInt8])

  /// Changes the text in place; `scratch` is overwritten.
  func apply(to text: inout AlignedText, scratch: inout AlignedText) {
    guard text.count > 0, changes(text) else { return }
    scratch.reset(like: text)
    switch self {
    case .bert(let normalizer):
      normalizer.normalize(text, into: &scratch)
    case .lowercase:
      text.forEachScalar { scratch.append(lowercased: $0, origin: $1) }
    case .nfd, .nfc:
      normalizeCanonically(text, into: &scratch)
    case .stripAccents:
      text.forEachScalar { scalar, origin in
        guard !ScalarClass(of: scalar).contains(.combiningMark) else { return }
        scratch.append(scalar: scalar, origin: origin)
      }
    case .strip(let left, let right):
      scratch.append(text, Self.stripped(text.bytes.span, left: left, right: right))
    case .prepend(let prefix):
      scratch.append(prefix, origin: text.origin(at: 0))
      scratch.append(text, 0..<text.count)
    case .replace(let pattern, let content):
      Self.replace(pattern, with: content, in: text, into: &scratch)
    }
    swap(&text, &scratch)
  }

  /// False where the step would leave the text as it is; quick to tell for most texts.
  private func changes(_ text: borrowing AlignedText) -> Bool {
    switch self {
    case .nfc:
      guard !text.isASCII else { return false }
      var isStable = true
      text.forEachScalar { scalar, _ in
        let unstable: ScalarClass = [.unstableInNFC, .reorders]
        isStable = isStable && ScalarClass(of: scalar).isDisjoint(with: unstable)
      }
      return !isStable
    case .nfd, .stripAccents:
      return !text.isASCII
    default:
      return true
    }
  }

  private func normalizeCanonically(
    _ text: borrowing AlignedText, into result: inout AlignedText
  ) {
    var items: [CanonicalForms.Item] = []
    var origins: [Origin] = []
    items.reserveCapacity(text.count)
    origins.reserveCapacity(text.count)
    text.forEachScalar { scalar, origin in
      CanonicalForms.decompose(scalar) { items.append($0) }
      origins.append(origin)
    }
    CanonicalForms.order(&items)
    if case .nfc = self { CanonicalForms.compose(&items) }
    CanonicalForms.align(items, with: origins, after: text.origin(at: 0)) {
      result.append(scalar: $0, origin: $1)
    }
  }

  private static func stripped(_ text: Span<UInt8>, left: Bool, right: Bool) -> Range<Int> {
    let start = left ? text.whitespaceEnd(from: 0) : 0
    let end = right ? max(start, text.whitespaceStart(before: text.count)) : text.count
    return start..<end
  }

  private static func replace(
    _ pattern: [UInt8], with content: [UInt8], in text: borrowing AlignedText,
    into result: inout AlignedText
  ) {
    let span = text.bytes.span
    var copied = 0
    var index = 0
    while index < span.count {
      guard span[index] == pattern[0], span.has(pattern, at: index) else {
        index += 1
        continue
      }
      result.append(text, copied..<index)
      index += pattern.count
      copied = index
      result.append(content, origin: text.origin(at: index - 1))
    }
    result.append(text, copied..<span.count)
  }
}

extension AlignedText {
  /// Appends a scalar in lower case, without regard to what stands around it.
  mutating func append(lowercased scalar: UInt32, origin: Origin) {
    if scalar < 0x80 {
      let isUpper = (0x41...0x5A).contains(scalar)
      append(byte: UInt8(isUpper ? scalar | 0x20 : scalar), origin: origin)
    } else if ScalarClass(of: scalar).contains(.cased), let known = Unicode.Scalar(scalar) {
      append(Array(known.properties.lowercaseMapping.utf8), origin: origin)
    } else {
      append(scalar: scalar, origin: origin)
    }
  }
}

extension Span where Element == UInt8 {
  /// The end of the white space that starts at an index.
  func whitespaceEnd(from start: Int) -> Int {
    var index = start
    while index < count {
      let (scalar, length) = scalar(at: index)
      guard ScalarClass(of: scalar).contains(.whitespace) else { break }
      index += length
    }
    return index
  }

  /// The start of the white space that ends before an index.
  func whitespaceStart(before end: Int) -> Int {
    var index = end
    while index > 0 {
      let start = scalarStart(before: index)
      guard ScalarClass(of: scalar(at: start).value).contains(.whitespace) else { break }
      index = start
    }
    return index
  }
}
