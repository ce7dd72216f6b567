import Foundation
import Testing

@testable import Tokenizers

/// A file that lies or asks for too much is refused with its name and the part in question.
struct `A tokenizer that cannot be read` {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private var file: String { folder.path + "/tokenizer.json" }

  private func expectError(
    _ error: TokenizerError, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(throws: error, sourceLocation: sourceLocation) {
      try Tokenizer.load(folder: folder.path)
    }
  }

  /// Writes a pipeline after changing it.
  private func write(_ name: String, _ change: (inout [String: Any]) -> Void) throws {
    var pipeline = try Fixture.pipeline(name)
    change(&pipeline)
    try Fixture.write(pipeline, to: folder)
  }

  private func expectUnsupported(
    _ name: String, _ component: String, _ reason: String, _ change: (inout [String: Any]) -> Void
  ) throws {
    try write(name, change)
    expectError(.unsupported(file: file, component: component, reason: reason))
  }

  private func expectMalformed(
    _ name: String, _ component: String, _ reason: String, _ change: (inout [String: Any]) -> Void
  ) throws {
    try write(name, change)
    expectError(.malformed(file: file, component: component, reason: reason))
  }

  // MARK: Files

  @Test func `no folder`() {
    #expect(throws: TokenizerError.notAFolder(path: folder.path + "/none")) {
      try Tokenizer.load(folder: folder.path + "/none")
    }
  }

  @Test func `an empty folder`() {
    expectError(.noTokenizer(folder: folder.path))
  }

  @Test func `vocab json without merges txt`() throws {
    try folder.add("bytes/vocab.json", as: "vocab.json")
    expectError(.noTokenizer(folder: folder.path))
  }

  @Test func `a folder where the file should be`() throws {
    try FileManager.default.createDirectory(atPath: file, withIntermediateDirectories: true)
    expectError(.unreadable(file: file, reason: "not a regular file"))
  }

  @Test func `a git-LFS pointer`() throws {
    try folder.write("version https://git-lfs.github.com/spec/v1\n", to: "tokenizer.json")
    expectError(.gitLFSPointer(file: file))
  }

  @Test(arguments: [
    ("", 0, "the text ends too early"),
    (#"{"version": "1.0""#, 17, "expected ','"),
    (#"{"a": 1} x"#, 9, "text after the end"),
    (#"{"a": tru}"#, 6, "expected a value"),
    (#"{"a": 0x10}"#, 6, "expected a value"),
    (#"{"a" 1}"#, 5, "expected ':'"),
    (#"{a: 1}"#, 1, "expected '\"'"),
    (#"{"a": "b"#, 8, "a string does not end"),
    (#"{"a": "\q"}"#, 7, "unknown escape in a string"),
    (#"{"a": "\ud800"}"#, 7, "unknown escape in a string"),
    ("{\"a\": \"\n\"}", 7, "control character in a string"),
    (String(repeating: "[", count: 1000), 100, "nested too deeply"),
  ])
  func `no JSON`(text: String, offset: Int, reason: String) throws {
    try folder.write(text, to: "tokenizer.json")
    expectError(.notJSON(file: file, offset: offset, reason: reason))
  }

  @Test func `JSON that is not UTF-8`() throws {
    try folder.write(Data([0x22, 0xFF, 0x22]), to: "tokenizer.json")
    expectError(.notJSON(file: file, offset: 1, reason: "not UTF-8"))
  }

  @Test func `an array instead of an object`() throws {
    try folder.write("[]", to: "tokenizer.json")
    expectError(.malformed(file: file, component: "the file", reason: "is not an object"))
  }

  @Test func `a broken configuration beside it`() throws {
    try write("gpt2") { _ in }
    try folder.write(#"{"do_lower_case": "yes"}"#, to: "tokenizer_config.json")
    expectError(
      .malformed(
        file: folder.path + "/tokenizer_config.json", component: "do_lower_case",
        reason: "is not true or false"))
  }

  // MARK: The parts of tokenizer.json

  @Test func `a version to come`() throws {
    try expectUnsupported("gpt2", "version", "version 2.0 is not known") { $0["version"] = "2.0" }
  }

  @Test func `no model`() throws {
    try expectMalformed("gpt2", "the file", "model is missing") { $0["model"] = nil }
  }

  @Test func `a unigram model`() throws {
    try expectUnsupported("llama", "model", "models of type Unigram are not supported") {
      $0["model"] = ["type": "Unigram", "vocab": []]
    }
  }

  @Test func `a vocabulary that is no object`() throws {
    try expectMalformed("gpt2", "model.vocab", "is not an object") {
      $0["model"] = ["type": "BPE", "vocab": [1], "merges": []]
    }
  }

  @Test(arguments: [-1, 1 << 24])
  func `an id out of range`(id: Int) throws {
    try write("gpt2") { $0["model"] = ["type": "BPE", "vocab": ["a": id], "merges": []] }
    expectError(.idOutOfRange(file: file, token: "a", id: "\(Double(id))"))
  }

  @Test func `a merge of a token that is not there`() throws {
    try write("gpt2") {
      $0["model"] = ["type": "BPE", "vocab": ["a": 0, "b": 1], "merges": ["a b"]]
    }
    expectError(.mergeOutOfVocabulary(file: file, index: 0, token: "ab"))
  }

  @Test(arguments: [["a"], ["a", "b", "c"]])
  func `a merge that is not of two tokens`(tokens: [String]) throws {
    try write("gpt2") { $0["model"] = ["type": "BPE", "vocab": ["a": 0], "merges": [tokens]] }
    expectError(.badMerge(file: file, index: 0, reason: "is not two tokens"))
  }

  @Test func `an unknown token that is not there`() throws {
    try write("bert-uncased") { $0["model"] = ["type": "WordPiece", "vocab": ["a": 0]] }
    expectError(
      .tokenNotInVocabulary(file: file, component: "model.unk_token", token: "[UNK]"))
  }

  @Test func `dropout`() throws {
    try expectUnsupported("gpt2", "model", "dropout 0.1 would make the tokens random") {
      $0["model"] = ["type": "BPE", "vocab": ["a": 0], "merges": [], "dropout": 0.1]
    }
  }

  @Test(arguments: ["continuing_subword_prefix", "end_of_word_suffix"])
  func `affixes of byte-pair encoding`(key: String) throws {
    try expectUnsupported("gpt2", "model", "\(key) \"</w>\"") {
      $0["model"] = ["type": "BPE", "vocab": ["a": 0], "merges": [], key: "</w>"]
    }
  }

  @Test(arguments: ["Precompiled", "Nmt", "NFKC", "NFKD", "ByteLevel"])
  func `a normalizer of another kind`(type: String) throws {
    let reason = "normalizers of type \(type) are not supported"
    try expectUnsupported("gpt2", "normalizer.normalizers[1]", reason) {
      $0["normalizer"] = ["type": "Sequence", "normalizers": [["type": "NFC"], ["type": type]]]
    }
  }

  @Test func `replacing a regular expression`() throws {
    try expectUnsupported("gpt2", "normalizer", "replacing the regular expression  {2,}") {
      $0["normalizer"] = ["type": "Replace", "pattern": ["Regex": " {2,}"], "content": " "]
    }
  }

  @Test(arguments: ["UnicodeScripts", "CharDelimiterSplit", "FixedLength"])
  func `a pre-tokenizer of another kind`(type: String) throws {
    let reason = "pre-tokenizers of type \(type) are not supported"
    try expectUnsupported("gpt2", "pre_tokenizer", reason) { $0["pre_tokenizer"] = ["type": type] }
  }

  @Test func `an unknown regular expression`() throws {
    let reason = #"the regular expression \w+|\W+ is not known"#
    try expectUnsupported("gpt2", "pre_tokenizer", reason) {
      $0["pre_tokenizer"] = [
        "type": "Split", "pattern": ["Regex": #"\w+|\W+"#], "behavior": "Isolated",
      ]
    }
  }

  @Test func `something after the byte level`() throws {
    let reason = "a pre-tokenizer after ByteLevel"
    try expectUnsupported("gpt2", "pre_tokenizer.pretokenizers[1]", reason) {
      $0["pre_tokenizer"] = [
        "type": "Sequence", "pretokenizers": [["type": "ByteLevel"], ["type": "Whitespace"]],
      ]
    }
  }

  @Test func `WordPiece on bytes`() throws {
    let reason = "WordPiece on the bytes of a ByteLevel pre-tokenizer"
    try expectUnsupported("bert-uncased", "model", reason) {
      $0["pre_tokenizer"] = ["type": "ByteLevel"]
    }
  }

  @Test func `a prepend scheme of another kind`() throws {
    try expectMalformed("llama", "pre_tokenizer", "prepend_scheme last is not known") {
      $0["pre_tokenizer"] = ["type": "Metaspace", "replacement": "▁", "prepend_scheme": "last"]
    }
  }

  @Test func `a template with a token that it does not define`() throws {
    try write("gpt2") {
      $0["post_processor"] = [
        "type": "TemplateProcessing", "pair": [], "special_tokens": [:],
        "single": [["SpecialToken": ["id": "[CLS]", "type_id": 0]]],
      ]
    }
    expectError(
      .malformed(
        file: file, component: "post_processor.single[0].SpecialToken",
        reason: "id is not among the special_tokens"))
  }

  @Test func `special tokens added twice`() throws {
    try write("bert-uncased") {
      let processor: [String: Any] = [
        "type": "BertProcessing", "sep": ["[SEP]", 3], "cls": ["[CLS]", 2],
      ]
      $0["post_processor"] = ["type": "Sequence", "processors": [processor, processor]]
    }
    expectError(
      .unsupported(
        file: file, component: "post_processor.processors[1]",
        reason: "special tokens are added twice"))
  }

  @Test(arguments: ["CTC", "BPEDecoder"])
  func `a decoder of another kind`(type: String) throws {
    let reason = "decoders of type \(type) are not supported"
    try expectUnsupported("gpt2", "decoder", reason) { $0["decoder"] = ["type": type] }
  }

  @Test func `an added token without content`() throws {
    try expectMalformed("gpt2", "added_tokens[0]", "content is missing") {
      $0["added_tokens"] = [["id": 0]]
    }
  }

  // MARK: Other files

  @Test func `vocab txt that is not UTF-8`() throws {
    try folder.write(Data([0x61, 0x0A, 0xFF, 0x0A]), to: "vocab.txt")
    expectError(.notUTF8(file: folder.path + "/vocab.txt", line: 2))
  }

  @Test func `vocab txt without the unknown token`() throws {
    try folder.write("a\nb\n", to: "vocab.txt")
    expectError(
      .tokenNotInVocabulary(
        file: folder.path + "/vocab.txt", component: "unk_token", token: "[UNK]"))
  }

  @Test func `vocab txt of another tokenizer`() throws {
    try folder.add("wordpiece/vocab.txt", as: "vocab.txt")
    try folder.write(#"{"tokenizer_class": "FunnelTokenizer"}"#, to: "tokenizer_config.json")
    expectError(
      .unsupported(
        file: folder.path + "/tokenizer_config.json", component: "tokenizer_class",
        reason: "vocab.txt of FunnelTokenizer is not supported"))
  }

  @Test func `vocab json of another family`() throws {
    try folder.add("bytes/vocab.json", as: "vocab.json")
    try folder.add("bytes/merges.txt", as: "merges.txt")
    try folder.write(#"{"model_type": "clip"}"#, to: "config.json")
    expectError(
      .unsupported(
        file: folder.path + "/vocab.json", component: "model_type",
        reason: "vocab.json of clip is not supported"))
  }

  @Test func `a line of merges txt that is not two tokens`() throws {
    try folder.add("bytes/vocab.json", as: "vocab.json")
    try folder.write("#version: 0.2\na b c\n", to: "merges.txt")
    expectError(
      .badMerge(
        file: folder.path + "/merges.txt", index: 0, reason: "3 tokens instead of two"))
  }

  private var model: String { folder.path + "/tokenizer.model" }

  /// A SentencePiece model of one piece, with trainer and normalizer settings.
  private func writeModel(trainer: [UInt8], normalizer: [UInt8] = [0x20, 0]) throws {
    let piece: [UInt8] = [0x0A, 5, 0x0A, 3] + Array("<s>".utf8)
    let settings = [0x12, UInt8(trainer.count)] + trainer
    let normalization = [0x1A, UInt8(normalizer.count)] + normalizer
    try folder.write(Data(piece + settings + normalization), to: "tokenizer.model")
  }

  @Test func `tokenizer model cut short`() throws {
    var data = try Data(
      contentsOf: Fixture.folder.appendingPathComponent("pieces/tokenizer.model"))
    data.removeLast(3)
    try folder.write(data, to: "tokenizer.model")
    #expect {
      try Tokenizer.load(folder: folder.path)
    } throws: { error in
      guard case .notSentencePiece(model, _, "cut short") = error as? TokenizerError else {
        return false
      }
      return true
    }
  }

  @Test func `tokenizer model that is something else`() throws {
    try folder.write("hello", to: "tokenizer.model")
    expectError(
      .notSentencePiece(file: model, offset: 3, reason: "a field of unknown type 4"))
  }

  @Test func `tokenizer model of type unigram`() throws {
    try writeModel(trainer: [0x18, 1])
    expectError(
      .unsupported(
        file: model, component: "trainer_spec.model_type",
        reason: "models of type unigram are not supported"))
  }

  @Test func `tokenizer model with normalization rules`() throws {
    try writeModel(
      trainer: [0x18, 2], normalizer: [0x0A, 4] + Array("nfkc".utf8) + [0x12, 1, 0x78, 0x20, 0])
    expectError(
      .unsupported(
        file: model, component: "normalizer_spec.precompiled_charsmap",
        reason: "the normalization nfkc is not supported"))
  }

  @Test func `tokenizer model that removes white space`() throws {
    try writeModel(trainer: [0x18, 2], normalizer: [])
    expectError(
      .unsupported(
        file: model, component: "normalizer_spec.remove_extra_whitespaces",
        reason: "removing white space is not supported"))
  }

  @Test func `messages name the file and say what to do`() {
    let error = TokenizerError.unsupported(
      file: "m/tokenizer.json", component: "normalizer", reason: "too odd")
    #expect(
      error.description
        == "m/tokenizer.json: normalizer: too odd; this program cannot tokenize for this model")
  }
}
