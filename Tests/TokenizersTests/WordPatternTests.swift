import Testing

@testable import Tokenizers

/// What the regular expressions do, worked out by hand.
struct `Words of byte-level tokenizers` {
  private func words(_ text: String, _ pattern: WordPattern) -> [String] {
    var words: [String] = []
    let bytes = Array(text.utf8)
    var start = 0
    while start < bytes.count {
      let end = pattern.wordEnd(in: bytes.span, from: start)
      words.append(String(decoding: bytes[start..<end], as: UTF8.self))
      start = end
    }
    return words
  }

  @Test func `GPT-2 gives the last blank to the word after it`() {
    #expect(words("a   b  ", .gpt2) == ["a", "  ", " b", "  "])
    #expect(words("a\n\nb", .gpt2) == ["a", "\n", "\n", "b"])
  }

  @Test func `GPT-2 parts contractions in lower case alone`() {
    #expect(words("we'll WE'LL 'twas", .gpt2) == ["we", "'ll", " WE", "'", "LL", " '", "twas"])
  }

  @Test func `Qwen2 takes digits one by one and LLaMA 3 by threes`() {
    #expect(words("x1234", .qwen2) == ["x", "1", "2", "3", "4"])
    #expect(words("x1234", .llama3) == ["x", "123", "4"])
  }

  @Test func `a word takes one separator before it`() {
    #expect(words("(a)\t\tb", .qwen2) == ["(a", ")", "\t", "\tb"])
  }

  @Test func `line ends close white space and punctuation`() {
    #expect(words("a.\n\n  \n b", .qwen2) == ["a", ".\n\n", "  \n", " b"])
  }

  @Test func `contractions are found in any case, with a long s too`() {
    #expect(words("IT'S it'ſ", .qwen2) == ["IT", "'S", " it", "'ſ"])
  }

  @Test func `Tekken parts words where the case rises`() {
    #expect(words("camelCase HTTPServer", .tekken) == ["camel", "Case", " HTTPServer"])
    #expect(words("a//b", .tekken) == ["a", "//", "b"])
    #expect(words("!//\n/x", .tekken) == ["!//\n/", "x"])
  }

  @Test func `an unknown expression is none of them`() {
    #expect(WordPattern(regularExpression: #"\w+|\W+"#) == nil)
  }
}
