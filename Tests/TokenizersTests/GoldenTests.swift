import Testing

@testable import Tokenizers

struct `The same as Hugging Face tokenizers` {
  /// Longest a pair may be; see make_goldens.py.
  static let pairLength = 24

  @Test(arguments: [
    "bert-uncased", "bert-cased", "bert-accents", "bert-added", "bert-sequence", "bert-splits",
    "gpt2", "gpt2-plain", "roberta", "roberta-prefix", "opt", "qwen2", "llama3", "tekken",
    "digits", "llama", "llama-added", "llama-metaspace", "llama-always", "llama-stripped",
    "llama-unknown", "llama-fused",
  ])
  func `ids, offsets, types and decoded text`(name: String) throws {
    let tokenizer = try Fixture.tokenizer(name)
    let goldens = try Golden.all(of: name)
    #expect(goldens.count >= 460)
    for golden in goldens { check(golden, tokenizer) }
  }

  private func check(_ golden: Golden, _ tokenizer: Tokenizer) {
    let text = golden.text
    let maxLength = text.count == 2 ? Self.pairLength : nil
    let pair = text.count == 2 ? text[1] : nil
    let encoding = tokenizer.encode(
      text[0], pair: pair, maxLength: maxLength, tracksOffsets: true)
    #expect(encoding.ids == golden.ids, "\(text)")
    let plain = tokenizer.encode(text[0], pair: pair, maxLength: maxLength)
    #expect(plain.ids == encoding.ids, "the same without offsets: \(text)")

    let offsets = encoding.scalarOffsets(text).map { "\($0.lowerBound) \($0.upperBound)" }
    #expect(Golden.digest(offsets.joined(separator: " ")) == golden.digests[0], "\(text)")
    let types = encoding.typeIDs.map(String.init).joined(separator: " ")
    #expect(Golden.digest(types) == golden.digests[1], "\(text)")
    let decoded = tokenizer.decode(encoding.ids, skipsSpecialTokens: false)
    #expect(Golden.digest(decoded) == golden.digests[2], "\(text)")
  }

  @Test func `two thousand texts in many scripts`() {
    #expect(Fixture.texts.count >= 2_000)
  }

  @Test func `overlapping windows of a long second text`() throws {
    let tokenizer = try Fixture.tokenizer("bert-uncased")
    let lines = try Fixture.text("goldens/windows.txt").split(separator: "\n")
    #expect(lines.count == 60)
    for line in lines {
      let fields = line.split(separator: " ")
      let pair = Fixture.texts[Int(fields[0])!]
      let windows = tokenizer.encodeWindows(pair[0], pair[1], maxLength: 20, stride: 4)
      #expect(windows.map(\.ids) == fields.dropFirst().map(Golden.unpacked), "\(pair)")
    }
  }
}
