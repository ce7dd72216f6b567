import ArgumentParser
import Checkpoints
import Engine
import Experiments
import Foundation
import Pruning
import Runs
import Tasks
import Tokenizers

/// `sparsescope finetune`: fine-tunes a model, pruned or not.
struct Finetune: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Fine-tune a model on a task, with pruned weights staying zero.",
    discussion: """
      Prunes the pre-trained weights, then trains what is left: AdamW, a linear rate, clipping, \
      dropout as the model's configuration says. --seed fixes the fresh head, the order of the \
      examples and dropout alike at every sparsity, and the masks of the random methods. The result \
      is OUTPUT/checkpoint-N, a folder that transformers loads; Ctrl-C saves one too, and --resume \
      goes on from it to the same weights, bit for bit.
      """)

  @OptionGroup var modelArgument: ModelArgument
  @OptionGroup var pruning: PruningOptions
  @OptionGroup var kernels: KernelOptions
  @OptionGroup(title: "Recipe") var recipe: RecipeOptions

  @Option(
    help: ArgumentHelp(
      "The task: digits, the embedded images; with --data also "
        + "\(FinetuneTask.namesOfData.joined(separator: ", "))."))
  var task = "digits"

  @Option(
    help: ArgumentHelp(
      "The training data: for GLUE and images a folder of the splits, else a file.",
      valueName: "path"))
  var data: String?

  @Option(
    help: ArgumentHelp(
      "What the model is measured on, where it is not the dev split beside the training data.",
      valueName: "path"))
  var dev: String?

  @Option(
    help: "The level, such as 0.64 or 64%; a pattern such as 2:4 brings its own.",
    transform: SparsityLevel.parse)
  var sparsity: SparsityLevel?

  @Option(
    help: ArgumentHelp("The folder for checkpoints and results.", valueName: "folder"),
    completion: .directory)
  var output: String

  @Flag(help: "Go on from the last checkpoint in the output folder.")
  var resume = false

  @Flag(help: "Remove an earlier training's checkpoints from the output folder.")
  var overwriteOutputDir = false

  @Option(help: "How many threads compute; the results do not depend on it.")
  var workers = ProcessorCount.available

  @Option(help: ArgumentHelp("Only the first so many training examples.", valueName: "examples"))
  var limitTrain: Int?

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    guard (1...1024) ~= workers else {
      throw ValidationError("--workers \(workers) must be from 1 to 1024.")
    }
    if let limitTrain, limitTrain < 1 {
      throw ValidationError("--limit-train \(limitTrain) must be at least 1.")
    }
    guard task == "digits" || FinetuneTask.namesOfData.contains(task) else {
      throw ValidationError(
        "--task \(task) is not known; there are: "
          + (["digits"] + FinetuneTask.namesOfData).joined(separator: ", ") + ".")
    }
    guard task == "digits" || data != nil else {
      throw ValidationError("--task \(task) needs its data: --data PATH.")
    }
    if resume, overwriteOutputDir {
      throw ValidationError("--resume and --overwrite-output-dir exclude each other.")
    }
  }

  func run() throws {
    let last = try preparedOutput()
    let path = try modelArgument.model ?? Resources.folder("vit-digits").path
    let checkpoint = try Checkpoint.open(at: path)
    let task = try FinetuneTask(named: task, data: data, dev: dev, modelFolder: checkpoint.folder)
    let settings = try recipe.settings(for: task.task, seed: pruning.seed)
    let model = try FineTuningModel(checkpoint, for: task.task, settings: settings)
    tell(of: model)
    let data = try task.load(for: model, settings: settings, limit: limitTrain)
    let mask = try self.mask(of: model, path: path)
    let tuner = FineTuner(
      model, data, settings: settings, mask: mask, workers: ParallelWorkers(count: workers),
      kernels: kernels.choice, output: output)

    Interruption.watch()
    StandardError.ignoreLostReader()
    let progress = ProgressLine(title: "fine-tuning", logsTenths: true)
    let result = try tuner.run(
      from: last, onStep: { show($0, data.task, on: progress) },
      shouldStop: { Interruption.isRequested })
    guard result.isComplete else {
      progress.finish(
        "interrupted after step \(result.step) of \(result.steps); "
          + (result.checkpoint.map { "\($0.folder) is saved. " } ?? "")
          + "To go on, give the same command with --resume.")
      throw ExitCode(130)
    }
    progress.finish()
    let report = FinetuneReport(tuner, result, version: Version.text)
    try report.write(to: output)
    if json { try JSONOutput.print(report) } else { print(report.text.printable) }
  }

  /// Checks the output folder, makes it, and finds the checkpoint to go on from.
  private func preparedOutput() throws -> FineTuningCheckpoint? {
    let entries = (try? FileManager.default.contentsOfDirectory(atPath: output)) ?? []
    let checkpoints = FineTuningCheckpoint.all(in: output)
    if resume {
      guard let last = checkpoints.last else {
        throw CommandError("\(output) holds no checkpoint to resume from; leave --resume out.")
      }
      return last
    }
    if overwriteOutputDir {
      for checkpoint in checkpoints { checkpoint.remove() }
      try? FileManager.default.removeItem(atPath: "\(output)/\(FinetuneReport.fileName)")
    } else if !entries.isEmpty {
      throw CommandError(
        "\(output) is not empty; give another folder, --resume to go on with the training in it, "
          + "or --overwrite-output-dir to replace that.")
    }
    try RunFolder.makeFolder(output)
    return nil
  }

  /// The mask of the level; nil where nothing is pruned.
  private func mask(of model: FineTuningModel, path: String) throws -> ModelMask? {
    let isPattern = if case .pattern = pruning.method { true } else { false }
    guard sparsity != nil || isPattern else { return nil }
    let open = try OpenModel(path: path)
    let request = try pruning.request(level: sparsity, in: open)
    let index = try MagnitudeIndex.build(model.matrices, threads: ProcessorCount.available)
    let plan = index.plan(request)
    pruning.warnAboutSkipped(plan, in: open)
    return try ModelMask(plan, of: model.matrices, in: model.loaded)
  }

  private func tell(of model: FineTuningModel) {
    let fresh = model.loaded.report.fresh
    guard !fresh.isEmpty else { return }
    StandardError.write("Made fresh, because the model has none: \(fresh.joined(separator: ", ")).")
  }

  private func show(
    _ state: FineTuningProgress, _ task: FineTuningTask, on line: ProgressLine
  ) {
    let rate = state.seconds > 0 ? Double(state.examples) / state.seconds : 0
    let perStep = Double(state.examples) / Double(max(state.stepsOfThisRun, 1))
    let left = rate > 0 ? Double(state.steps - state.step) * perStep / rate : 0
    let metric = state.heldOut?.metrics[task.leadingMetric].map {
      "  \(task.leadingMetric) \(String(format: "%.4f", $0))"
    }
    line.show(
      state.step, of: state.steps,
      note: String(
        // What matters most comes first: a narrow terminal cuts the end off.
        format: "%d:%02d left  step %d/%d  loss %.4f  lr %.2e  %.0f %@/s", Int(left) / 60,
        Int(left) % 60, state.step, state.steps, state.loss, state.learningRate, rate,
        task.examples)
        + (metric ?? ""))
  }
}

