import ArgumentParser
import Engine
import Experiments
import Foundation
import Pruning
import Tokenizers
import Transformers

/// Asks a model about one input.
struct Predict: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print what a model answers to a text or an image, at any sparsity.",
    discussion: """
      The model decides what is answered: a classifier names the class of TEXT, or of the pair TEXT \
      and --pair; a question-answering model answers TEXT from --context; a masked language model \
      fills the masks in TEXT ([MASK], or <mask>); a causal language model goes on with TEXT; an \
      image classifier names the class of --image.
      """)

  @Argument(
    help: """
      A folder or a file of safetensors or of PyTorch (.bin, .pt, .pth), or a name in the Hugging \
      Face cache.
      """, completion: .file(extensions: ["safetensors", "bin", "pt", "pth"]))
  var model: String

  @Argument(help: "The text; unless given, standard input.")
  var text: String?

  @Option(help: "The second text of a pair.")
  var pair: String?

  @Option(help: "The text that a question is about.")
  var context: String?

  @Option(
    help: ArgumentHelp("An image, PNG or JPEG, for an image classifier.", valueName: "file"),
    completion: .file(extensions: ["png", "jpg", "jpeg"]))
  var image: String?

  @Option(help: ArgumentHelp("Tokens that a language model goes on with.", valueName: "count"))
  var tokens = 20

  @Option(help: ArgumentHelp("How many possibilities are printed.", valueName: "count"))
  var top = 5

  @OptionGroup var pruning: PruningOptions
  @OptionGroup var kernels: KernelOptions

  @Option(
    help: "The level, such as 0.64 or 64%; dense unless given.", transform: SparsityLevel.parse)
  var sparsity: SparsityLevel?

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    guard tokens >= 0 else { throw ValidationError("--tokens \(tokens) must not be negative.") }
    guard top >= 1 else { throw ValidationError("--top \(top) must be at least 1.") }
    if image != nil, text != nil || pair != nil || context != nil {
      throw ValidationError("--image goes without a text.")
    }
  }

  func run() throws {
    let open = try OpenModel(path: model)
    let request = try pruning.request(level: sparsity, in: open)
    let plan =
      request.sparsity == 0
      ? nil
      : try MagnitudeIndex.build(open.matrices, threads: ProcessorCount.available).plan(request)
    if let plan { pruning.warnAboutSkipped(plan, in: open) }
    var report = PredictionReport(model: open.checkpoint.path)
    report.sparsity = .init(
      target: request.sparsity, achieved: plan?.achieved ?? 0, pruned: plan?.total ?? 0)
    if let image {
      let predictor = try ImagePredictor(open.matrices, plan: plan, kernels: kernels.choice)
      warn(ofFresh: predictor.freshParameters)
      report.classes = try predictor.classes(ofFile: image, count: top)
        .map(PredictionReport.Possibility.init)
    } else {
      try answerText(open, plan, into: &report)
    }
    if json { try JSONOutput.print(report) } else { print(report.text.printable) }
  }

  private func answerText(
    _ open: OpenModel, _ plan: PruningPlan?, into report: inout PredictionReport
  ) throws {
    if (try? ImageClassifier.check(open.checkpoint.configuration, path: "")) != nil {
      throw ValidationError("--image is missing: \(model) tells the classes of images.")
    }
    let tokenizer = try Tokenizer.load(folder: open.checkpoint.folder)
    let predictor = try TextPredictor(
      open.matrices, tokenizer: tokenizer, plan: plan, kernels: kernels.choice)
    try checkOptions(for: predictor.head)
    warn(ofFresh: predictor.freshParameters)
    try answer(with: predictor, tokenizer, of: open, into: &report)
  }

  private func warn(ofFresh parameters: [String]) {
    guard let name = parameters.first else { return }
    StandardError.write(
      "Warning: \(model) lacks \(name); its head is made at random, and so are the answers.")
  }

  private func answer(
    with predictor: TextPredictor, _ tokenizer: Tokenizer, of open: OpenModel,
    into report: inout PredictionReport
  ) throws {
    let text = try self.text ?? Self.standardInput()
    switch predictor.head {
    case .sequenceClassification:
      switch try predictor.classification(of: text, pair: pair) {
      case .classes(let classes): report.classes = classes.map(PredictionReport.Possibility.init)
      case .value(let value): report.value = value
      }
    case .questionAnswering:
      report.answers = try predictor.answers(to: text, about: context ?? "", count: top)
        .map(PredictionReport.Possibility.init)
    case .maskedLanguageModel:
      try checkMasks(of: text, tokenizer, open)
      report.masks = try predictor.fills(of: text, count: top).map {
        $0.map(PredictionReport.Possibility.init)
      }
    case .causalLanguageModel:
      let continuing = try predictor.continuation(of: text, tokens: tokens, count: top)
      report.continuation = continuing.text
      report.next = continuing.next.map(PredictionReport.Possibility.init)
    case .imageClassification:
      preconditionFailure("a model of images is no `TextPredictor`")
    }
  }

  /// Refuses a text whose masks the length limit would cut away.
  private func checkMasks(of text: String, _ tokenizer: Tokenizer, _ open: OpenModel) throws {
    guard let mask = tokenizer.specialTokens.mask, let json = open.checkpoint.configuration,
      let limit = try TransformerConfiguration(json).maximumTokens
    else { return }
    let all = tokenizer.encode(text).ids
    let kept = tokenizer.encode(text, maxLength: limit).ids
    guard all.count > limit, all.count(where: { $0 == mask }) > kept.count(where: { $0 == mask })
    else { return }
    throw CommandError(
      "The text is too long: it has \(all.count) tokens, \(model) takes \(limit), and a mask lies "
        + "in what would be cut away. Shorten the text.")
  }

  /// Refuses options that the model has no use for, instead of passing them over.
  private func checkOptions(for head: ModelHead) throws {
    if pair != nil, head != .sequenceClassification {
      throw ValidationError("--pair is for a sequence classifier; this model is none.")
    }
    if (context != nil) != (head == .questionAnswering) {
      throw ValidationError(
        context == nil
          ? "--context is missing: the text that the question is about."
          : "--context is for a model that answers questions; this one does not.")
    }
  }

  private static func standardInput() throws -> String {
    let data = try FileHandle.standardInput.readToEnd() ?? Data()
    guard var text = String(validating: data, as: UTF8.self) else {
      throw CommandError("standard input is not UTF-8; convert it")
    }
    if text.last?.isNewline == true { text.removeLast() }
    return text
  }
}

