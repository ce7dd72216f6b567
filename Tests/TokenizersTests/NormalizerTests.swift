import Testing

@testable import Tokenizers

struct `Normalizers` {
  private func normalize(_ text: String, _ normalizer: Normalizer) -> String {
    var aligned = AlignedText()
    var scratch = AlignedText()
    aligned.append(Array(text.utf8), origin: Origin(start: 0, end: 0))
    normalizer.apply(to: &aligned, scratch: &scratch)
    return String(decoding: aligned.bytes, as: UTF8.self)
  }

  /// Scalars, since equal strings may be spelt differently.
  private func expect(_ text: String, _ normalizer: Normalizer, _ expected: String) {
    let normalized = normalize(text, normalizer)
    #expect(Array(normalized.unicodeScalars) == Array(expected.unicodeScalars), "\(text)")
  }

  @Test func `canonical composition joins across marks that do not block`() {
    expect("a\u{323}\u{301}", .nfc, "\u{1EA1}\u{301}")
    expect("a\u{301}\u{323}", .nfc, "\u{1EA1}\u{301}")
    expect("a\u{304}\u{301}", .nfc, "\u{101}\u{301}")
    expect("\u{1112}\u{1161}\u{11AB}", .nfc, "\u{D55C}")
    expect("\u{212B}", .nfc, "\u{C5}")
    expect("\u{958}", .nfc, "\u{915}\u{93C}")
  }

  @Test func `canonical decomposition is full and ordered`() {
    expect("\u{1EAD}", .nfd, "a\u{323}\u{302}")
    expect("\u{1E69}", .nfd, "s\u{323}\u{307}")
    expect("\u{D55C}", .nfd, "\u{1112}\u{1161}\u{11AB}")
    expect("q\u{307}\u{323}", .nfd, "q\u{323}\u{307}")
  }

  @Test func `composition undoes decomposition for every scalar that is stable`() {
    for value in (0..<UInt32(0x30000)) {
      let kind = ScalarClass(of: value)
      guard kind.contains(.decomposes), !kind.contains(.unstableInNFC),
        let scalar = Unicode.Scalar(value)
      else { continue }
      let decomposed = normalize(String(Character(scalar)), .nfd)
      expect(decomposed, .nfc, String(Character(scalar)))
    }
  }

  @Test func `lower case is by scalar, without regard to its place`() {
    expect("ΟΔΟΣ İSTANBUL ǅ", .lowercase, "οδοσ i\u{307}stanbul ǆ")
  }

  @Test func `BERT removes control characters and spaces Chinese ones`() {
    expect("a\u{0}\u{200B}\u{FFFD}b\tc\u{A0}d", .bert(BERTNormalizer()), "ab c d")
    expect("a中文b", .bert(BERTNormalizer()), "a 中  文 b")
  }

  @Test func `BERT strips accents with the case, unless told otherwise`() {
    expect("Ậé", .bert(BERTNormalizer()), "ae")
    expect("Ậé", .bert(BERTNormalizer(lowercases: false)), "Ậé")
    expect("Éé", .bert(BERTNormalizer(stripsAccents: true, lowercases: false)), "Ee")
  }

  @Test func `nothing is prepended to nothing`() {
    expect("", .prepend([0x2D]), "")
    expect("a", .prepend([0x2D]), "-a")
  }

  @Test func `replaced text keeps where it came from`() {
    var text = AlignedText()
    var scratch = AlignedText()
    text.reset(trackingOrigins: true, start: 0)
    text.append(original: Array("é  b".utf8).span, from: 0, to: 5)
    Normalizer.replace(pattern: [0x20], content: Metaspace.defaultMarker)
      .apply(to: &text, scratch: &scratch)
    #expect(String(decoding: text.bytes, as: UTF8.self) == "é▁▁b")
    #expect(text.origin(of: 0..<2) == Origin(start: 0, end: 2))
    #expect(text.origin(of: 5..<8) == Origin(start: 3, end: 4))
  }
}
