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

      With --format bitmask (compressed-tensors' sparse-bitmask) or csr, matrices that it makes \
      smaller are stored without their zeros; this program reads such folders like any other. With \
      --format, --sparsity may be left out: the model is then only stored in another way.
      """)

  @OptionGroup var modelArgument: ModelArgument
  @OptionGroup var pruning: PruningOptions

  @Option(
    help: "The level, such as 0.64 or 64%; a pattern such as 2:4 brings its own.",
    transform: SparsityLevel.parse)
  var sparsity: SparsityLevel?

  @Option(help: "How matrices are stored that it makes smaller: dense, bitmask, csr.")
  var format: StorageFormat?

  @Option(
    help: ArgumentHelp("The new folder; it must not exist, or be empty.", valueName: "folder"),
    completion: .directory)
  var output: String

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    let model = try OpenModel(path: modelArgument.model)
    if sparsity == nil, format == nil {
      guard case .pattern = pruning.method else {
        throw ValidationError("--sparsity is missing, such as --sparsity 0.5.")
      }
    }
    let request = try pruning.request(level: sparsity, in: model)
    let index = try MagnitudeIndex.build(model.matrices, threads: ProcessorCount.available)
    let plan = index.plan(request)
    let progress = ProgressLine(title: "writing")
    Interruption.watch()
    let compressed: [String]
    do {
      compressed = try model.matrices.write(
        plan, to: output, storing: format ?? .dense,
        onMatrix: { done, all in progress.show(done, of: all) },
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
    var report = InspectionReport(model, plan: plan, statistics: statistics)
    report.written = try WrittenModel(
      output, format ?? .dense, compressed: compressed.count, of: report.matrices.count)
    if json {
      try JSONOutput.print(report)
    } else {
      print(
        "\(output): \(grouped(plan.total)) of \(grouped(model.summary.prunable)) prunable weights "
          + "removed (\(Percent.text(plan.achieved, decimals: 3)) % reached, "
          + "\(Percent.text(report.sparsity.ofModel)) % of the model)")
      if let written = report.written {
        print(written.line(dense: report.storage.dense.modelBytes))
      }
    }
  }
}

extension StorageFormat: ExpressibleByArgument {}