/// What `predict` prints; the JSON's keys are stable, and only those that the model fills are there.
struct PredictionReport: Encodable {
  struct Possibility: Encodable {
    var text: String
    var probability: Double

    init(_ likely: LikelyText) { (text, probability) = (likely.text, likely.probability) }
  }

  struct Sparsity: Encodable {
    var target: Double
    var achieved: Double
    var pruned: Int
  }

  var model: String
  var sparsity: Sparsity?
  /// The classes, the most likely first: all of a text, the first few of an image.
  var classes: [Possibility]?
  /// The number of a model that gives one, such as STS-B's similarity.
  var value: Double?
  /// Answers to a question, the best first.
  var answers: [Possibility]?
  /// What may stand in place of each mask.
  var masks: [[Possibility]]?
  /// How a language model goes on, and the tokens that it considered first.
  var continuation: String?
  var next: [Possibility]?

  init(model: String) { self.model = model }

  /// The report for a person.
  var text: String {
    var parts: [String] = []
    if let value { parts.append(String(format: "%.4f", value)) }
    if let classes { parts.append(Self.table(classes)) }
    if let answers { parts.append(Self.table(answers)) }
    if let masks { parts += masks.map(Self.table) }
    if let continuation { parts.append(continuation) }
    if let next { parts.append("next token:\n" + Self.table(next)) }
    return parts.joined(separator: "\n\n")
  }

  private static func table(_ possibilities: [Possibility]) -> String {
    possibilities.map { possibility in
      let share = Percent.text(possibility.probability, decimals: 2) + " %"
      return share.aligned(9) + "  " + possibility.text.replacing("\n", with: "⏎")
    }.joined(separator: "\n")
  }
}