extension FineTuningTask {
  /// What the examples are, in the plural.
  fileprivate var examples: String {
    switch self {
    case .glue: "sentences"
    case .squad: "windows"
    case .images: "images"
    }
  }
}

/// The recipe's settings, each the task's own unless given.
struct RecipeOptions: ParsableArguments {
  @Option(help: "Passes over the training data.")
  var epochs: Double?

  @Option(help: "Examples of a batch.")
  var batchSize: Int?

  @Option(help: "The largest learning rate.")
  var learningRate: Double?

  @Option(help: "The share of the steps in which the rate rises.")
  var warmupRatio: Double?

  @Option(help: "Decoupled weight decay; biases and norms are spared.")
  var weightDecay: Double?

  @Option(help: "The norm that the gradients are scaled down to; 0 leaves them.")
  var maxGradNorm: Double?

  @Option(help: "Batches whose gradients are averaged for one step.")
  var gradientAccumulation: Int?

  @Option(help: "Tokens of an example at most.")
  var maxLength: Int?

  @Option(help: "Steps in all, in place of --epochs.")
  var maxSteps: Int?

  @Option(help: "Every dropout rate, in place of those of the model's configuration.")
  var dropout: Double?

  @Option(help: "Evaluate each so many steps, too.")
  var evalEvery: Int?

