import Checkpoints
import Engine
import Foundation
import Tasks
import Tokenizers

/// How fast a text model is fine-tuned on a task of GLUE, beside PyTorch on the very same batches.
struct FinetuneBench {
  /// Examples a second, the best of all turns.
  private(set) var rate = 0.0
  private(set) var peer: Peer?

  /// What PyTorch reached.
  struct Peer: Decodable {
    var version: String
    var rate: Double
  }

  static let warmUp = 3
  static let steps = 20
  private static let turns = 3

  /// A text with its class, as the script takes it.
  private struct Example: Encodable {
    var texts: [String]
    var label: Int

    func encode(to encoder: any Encoder) throws {
      var pair = encoder.unkeyedContainer()
      try pair.encode(texts)
      try pair.encode(label)
    }
  }

  /// - Parameter python: an interpreter that has torch and transformers; nil measures this program
  ///   alone.
  init(model path: String, task: GLUETask, data: String, python: String?) throws {
    let checkpoint = try Checkpoint.open(at: path)
    var settings = FineTuningSettings(for: .glue(task))
    settings.maxSteps = Self.warmUp + Self.steps
    let model = try FineTuningModel(checkpoint, for: .glue(task), settings: settings)
    let dataset = try GLUEDataset(task, at: data, split: "train")
    let examples = try FineTuningData(
      dataset, heldOut: nil, for: model, tokenizer: try Tokenizer.load(folder: checkpoint.folder),
      settings: settings)
    let batches = TrainingOrder(
      lengths: examples.examples.lengths, batchSize: settings.batchSize,
      groupsByLength: settings.groupsByLength, seed: FineTuningSeeds(settings.seed).order
    ).batches(ofEpoch: 0).prefix(Self.warmUp + Self.steps)

    let file = FileManager.default.temporaryDirectory
      .appendingPathComponent("sparsescope-bench-\(getpid()).json")
    defer { try? FileManager.default.removeItem(at: file) }
    let texts = batches.map { batch in
      batch.map { index in
        let example = dataset.examples[index]
        return Example(
          texts: [example.first] + (example.second.map { [$0] } ?? []), label: Int(example.target))
      }
    }
    try JSONEncoder().encode(texts).write(to: file)
    for _ in 0..<Self.turns {
      rate = max(rate, try Self.measure(model, examples, settings))
      guard let python else { continue }
      let script = try Resources.folder("peers").appendingPathComponent("finetune_pytorch.py")
      let run = try MeasuredProcess([
        python, script.path, path, file.path, "\(Self.warmUp)", "\(ProcessorCount.available)",
      ])
      let latest = try run.report(Peer.self)
      if latest.rate > peer?.rate ?? 0 { peer = latest }
    }
  }

  /// Examples a second, under a mask where one is given.
  static func measure(
    _ model: FineTuningModel, _ data: FineTuningData, _ settings: FineTuningSettings,
    mask: ModelMask? = nil, kernels: KernelChoice = .dense
  ) throws -> Double {
    let tuner = FineTuner(
      model, data, settings: settings, mask: mask,
      workers: ParallelWorkers(count: ProcessorCount.available), kernels: kernels)
    var warm: FineTuningProgress?
    var last: FineTuningProgress?
    _ = try tuner.run(onStep: { progress in
      if progress.step == warmUp { warm = progress }
      last = progress
    })
    guard let warm, let last, last.seconds > warm.seconds else { return 0 }
    return Double(last.examples - warm.examples) / (last.seconds - warm.seconds)
  }
}
