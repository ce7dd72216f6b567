import ArgumentParser
import Checkpoints
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
    let loaded = try LoadedTransformer(Checkpoint.open(at: model))
    let file = try GoldenFile(at: golden ?? "\(model)/golden.safetensors")
    let parity = try Parity(loaded, file)
    var outputs = try parity.differences()
    if file.has("threshold") {
      outputs += try parity.maskedDifferences(try parity.maskedByThreshold())
    }
    let report = ParityReport(outputs)
    if json {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys]
      encoder.nonConformingFloatEncodingStrategy = .convertToString(
        positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
      print(String(decoding: try encoder.encode(report), as: UTF8.self))
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