  @Option(help: "Save a checkpoint each so many steps, too.")
  var saveEvery: Int?

  @Option(help: "Write a line of the record, trainer_state.json, each so many steps.")
  var logEvery: Int?

  @Option(help: "Checkpoints to keep, the latest ones.")
  var keepCheckpoints: Int?

  /// The bound of all counts: more than anybody needs, and products of them do not overflow.
  private static let mostOfAnything = 1_000_000_000

  func settings(for task: FineTuningTask, seed: UInt64) throws -> FineTuningSettings {
    var settings = FineTuningSettings(for: task)
    settings.seed = seed
    settings.epochs = epochs ?? settings.epochs
    settings.batchSize = batchSize ?? settings.batchSize
    settings.learningRate = learningRate ?? settings.learningRate
    settings.warmupRatio = warmupRatio ?? settings.warmupRatio
    settings.weightDecay = weightDecay ?? settings.weightDecay
    if let maxGradNorm { settings.clippingNorm = maxGradNorm > 0 ? maxGradNorm : nil }
    settings.accumulation = gradientAccumulation ?? settings.accumulation
    settings.maxLength = maxLength ?? settings.maxLength
    settings.maxSteps = maxSteps ?? settings.maxSteps
    settings.dropout = dropout ?? settings.dropout
    settings.evaluateEvery = evalEvery ?? settings.evaluateEvery
    settings.saveEvery = saveEvery ?? settings.saveEvery
    settings.logEvery = logEvery ?? settings.logEvery
    settings.keptCheckpoints = keepCheckpoints ?? settings.keptCheckpoints
    return settings
  }

  func validate() throws {
    let counts: [(String, Int?)] = [
      ("batch-size", batchSize), ("gradient-accumulation", gradientAccumulation),
      ("max-steps", maxSteps), ("eval-every", evalEvery), ("save-every", saveEvery),
      ("log-every", logEvery), ("keep-checkpoints", keepCheckpoints),
    ]
    for case (let name, let value?) in counts where !(1...Self.mostOfAnything ~= value) {
      throw ValidationError("--\(name) \(value) must be from 1 to \(Self.mostOfAnything).")
    }
    if let maxLength, maxLength < 8 {
      throw ValidationError("--max-length \(maxLength) must be at least 8.")
    }
    if let epochs, !(epochs > 0 && epochs < 10_000) {
      throw ValidationError("--epochs \(epochs) must be above 0.")
    }
    if let learningRate, !(learningRate > 0 && learningRate < 1) {
      throw ValidationError("--learning-rate \(learningRate) must be above 0 and below 1.")
    }
    for case (let name, let value?) in [("warmup-ratio", warmupRatio), ("dropout", dropout)]
    where !(0..<1 ~= value) {
      throw ValidationError("--\(name) \(value) must be in 0..<1.")
    }
    for case (let name, let value?) in [
      ("weight-decay", weightDecay), ("max-grad-norm", maxGradNorm),
    ] where !(value >= 0 && value.isFinite) {
      throw ValidationError("--\(name) \(value) must not be negative.")
    }
  }
}
