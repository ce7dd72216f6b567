import Testing

@testable import Tokenizers

struct `A folder without tokenizer json` {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func expectSame(as name: String) throws {
    let tokenizer = try Tokenizer.load(folder: folder.path)
    for golden in try Golden.all(of: name) where golden.text.count == 1 {
      #expect(tokenizer.encode(golden.text[0]).ids == golden.ids, "\(golden.text)")
    }
  }

  @Test func `vocab txt is an uncased BERT's`() throws {
    try folder.add("wordpiece/vocab.txt", as: "vocab.txt")
    try expectSame(as: "bert-uncased")
  }

  @Test func `vocab txt is cased where the configuration says so`() throws {
    try folder.add("wordpiece-cased/vocab.txt", as: "vocab.txt")
    try folder.write(
      #"{"tokenizer_class": "BertTokenizer", "do_lower_case": false, "model_max_length": 512}"#,
      to: "tokenizer_config.json")
    try expectSame(as: "bert-cased")
    #expect(try Tokenizer.load(folder: folder.path).maximumLength == 512)
  }

  private func addBytes() throws {
    try folder.add("bytes/vocab.json", as: "vocab.json")
    try folder.add("bytes/merges.txt", as: "merges.txt")
  }

  @Test func `vocab json and merges txt are GPT-2's where nothing is said`() throws {
    try addBytes()
    try expectSame(as: "gpt2")
  }

  @Test func `a beginning is added where the configuration asks for one`() throws {
    try addBytes()
    try folder.write(
      #"{"tokenizer_class": "GPT2Tokenizer", "add_bos_token": true}"#, to: "tokenizer_config.json")
    try folder.write(#"{"model_type": "opt"}"#, to: "config.json")
    try expectSame(as: "opt")
  }

  @Test func `the model's type tells RoBERTa`() throws {
    try addBytes()
    try folder.write(#"{"model_type": "roberta"}"#, to: "config.json")
    try folder.write(
      #"{"mask_token": {"content": "<mask>", "lstrip": true, "normalized": false}}"#,
      to: "special_tokens_map.json")
    try expectSame(as: "roberta")
  }

  @Test func `the tokenizer's class tells Qwen2`() throws {
    try addBytes()
    try folder.write(#"{"tokenizer_class": "Qwen2Tokenizer"}"#, to: "tokenizer_config.json")
    try expectSame(as: "qwen2")
  }

  @Test func `tokens of added_tokens json are found in text`() throws {
    try addBytes()
    try folder.write(#"{"<|user|>": 1400}"#, to: "added_tokens.json")
    let tokenizer = try Tokenizer.load(folder: folder.path)
    #expect(tokenizer.encode("<|user|>").ids == [1400])
  }

  @Test func `tokenizer model is read as it is`() throws {
    try folder.add("pieces/tokenizer.model", as: "tokenizer.model")
    try expectSame(as: "sentencepiece")
  }

  @Test func `tokenizer model goes without a beginning where the configuration says so`() throws {
    try folder.add("pieces/tokenizer.model", as: "tokenizer.model")
    try folder.write(
      #"{"tokenizer_class": "LlamaTokenizer", "add_bos_token": false, "add_eos_token": true}"#,
      to: "tokenizer_config.json")
    let ids = try Tokenizer.load(folder: folder.path).encode("free").ids
    #expect(ids.first != 1)
    #expect(ids.last == 2)
  }
}

struct `A tokenizer configuration beside tokenizer json` {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func load(_ name: String, configuration: String) throws -> Tokenizer {
    try Fixture.write(Fixture.pipeline(name), to: folder)
    try folder.write(configuration, to: "tokenizer_config.json")
    return try Tokenizer.load(folder: folder.path)
  }

  @Test func `case is kept where it says so`() throws {
    let tokenizer = try load("bert-uncased", configuration: #"{"do_lower_case": false}"#)
    let unknown = try #require(tokenizer.specialTokens.unk)
    #expect(tokenizer.encode("ALL", addsSpecialTokens: false).ids == [unknown])
    #expect(tokenizer.encode("all", addsSpecialTokens: false).ids != [unknown])
  }

  @Test func `a beginning can be taken away and an end added`() throws {
    let tokenizer = try load(
      "llama",
      configuration: """
        {"bos_token": "<s>", "eos_token": {"content": "</s>"}, "add_bos_token": false,
         "add_eos_token": true}
        """)
    let free = tokenizer.encode("free", addsSpecialTokens: false).ids
    #expect(tokenizer.encode("free").ids == free + [2])
  }

  @Test func `tokens that it alone names are added`() throws {
    let tokenizer = try load(
      "gpt2", configuration: #"{"pad_token": "<|pad|>", "additional_special_tokens": ["<|x|>"]}"#)
    #expect(tokenizer.specialTokens.pad == 1400)
    #expect(tokenizer.encode("<|x|><|pad|>").ids == [1401, 1400])
    #expect(tokenizer.vocabularySize == 1402)
  }

  @Test func `an absurd model_max_length is none`() throws {
    let tokenizer = try load(
      "gpt2", configuration: #"{"model_max_length": 1000000000000000019884624838656}"#)
    #expect(tokenizer.maximumLength == nil)
  }
}
