import Checkpoints
import Experiments
import Foundation
import Pruning
import Tasks
import Transformers

@testable import Engine

/// A small BERT of `Fixtures`, with the losses that PyTorch computed; see make_traces.py.
struct FineTuningFixture {
  struct Trace: Decodable {
    struct Settings: Decodable {
      var seed: UInt64
      var batchSize: Int
      var accumulation: Int
      var learningRate: Double
      var warmupRatio: Double
      var weightDecay: Double
      var steps: Int
    }

    struct Example: Decodable {
      var ids: [Int]
      var target: Target
    }

    var settings: Settings
    var losses: [Double]
    var norms: [Double]
    var examples: [Example]
  }

  enum Target: Decodable {
    case number(Double)
    case span([Int])

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let number = try? container.decode(Double.self) {
        self = .number(number)
      } else {
        self = .span(try container.decode([Int].self))
      }
    }
  }

  let checkpoint: Checkpoint
  let trace: Trace
  let task: FineTuningTask

  static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "Fixtures")

  init(_ name: String) throws {
    let folder = Self.folder.appending(path: name)
    checkpoint = try Checkpoint.open(at: folder.path)
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    trace = try decoder.decode(
      Trace.self, from: Data(contentsOf: folder.appending(path: "trace.json")))
    task =
      switch name {
      case "regress": .glue(.stsb)
      case "qa": .squad
      default: .glue(.sst2)
      }
  }

  /// The settings of the trace.
  var settings: FineTuningSettings {
    var settings = FineTuningSettings(for: task)
    settings.seed = trace.settings.seed
    settings.batchSize = trace.settings.batchSize
    settings.accumulation = trace.settings.accumulation
    settings.learningRate = trace.settings.learningRate
    settings.warmupRatio = trace.settings.warmupRatio
    settings.weightDecay = trace.settings.weightDecay
    settings.maxSteps = trace.settings.steps
    return settings
  }

  /// A fine-tuner of the trace's examples.
  ///
  /// - Parameter sparsity: of the mask by magnitude; nil for no mask.
  func tuner(
    _ settings: FineTuningSettings, sparsity: Double? = nil, workers: Int = 2,
    kernels: KernelChoice = .dense, output: String? = nil
  ) throws -> FineTuner {
    let model = try FineTuningModel(checkpoint, for: task, settings: settings)
    let mask = try sparsity.map { sparsity in
      let plan = try MagnitudeIndex.build(model.matrices).plan(
        PruningRequest(method: .magnitude(.global), sparsity: sparsity))
      return try ModelMask(plan, of: model.matrices, in: model.loaded)
    }
    let examples = TokenExamples(examples: trace.examples)
    return FineTuner(
      model, FineTuningData(task: task, examples: examples, heldOut: examples),
      settings: settings, mask: mask, workers: ParallelWorkers(count: workers),
      kernels: kernels, output: output)
  }
}

/// Examples that are token ids already; what is held out are the same.
struct TokenExamples: TrainingExamples, HeldOutExamples {
  let chance: Double? = nil
  let examples: [FineTuningFixture.Trace.Example]

  var lengths: [Int] { examples.map(\.ids.count) }

  var lossesPerExample: Int {
    if case .span = examples[0].target { 2 } else { 1 }
  }

  func withBatch(_ chosen: [Int], _ body: (ModelInput, Targets) -> Double) -> Double {
    let batch = TokenBatch(chosen.map { examples[$0].ids })
    var (numbers, spans): ([Double], [ClosedRange<Int>]) = ([], [])
    for example in chosen {
      switch examples[example].target {
      case .number(let number): numbers.append(number)
      case .span(let span): spans.append(span[0]...span[1])
      }
    }
    let isRegression = examples.contains {
      if case .number(let number) = $0.target { number != 0 && number != 1 } else { false }
    }
    if !spans.isEmpty { return body(.tokens(batch), .spans(spans)) }
    return body(
      .tokens(batch),
      isRegression ? .values(numbers.map { Float($0) }) : .classes(numbers.map { Int($0) }))
  }

  func outputs(
    of examples: Range<Int>, _ model: Transformer, _ parameters: Parameters, on tape: Tape
  ) -> [[Float]] {
    let batch = TokenBatch(examples.map { self.examples[$0].ids })
    let logits = model.logits(.tokens(batch), parameters, on: tape)
    return (0..<logits.rows).map { Array(logits.row($0)) }
  }

  func scores(_ outputs: [[Float]]) -> HeldOutScores {
    let scores = zip(outputs, examples).map { row, example -> Float in
      guard case .number(let number) = example.target, row.count == 2 else { return 0 }
      return (row[1] > row[0]) == (number == 1) ? 1 : 0
    }
    let mean = Double(scores.reduce(0, +)) / Double(max(scores.count, 1))
    return HeldOutScores(scores: scores, metrics: ["accuracy": mean])
  }
}

extension Parameters {
  /// All weights as bits, for comparisons that must be exact.
  var bits: [[UInt32]] { table.ids.map { self[$0].elements.map(\.bitPattern) } }
}

/// A folder that goes away with the test.
final class TemporaryFolder {
  let path: String

  init() throws {
    let url = FileManager.default.temporaryDirectory
      .appending(path: "sparsescope-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = url.path
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}
