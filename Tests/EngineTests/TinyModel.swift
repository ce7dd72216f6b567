import Foundation
import Pruning
import Tensors
import Tokenizers
import Transformers

@testable import Checkpoints
@testable import Engine

/// A small model with its tokenizer in a folder that is removed with the instance.
///
/// Its weights follow from a seed; a test sets those that it wants to know.
final class TinyModel {
  let folder: String
  let transformer: Transformer
  let parameters: Parameters
  let tokenizer: Tokenizer
  let matrices: PrunableMatrices

  /// - Parameters:
  ///   - deviation: of the random weights; at 0 every matrix is zero.
  ///   - adjust: sets weights by name.
  init(
    configuration: String, tokenizer files: [String: String], deviation: Float = 0.3,
    adjust: (inout Parameters) -> Void = { _ in }
  ) throws {
    try BLAS.load()
    folder = FileManager.default.temporaryDirectory.path + "/engine-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    for (name, text) in files.merging(["config.json": configuration], uniquingKeysWith: { $1 }) {
      try text.write(toFile: "\(folder)/\(name)", atomically: false, encoding: .utf8)
    }
    let json = try Array(configuration.utf8).withUnsafeBytes { try JSONValue(parsing: $0) }
    transformer = Transformer(try TransformerConfiguration(json))
    let table = transformer.table
    var parameters = Parameters(fresh: table, deviation: deviation, seed: 7)
    adjust(&parameters)
    self.parameters = parameters
    var writer = try SafetensorsWriter(
      path: "\(folder)/model.safetensors",
      tensors: table.entries.map { TensorLayout(name: $0.name, shape: $0.shape) })
    for id in table.ids { try writer.write(table[id].name, parameters[id].elements) }
    try writer.finish()
    tokenizer = try Tokenizer.load(folder: folder)
    matrices = PrunableMatrices(try Checkpoint.open(at: folder))
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  /// The logits of one text alone, row by row.
  func logits(_ ids: [Int], segments: [Int] = []) -> [[Float]] {
    let batch = TokenBatch([ids], segments: segments.isEmpty ? [] : [segments])
    let tape = Tape()
    // The logits lie in the tape's memory.
    return withExtendedLifetime(tape) {
      let logits = transformer.logits(.tokens(batch), parameters, on: tape)
      return (0..<logits.rows).map { Array(logits.row($0)) }
    }
  }
}

extension Parameters {
  /// Sets one parameter's elements.
  mutating func set(_ name: String, _ value: (Int) -> Float) {
    guard let id = table.id(of: name) else { preconditionFailure("no parameter \(name)") }
    withMutableElements(of: id) { elements in
      for index in elements.indices { elements[index] = value(index) }
    }
  }
}

// MARK: Kinds of models

extension TinyModel {
  /// The words of the models of the BERT family, whose ids begin after the special tokens.
  static let words = (0..<40).map { "w\($0)" } + ["alpha", "beta", "gamma"]

  static let width = 16

  private static let specialTokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]

  static func bert(
    _ architecture: String, labels: [String] = [], blocks: Int = 2, deviation: Float = 0.3,
    adjust: (inout Parameters) -> Void = { _ in }
  ) throws -> TinyModel {
    let vocabulary = specialTokens + words
    let numbered = labels.enumerated().map { "\"\($0)\": \"\($1)\"" }.joined(separator: ", ")
    return try TinyModel(
      configuration: """
        {"architectures": ["\(architecture)"], "model_type": "bert", "hidden_size": \(width),
        "num_hidden_layers": \(blocks), "num_attention_heads": 2, "intermediate_size": 32,
        "hidden_act": "gelu", "max_position_embeddings": 64, "type_vocab_size": 2,
        "vocab_size": \(vocabulary.count), "pad_token_id": 0, "id2label": {\(numbered)}}
        """.replacing(", \"id2label\": {}", with: ""),
      tokenizer: [
        "vocab.txt": vocabulary.joined(separator: "\n") + "\n",
        "tokenizer_config.json": "{\"do_lower_case\": true}",
      ], deviation: deviation, adjust: adjust)
  }

  static func id(ofWord word: String) -> Int {
    specialTokens.count + words.firstIndex(of: word)!
  }

  /// A causal model over bytes, of which each is a token, and with one more for each merge.
  ///
  /// - Parameter merges: pairs in the alphabet of byte-level tokenizers, such as `Ġ A` for a space
  ///   and an A.
  static func gpt2(
    merges: [String] = [], blocks: Int = 2, deviation: Float = 0.3,
    adjust: (inout Parameters, _ id: (String) -> Int) -> Void = { _, _ in }
  ) throws -> TinyModel {
    let vocabulary =
      ["<|endoftext|>"] + byteAlphabet + merges.map { $0.replacing(" ", with: "") }
    let members = try vocabulary.enumerated().map { index, token in
      String(decoding: try JSONEncoder().encode(token), as: UTF8.self) + ": \(index)"
    }
    return try TinyModel(
      configuration: """
        {"architectures": ["GPT2LMHeadModel"], "model_type": "gpt2", "n_embd": \(width),
        "n_head": 2, "n_layer": \(blocks), "n_positions": 512, "vocab_size": \(vocabulary.count),
        "activation_function": "gelu_new", "tie_word_embeddings": false}
        """,
      tokenizer: [
        "vocab.json": "{\(members.joined(separator: ", "))}",
        "merges.txt": (["#version: 0.2"] + merges).joined(separator: "\n") + "\n",
        "tokenizer_config.json": "{\"eos_token\": \"<|endoftext|>\"}",
      ], deviation: deviation
    ) { parameters in
      adjust(&parameters) { token in vocabulary.firstIndex(of: token)! }
    }
  }

  /// A classifier of grey images of 8×8 pixels into ten classes; its tokenizer is of no use.
  static func vit(blocks: Int = 2) throws -> TinyModel {
    let labels = (0..<10).map { "\"\($0)\": \"\($0)\"" }.joined(separator: ", ")
    return try TinyModel(
      configuration: """
        {"architectures": ["ViTForImageClassification"], "model_type": "vit",
        "hidden_size": \(width), "num_hidden_layers": \(blocks), "num_attention_heads": 2,
        "intermediate_size": 32, "hidden_act": "gelu", "image_size": 8, "patch_size": 4,
        "num_channels": 1, "qkv_bias": true, "id2label": {\(labels)}}
        """,
      tokenizer: ["vocab.txt": specialTokens.joined(separator: "\n") + "\n"])
  }

  /// The characters that byte-level tokenizers write the 256 bytes with.
  private static let byteAlphabet: [String] = {
    var next: UInt32 = 256
    return (UInt32(0)..<256).map { byte in
      let isPrintable =
        (33...126).contains(byte) || (161...172).contains(byte) || (174...255).contains(byte)
      defer { if !isPrintable { next += 1 } }
      return String(Unicode.Scalar(isPrintable ? byte : next)!)
    }
  }()
}
