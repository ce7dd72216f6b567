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
    let keptLabels = try Self.labelsOfHead(json, checkpoint, architecture, task)
    configuration = json.configuration(
      architecture: architecture, labels: keptLabels ?? task.labels, task: task)
    var transformer = try TransformerConfiguration(configuration)
    if let rate = settings.dropout.map(Float.init) {
      transformer.dropout = DropoutRates(
        embeddings: rate, attention: rate, hidden: rate, head: rate)
    }
    loaded = try LoadedTransformer(
      checkpoint, transformer, seed: FineTuningSeeds(settings.seed).head,
      replacingHead: keptLabels == nil)
  }

  /// The classes of the files' own head; nil where they hold none that fits the task.
  private static func labelsOfHead(
    _ json: JSONValue, _ checkpoint: Checkpoint, _ architecture: String, _ task: FineTuningTask
  ) throws -> [String]? {
    guard json["architectures"]?.array?.first?.string == architecture else { return nil }
    let loaded = try LoadedTransformer(checkpoint)
    guard loaded.report.fresh.isEmpty else { return nil }
    let labels = loaded.model.configuration.labels
    let fits =
      switch task {
      case .glue(let task): (try? LabelOrder(of: labels, for: task)) != nil
      case .squad: true
      case .images(let name, let classes):
        (try? ImageClassOrder(
          of: labels, for: ImageDataset(.files([]), labels: [], classes: classes), named: name))
          != nil
      }
    return fits ? labels : nil
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
    case .images(_, let classes): classes
    }
  }

  /// The class of transformers that a family has for the task; nil where the program has none.
  fileprivate func architecture(of family: ModelFamily) -> String? {
    let prefix =
      switch family {
      case .bert: "Bert"
      case .roberta: "Roberta"
      case .distilbert: "DistilBert"
      case .vit: "ViT"
      case .deit: "DeiT"
      case .gpt2: "GPT2"
      case .opt: "OPT"
      case .llama: "Llama"
      case .qwen2: "Qwen2"
      case .mistral: "Mistral"
      }
    let isVision = family == .vit || family == .deit
    let isEncoder = [.bert, .roberta, .distilbert].contains(family)
    switch self {
    case .glue where !isVision: return prefix + "ForSequenceClassification"
    case .squad where isEncoder: return prefix + "ForQuestionAnswering"
    case .images where isVision: return prefix + "ForImageClassification"
    default: return nil
    }
  }
}

extension JSONValue {
  /// A `config.json` with another head.
  ///
  /// - Parameter labels: the classes; none for a head that has none.
  fileprivate func configuration(
    architecture: String, labels: [String], task: FineTuningTask
  ) -> JSONValue {
    var members = object ?? [:]
    members["architectures"] = .array([.string(architecture)])
    members["torch_dtype"] = nil
    members["dtype"] = .string("float32")
    members["num_labels"] = nil
    members["id2label"] = nil
    members["label2id"] = nil
    if !labels.isEmpty {
      let numbered = labels.enumerated()
      members["id2label"] = .object(
        Dictionary(uniqueKeysWithValues: numbered.map { ("\($0)", .string($1)) }))
      members["label2id"] = .object(
        Dictionary(numbered.map { ($1, .integer($0)) }, uniquingKeysWith: { first, _ in first }))
    }
    switch task {
    case .glue(.stsb): members["problem_type"] = .string("regression")
    case .glue, .images: members["problem_type"] = .string("single_label_classification")
    case .squad: members["problem_type"] = nil
    }
    return .object(members)
  }
}
