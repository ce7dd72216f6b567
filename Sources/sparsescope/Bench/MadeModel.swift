import Checkpoints
import Engine
import Foundation
import Transformers

/// A model of BERT-base's shapes with weights by lot, for measurements where no real one is.
enum MadeModel {
  /// 109 482 240 float32 parameters, 84 934 656 of them prunable: 438 MB.
  ///
  /// The weights are N(0, 0.02²), as BERT's are when they are fresh.
  /// - Returns: the folder, which is made once and then kept in the cache folder.
  static func bertBase() throws -> URL {
    let folder = try CacheFolder.url().appendingPathComponent("bert-base-made")
    let file = folder.appendingPathComponent("model.safetensors")
    if FileManager.default.fileExists(atPath: file.path) { return folder }
    StandardError.write("making a model of BERT-base's shapes in \(folder.path) (438 MB)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try configuration.write(
      to: folder.appendingPathComponent("config.json"), atomically: true, encoding: .utf8)
    var writer = try SafetensorsWriter(path: file.path, tensors: layouts)
    for (index, layout) in layouts.enumerated() {
      try writer.write(layout.name, weights(layout, stream: UInt64(index)))
    }
    try writer.finish()
    return folder
  }

  private static let configuration = """
    {"model_type": "bert", "architectures": ["BertModel"], "hidden_size": 768,
     "num_hidden_layers": 12, "num_attention_heads": 12, "intermediate_size": 3072,
     "hidden_act": "gelu", "layer_norm_eps": 1e-12, "max_position_embeddings": 512,
     "type_vocab_size": 2, "vocab_size": 30522}
    """

  private static let layouts: [TensorLayout] = {
    func linear(_ name: String, _ outputs: Int, _ inputs: Int) -> [TensorLayout] {
      [
        TensorLayout(name: name + ".weight", shape: [outputs, inputs]),
        TensorLayout(name: name + ".bias", shape: [outputs]),
      ]
    }
    func norm(_ name: String) -> [TensorLayout] {
      ["weight", "bias"].map { TensorLayout(name: "\(name).\($0)", shape: [768]) }
    }
    var layouts = [("word", 30522), ("position", 512), ("token_type", 2)].map { name, rows in
      TensorLayout(name: "embeddings.\(name)_embeddings.weight", shape: [rows, 768])
    }
    layouts += norm("embeddings.LayerNorm")
    for block in 0..<12 {
      let prefix = "encoder.layer.\(block)."
      for part in ["self.query", "self.key", "self.value", "output.dense"] {
        layouts += linear(prefix + "attention." + part, 768, 768)
      }
      layouts += norm(prefix + "attention.output.LayerNorm")
      layouts += linear(prefix + "intermediate.dense", 3072, 768)
      layouts += linear(prefix + "output.dense", 768, 3072)
      layouts += norm(prefix + "output.LayerNorm")
    }
    return layouts + linear("pooler.dense", 768, 768)
  }()

  private static func weights(_ layout: TensorLayout, stream: UInt64) -> [Float] {
    var random = RandomStream(seed: 0, stream: stream)
    let count = layout.shape.reduce(1, *)
    if layout.shape.count == 1 {
      return [Float](repeating: layout.name.hasSuffix("Norm.weight") ? 1 : 0, count: count)
    }
    return (0..<count).map { _ in 0.02 * random.normal() }
  }
}

/// Where the program keeps what it can make again.
enum CacheFolder {
  /// `$XDG_CACHE_HOME/sparsescope`, by default below `~/.cache`.
  static func url() throws(CommandError) -> URL {
    let environment = ProcessInfo.processInfo.environment
    if let cache = environment["XDG_CACHE_HOME"], cache.hasPrefix("/") {
      return URL(fileURLWithPath: cache).appendingPathComponent("sparsescope")
    }
    guard let home = environment["HOME"], home.hasPrefix("/") else {
      throw CommandError("HOME is not set; set it, or XDG_CACHE_HOME, to a folder.")
    }
    return URL(fileURLWithPath: home).appendingPathComponent(".cache/sparsescope")
  }
}
