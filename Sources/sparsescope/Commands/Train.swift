import ArgumentParser
import Checkpoints
import Engine
import Foundation
import Synchronization
import Tasks
import Tensors
import Transformers

/// `sparsescope train`: makes models from nothing.
struct Train: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Train a model from fresh weights.", subcommands: [TrainDigits.self])
}

/// `sparsescope train digits`: makes the embedded model again.
struct TrainDigits: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "digits",
    abstract: "Train the embedded vision transformer on 8×8 handwritten digits.",
    discussion: """
      The same seed gives the same weights, for any number of workers. Takes one to two minutes on \
      two cores.
      """)

  @Option(name: .long, help: "The folder to write; it must not exist, or be empty.")
  var output: String

  @Option(
    name: .long, help: "The seed of weights, order, deformations and dropout.",
    transform: Seed.parse)
  var seed: UInt64 = 0

  @Option(name: .long, help: "Passes over the training images.")
  var epochs = DigitsRecipe().epochs

  @Option(name: .long, help: "Threads to compute on; as many as cores unless given.")
  var workers = ProcessorCount.available

  func validate() throws {
    guard epochs > 0 else { throw ValidationError("--epochs \(epochs) must be at least 1.") }
    guard workers > 0 else { throw ValidationError("--workers \(workers) must be at least 1.") }
  }

  func run() throws {
    var recipe = DigitsRecipe()
    recipe.seed = seed
    recipe.epochs = epochs
    try BLAS.load()
    // Checked now: a full folder should not be found out after the training.
    let writer = try ModelFolderWriter(to: output)
    let folder = try Resources.folder("digits").path
    let preprocessing = ImagePreprocessing(rescaleFactor: 1 / 16, mean: [0.5], deviation: [0.5])
    let threads = ParallelWorkers(count: workers)
    let trainer = DigitsTrainer(
      recipe: recipe, images: try ImageDataset(idxFolder: folder, split: .train),
      preprocessing: preprocessing, workers: threads)
    let test = ImageClassification(
      name: "digits", images: try ImageDataset(idxFolder: folder, split: .test),
      preprocessing: preprocessing)

    Interruption.watch()
    let progress = ProgressLine(title: "training", logsTenths: true)
    let classifier: ImageClassifier
    do {
      func show(_ state: TrainingProgress) {
        let left = state.seconds * (Double(state.epochs) / Double(state.epoch) - 1)
        progress.show(
          state.epoch, of: state.epochs,
          note: String(
            format: "epoch %d/%d  loss %.3f  %.0f s, %.0f s left", state.epoch, state.epochs,
            state.loss, state.seconds, left))
      }
      classifier = try trainer.train(isCancelled: { Interruption.isRequested }, report: show)
    } catch is TrainingInterrupted {
      progress.finish("interrupted; nothing was written")
      throw ExitCode(130)
    }
    let correct = try ImageAccuracy(workers: threads).correct(classifier, on: test)
    let share = String(format: "%.1f %%", 100 * Double(correct) / Double(test.count))
    let card = Self.card(recipe, accuracy: "\(correct) of \(test.count), \(share)")
    try DigitsModelFolder(classifier, preprocessing: preprocessing, card: card)
      .write(with: writer)
    progress.finish("\(output): \(correct) of \(test.count) test images right, \(share)")
  }

  private static func card(_ recipe: DigitsRecipe, accuracy: String) -> String {
    let epochs = recipe.epochs == DigitsRecipe().epochs ? "" : " --epochs \(recipe.epochs)"
    return """
      # A vision transformer for 8×8 handwritten digits

      Made by `sparsescope train digits --seed \(recipe.seed)\(epochs) --output DIR`: 64 wide, \
      4 blocks of 4 heads, patches of 2×2, \(recipe.epochs) epochs of batches of \
      \(recipe.batchSize).

      Accuracy on the 450 test images, by other writers than the 1347 training images: \(accuracy).

      The data is "Optical Recognition of Handwritten Digits", E. Alpaydin and C. Kaynak, UCI
      Machine Learning Repository, 1998, <https://doi.org/10.24432/C50P49>, licensed CC BY 4.0.

      """
  }
}

/// Whether the person has pressed Ctrl-C, or the system wants the program to end.
enum Interruption {
  private static let flag = Atomic(false)

  static var isRequested: Bool { flag.load(ordering: .relaxed) }

  private static func request() { flag.store(true, ordering: .relaxed) }

  /// Turns SIGINT, SIGTERM and SIGHUP into the flag from now on; a SIGHUP that is ignored, as under
  /// nohup, stays so.
  static func watch() {
    var numbers = [SIGINT, SIGTERM]
    var before = sigaction()
    sigaction(SIGHUP, nil, &before)
    let isIgnored = unsafeBitCast(before.__sigaction_handler.sa_handler, to: Int.self) == 1
    if !isIgnored { numbers.append(SIGHUP) }
    for number in numbers { signal(number) { _ in Interruption.request() } }
    // Who starts programs from a thread that blocks signals hands that on.
    var signals = sigset_t()
    sigemptyset(&signals)
    for number in numbers { sigaddset(&signals, number) }
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
  }
}
