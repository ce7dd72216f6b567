import ArgumentParser
import Engine
import Experiments
import Foundation
import Pruning

/// Writes a pruned model.
struct Prune: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write a model folder in which the weights of a level are zero.",
    discussion: """
      The folder loads wherever the original does. Removed weights are really zero, in the file's \
      own type, and all else is bit for bit the same. It appears only when it is complete.
      """)

  @OptionGroup var modelArgument: ModelArgument
  @OptionGroup var pruning: PruningOptions

  @Option(
    help: "The level, such as 0.64 or 64%; a pattern such as 2:4 brings its own.",
    transform: SparsityLevel.parse)
  var sparsity: SparsityLevel?

  @Option(
    help: ArgumentHelp("The new folder; it must not exist, or be empty.", valueName: "folder"),
    completion: .directory)
  var output: String

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    let model = try OpenModel(path: modelArgument.model)
    if sparsity == nil {
      guard case .pattern = pruning.method else {
        throw ValidationError("--sparsity is missing, such as --sparsity 0.5.")
      }
    }
    let request = try pruning.request(level: sparsity, in: model)
    let index = try MagnitudeIndex.build(model.matrices, threads: ProcessorCount.available)
    let plan = index.plan(request)
    let progress = ProgressLine(title: "writing")
    Interruption.watch()
    do {
      try model.matrices.write(
        plan, to: output, onMatrix: { done, all in progress.show(done, of: all) },
        isCancelled: { Interruption.isRequested })
    } catch PruningError.cancelled {
      progress.finish("interrupted; nothing was written")
      throw ExitCode(130)
    }
    progress.finish()
    pruning.warnAboutSkipped(plan, in: model)
    let statistics = try model.matrices.matrices.indices.map {
      try model.matrices.statistics(matrix: $0)
    }
    let report = InspectionReport(model, plan: plan, statistics: statistics)
    if json {
      try JSONOutput.print(report)
    } else {
      print(
        "\(output): \(grouped(plan.total)) of \(grouped(model.summary.prunable)) prunable weights "
          + "removed (\(Percent.text(plan.achieved, decimals: 3)) % reached, "
          + "\(Percent.text(report.sparsity.ofModel)) % of the model)")
    }
  }
}
