import Checkpoints
import Tasks
import Transformers

/// Writes a trained digits model as a folder that transformers loads as it is.
package struct DigitsModelFolder {
  private let classifier: ImageClassifier
  private let preprocessing: ImagePreprocessing
  /// The text of the model's README.md.
  private let card: String

  package init(_ classifier: ImageClassifier, preprocessing: ImagePreprocessing, card: String) {
    self.classifier = classifier
    self.preprocessing = preprocessing
    self.card = card
  }

  /// Makes the folder appear, complete.
  ///
  /// - Parameter writer: what checked the output folder before the training began.
  package func write(with writer: consuming ModelFolderWriter) throws {
    let (table, image) = (classifier.model.table, classifier.image)
    let layouts = table.entries.map { TensorLayout(name: $0.name, shape: $0.shape) }
    try writer.addFile("config.json", configuration)
    try writer.addFile(
      "preprocessor_config.json", preprocessing.json(height: image.height, width: image.width))
    try writer.addFile("README.md", card)
    try writer.addTensors(layouts) { tensors in
      for id in table.ids {
        try tensors.write(table[id].name, classifier.parameters[id].elements)
      }
    }
    try writer.finish()
  }

  /// The `config.json` of a transformers ViTForImageClassification.
  private var configuration: String {
    let configuration = classifier.model.configuration
    let image = classifier.image
    let labels = configuration.labels.enumerated()
    return """
      {
        "architectures": ["ViTForImageClassification"],
        "attention_probs_dropout_prob": \(configuration.dropout.attention),
        "dtype": "float32",
        "hidden_act": "gelu",
        "hidden_dropout_prob": \(configuration.dropout.hidden),
        "hidden_size": \(configuration.width),
        "id2label": {\(labels.map { "\"\($0)\": \"\($1)\"" }.joined(separator: ", "))},
        "image_size": \(image.height),
        "initializer_range": \(configuration.initializerRange),
        "intermediate_size": \(configuration.feedForwardWidth),
        "label2id": {\(labels.map { "\"\($1)\": \($0)" }.joined(separator: ", "))},
        "layer_norm_eps": \(configuration.normEpsilon),
        "model_type": "vit",
        "num_attention_heads": \(configuration.heads),
        "num_channels": \(image.channels),
        "num_hidden_layers": \(configuration.blocks),
        "patch_size": \(image.patchHeight),
        "qkv_bias": true
      }

      """
  }
}
