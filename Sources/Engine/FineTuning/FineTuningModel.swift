import Checkpoints
import Pruning
import Tasks
import Transformers

/// A pre-trained model with the head that a task needs.
package struct FineTuningModel: Sendable {
  package let checkpoint: Checkpoint
  package let matrices: PrunableMatrices
  package let loaded: LoadedTransformer
  /// The `config.json` of the fine-tuned model.
  package let configuration: JSONValue

  /// Loads a checkpoint for a task.
  ///
  /// A head that fits the task, its classes included, is kept. Otherwise the task's own is made
  /// fresh, and `loaded.report.fresh` names its parameters.
  /// - Parameter seed: of the fresh head.
  /// - Throws: `FineTuningError.noHead`, `TransformerError`, `CheckpointError`.
  package init(
    _ checkpoint: Checkpoint, for task: FineTuningTask, settings: FineTuningSettings
  ) throws {
    guard let json = checkpoint.configuration else {
      throw TransformerError.noConfiguration(path: checkpoint.path)
    }
    self.checkpoint = checkpoint
    matrices = PrunableMatrices(checkpoint)
    let family = try TransformerConfiguration(json).family
    guard let architecture = task.architecture(of: family) else {
      throw FineTuningError.noHead(family: family.rawValue, task: task.title)
    }
    let keepsHead = try Self.hasHead(json, checkpoint, architecture, task)
    configuration = json.configuration(
      architecture: architecture, labels: keepsHead ? nil : task.labels, task: task)
    var transformer = try TransformerConfiguration(configuration)
    if let rate = settings.dropout.map(Float.init) {
      transformer.dropout = DropoutRates(
        embeddings: rate, attention: rate, hidden: rate, head: rate)
    }
    loaded = try LoadedTransformer(
      checkpoint, transformer, seed: FineTuningSeeds(settings.seed).head,
      replacingHead: !keepsHead)
  }

  /// Whether the files hold a whole head for the task, with its classes.
  private static func hasHead(
    _ json: JSONValue, _ checkpoint: Checkpoint, _ architecture: String, _ task: FineTuningTask
  ) throws -> Bool {
    guard json["architectures"]?.array?.first?.string == architecture else { return false }
    let loaded = try LoadedTransformer(checkpoint)
    guard loaded.report.fresh.isEmpty else { return false }
    let labels = loaded.model.configuration.labels
    switch task {
    case .glue(let task): return (try? LabelOrder(of: labels, for: task)) != nil
    case .squad: return true
    case .images(_, let images):
      return (try? ImageClassOrder(of: labels, for: images, named: "")) != nil
    }
  }
}

/// The three streams that one seed stands for.
package struct FineTuningSeeds: Sendable, Hashable {
  package let head: UInt64
  package let order: UInt64
  package let dropout: UInt64

  package init(_ seed: UInt64) {
    var random = RandomStream(seed: seed)
    head = random.next()
    order = random.next()
    dropout = random.next()
  }
}

extension FineTuningTask {
  /// The classes, in the order of a fresh head's outputs.
  var labels: [String] {
    switch self {
    case .glue(.stsb): ["LABEL_0"]
    case .glue(let task): task.classes
    case .squad: []
    case .images(_, let images):
      images.classes ?? (0...(images.labels.max() ?? 0)).map(String.init)
    }
  }

  /// The class of transformers that a family has for the task; nil where the program has none.
  fileprivate func architecture(of family: ModelFamily) -> String? {
    let prefix: String? =
      switch family {
      case .bert: "Bert"
      case .roberta: "Roberta"
      case .distilbert: "DistilBert"
      case .vit: "ViT"
      case .deit: "DeiT"
      case .gpt2, .opt, .llama, .qwen2, .mistral: nil
      }
    let isVision = family == .vit || family == .deit
    switch self {
    case .glue where !isVision: return prefix.map { "\($0)ForSequenceClassification" }
    case .squad where !isVision: return prefix.map { "\($0)ForQuestionAnswering" }
    case .images where isVision: return prefix.map { "\($0)ForImageClassification" }
    default: return nil
    }
  }
}

extension JSONValue {
  /// A `config.json` with another head.
  ///
  /// - Parameter labels: the classes; nil leaves those of the file.
  fileprivate func configuration(
    architecture: String, labels: [String]?, task: FineTuningTask
  ) -> JSONValue {
    var members = object ?? [:]
    members["architectures"] = .array([.string(architecture)])
    members["torch_dtype"] = nil
    members["dtype"] = .string("float32")
    if let labels {
      let numbered = labels.enumerated()
      members["num_labels"] = nil
      members["id2label"] =
        labels.isEmpty
        ? nil
        : .object(
          Dictionary(uniqueKeysWithValues: numbered.map { ("\($0)", .string($1)) }))
      members["label2id"] =
        labels.isEmpty
        ? nil : .object(Dictionary(uniqueKeysWithValues: numbered.map { ($1, .integer($0)) }))
    }
    switch task {
    case .glue(.stsb): members["problem_type"] = .string("regression")
    case .glue, .images: members["problem_type"] = .string("single_label_classification")
    case .squad: members["problem_type"] = nil
    }
    return .object(members)
  }
}
