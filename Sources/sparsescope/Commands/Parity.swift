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
      with PyTorch: inputs, logits, loss, gradients, one AdamW step, logits after pruning.
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
    let file = try GoldenFile(at: golden ?? "\(checkpoint.folder)/golden.safetensors")
    let parity = try Parity(loaded, file)
    var outputs = try parity.differences()
    if file.has("threshold") {
      outputs += try parity.pruningDifferences(checkpoint)
    }
    let report = ParityReport(outputs)
    if json {
      try JSONOutput.print(report)
    } else {
      for output in report.outputs {
        print(
          String(
            format: "%@ %9.2e %9.2e  ", output.ok ? "ok  " : "FAIL", output.maxAbs, output.maxRel)
            + output.name)
      }
    }
    if !report.ok { throw ExitCode(1) }
  }
}
