/// An experiment of the paper, as the program runs it by name.
///
/// Source: Jaiswal, Liu, Chen and Wang, "The Emergence of Essential Sparsity in Large Pre-trained
/// Models: The Weights that Matter", arXiv 2306.03805.
package struct PaperExperiment: Sendable, Hashable {
  /// How much is computed.
  package enum Scale: String, Sendable, Hashable, CaseIterable {
    /// The paper's models, tasks and recipes; models and data must be given.
    case paper
    /// The embedded model and its digits: the same code in minutes.
    case demo
  }

  /// What is made of the runs once they are finished.
  package enum Outcome: String, Sendable, Hashable {
    /// Where the pruned weights lie; nothing is trained.
    case maskMap
    /// Curves with their turning points.
    case curves
    /// The curves of two protocols and their difference.
    case difference
    /// The cosine of two protocols' masks over the sparsities.
    case maskSimilarity
  }

  package let name: String
  /// Where the paper reports it, and what it shows, in one sentence.
  package let title: String
  package let outcome: Outcome
  /// Models at paper scale, by their names on the Hugging Face Hub.
  package let models: [String]
  /// Tasks at paper scale.
  package let tasks: [String]
  package let protocols: [ExperimentProtocol]
  package let methods: [ExperimentMethod]
  package let sparsities: [SparsityLevel]
  /// Why the program cannot run it yet; nil where it can.
  package let obstacle: String?

  private init(
    _ name: String, _ title: String, _ outcome: Outcome = .curves, models: [String],
    tasks: [String], protocols: [ExperimentProtocol] = [.oneShot],
    methods: [ExperimentMethod] = [.magnitude(.global)],
    sparsities: [SparsityLevel] = (0...9).map { SparsityLevel(percent: 10 * $0) },
    obstacle: String? = nil
  ) {
    self.name = name
    self.title = title
    self.outcome = outcome
    self.models = models
    self.tasks = tasks
    self.protocols = protocols
    self.methods = methods
    self.sparsities = sparsities
    self.obstacle = obstacle
  }

  private static let glue = ["mnli", "qnli", "qqp", "sst2", "rte"]
  private static let images = ["cifar10", "cifar100", "fashion-mnist", "tiny-imagenet"]
  private static let bert = "google-bert/bert-base-uncased"
  private static let vit = "google/vit-base-patch16-224"
  private static let dino = "facebook/dino-vitb16"
  /// All of them, in the paper's order.
  package static let all = [
    PaperExperiment(
      "mask-map", "Which weights the smallest 21.5 % of BERT-base are, by block and matrix",
      .maskMap, models: [bert], tasks: ["sst2"], sparsities: [SparsityLevel(0.215)]),
    PaperExperiment(
      "bert-essential", "BERT-base pruned once and fine-tuned: free until the essential sparsity",
      models: [bert], tasks: glue + ["squad"]),
    PaperExperiment(
      "opt-essential", "OPT pruned once and fine-tuned",
      models: ["facebook/opt-125m", "facebook/opt-350m", "facebook/opt-1.3b"], tasks: glue),
    PaperExperiment(
      "vit-essential", "ViT-base pruned once and fine-tuned: a sharper turn than language models",
      models: [vit], tasks: images),
    PaperExperiment(
      "nm-patterns", "N:M patterns of OPT-350M", models: ["facebook/opt-350m"],
      tasks: ["mnli", "qnli", "rte", "sst2"],
      methods: [(3, 4), (2, 4), (1, 4)].map { .pattern(NMPattern(n: $0.0, m: $0.1)) }),
    PaperExperiment(
      "self-supervised", "Supervised against self-supervised pre-training: ViT-base and DINO",
      models: [vit, dino], tasks: images),
    PaperExperiment(
      "pretraining-data", "How the zero weights emerge while BERT-base is pre-trained",
      models: [bert], tasks: [],
      obstacle: "pre-training is not part of the program yet"),
    PaperExperiment(
      "lottery-difference", "Lottery tickets minus one-shot pruning: no difference below 50 %",
      .difference, models: [bert], tasks: glue, protocols: [.oneShot, .lotteryTicket]),
    PaperExperiment(
      "lottery-masks", "The cosine of lottery tickets' masks and one-shot pruning's, 10 to 40 %",
      .maskSimilarity, models: [bert], tasks: ["mnli"], protocols: [.oneShot, .lotteryTicket],
      sparsities: (0...4).map { SparsityLevel(percent: 10 * $0) }),
    PaperExperiment(
      "vicuna-mmlu", "Vicuna-7B pruned once, zero-shot on MMLU", models: ["lmsys/vicuna-7b-v1.3"],
      tasks: ["mmlu"]),
  ]

  /// - Returns: nil where there is none of the name.
  package static func named(_ name: String) -> PaperExperiment? { all.first { $0.name == name } }

  /// The runs of the experiment.
  ///
  /// - Parameters:
  ///   - models: in place of the paper's; ignored at demo scale.
  ///   - data: where each task's data lies; if any is given, tasks without are left out; ignored at
  ///     demo scale.
  package func specs(
    _ scale: Scale, models: [String] = [], data: [String: String] = [:], seeds: [UInt64]
  ) -> [ExperimentSpec] {
    let models =
      scale == .demo
      ? [ExperimentSpec.embeddedModel] : models.isEmpty ? self.models : models
    return models.flatMap { model in
      protocols.map { `protocol` in
        var spec = ExperimentSpec()
        spec.protocol = `protocol`
        spec.model = model
        spec.methods = methods
        spec.sparsities = sparsities
        spec.seeds = seeds
        if scale == .paper {
          // Whoever has the data of some tasks wants those.
          let wanted = data.isEmpty ? tasks : tasks.filter { data[$0] != nil }
          spec.tasks = wanted.map { TaskSpec(name: $0, data: data[$0]) }
        }
        // Without training: the model answers as it is.
        if tasks == ["mmlu"], scale == .paper { spec.training.epochs = 0 }
        let highest = sparsities.max() ?? .dense
        spec.lottery.rounds = max(1, Int((highest.fraction / spec.lottery.portion).rounded()))
        spec.name = FileNameText.safe(
          [name, scale == .demo ? "demo" : model.split(separator: "/").last.map(String.init) ?? ""]
            .joined(separator: "-") + (protocols.count > 1 ? "-\(`protocol`.rawValue)" : ""))
        return spec
      }
    }
  }
}
