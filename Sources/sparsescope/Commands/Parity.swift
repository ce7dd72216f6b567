import ArgumentParser
import Checkpoints
import Engine
import Foundation
import Transformers

/// `sparsescope parity`: compares a model with what PyTorch computed of it.
struct ParityCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "parity",
    abstract: "Compare a model's outputs, gradients and optimizer step with PyTorch's.",
    discussion: """
      Exits with 1 when an output differs by more than rounding explains. The golden file is made \
      with PyTorch: inputs, logits, loss, gradients, one AdamW step, logits after pruning. \
      Tests/TransformersTests/Fixtures/README.md describes it.
      """)

  @Argument(help: "The model's folder.")
  var model: String

  @Option(
    name: .long,
    help: "What PyTorch computed; golden.safetensors in the model's folder unless given."
  )
  var golden: String?

  @Flag(name: .long, help: "Write one JSON document to standard output.")
  var json = false

  func run() throws {
    let checkpoint = try Checkpoint.open(at: model)
    let loaded = try LoadedTransformer(checkpoint)
    let path = golden ?? "\(checkpoint.folder)/golden.safetensors"
    guard FileManager.default.fileExists(atPath: path) else {
      throw CommandError(
        "\(path) is not there: it holds what PyTorch computed of the model (inputs, logits, loss, "
          + "gradients, an AdamW step). Tests/TransformersTests/Fixtures/README.md says how such a "
          + "file is made; --golden names one elsewhere.")
    }
    let file = try GoldenFile(at: path)
    let parity = try Parity(loaded, file)
    var outputs = try parity.differences()
    if file.has("threshold") {
      outputs += try parity.pruningDifferences(checkpoint)
    }
    let report = ParityReport(outputs)
    if json {
      try JSONOutput.print(report)
    } else {
      print("       max abs   max rel  output")
      for output in report.outputs {
        print(
          String(
            format: "%@ %9.2e %9.2e  ", output.ok ? "ok  " : "FAIL", output.maxAbs, output.maxRel)
            + output.name)
      }
      let failed = report.outputs.count { !$0.ok }
      print(
        failed == 0
          ? "all \(report.outputs.count) outputs agree"
          : "\(failed) of \(report.outputs.count) outputs differ")
    }
    if !report.ok { throw ExitCode(1) }
  }
}
