import ArgumentParser
import Engine
import Experiments
import Foundation
import Pruning
import Tasks
import Tensors

/// Measures the program on this machine.
struct Bench: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measure the program here, with what each figure is held against.",
    discussion: """
      Parts: kernels (matrix products), sparse (those with sparse matrices, against dense), \
      index (of a model of BERT-base's size), storage (its files in each format), interface \
      (start, keys, bytes, on a pseudo-terminal), evaluate (the embedded model; with --model and --data \
      also a text model, and with --pytorch PyTorch beside it), search (for the turning point, \
      against a full grid), finetune (of a text model, with \
      --model and --data). Machines are noisy: close what \
      else runs, and compare ratios.
      """)

  enum Part: String, CaseIterable, ExpressibleByArgument {
    case kernels, sparse, index, storage, interface, evaluate, search, finetune
  }

  @Argument(help: "What to measure; without it all parts.")
  var parts: [Part] = []

  @Option(
    help: ArgumentHelp(
      "The model for index, storage and interface; by default one of BERT-base's shapes is made. For "
        + "evaluate a sequence classifier with its tokenizer.",
      valueName: "path"), completion: .directory)
  var model: String?

  @Option(
    help: ArgumentHelp(
      "For evaluate and finetune: the task of GLUE that the model is measured on.",
      valueName: "task"))
  var task = GLUETask.sst2

  @Option(help: ArgumentHelp("For evaluate and finetune: the task's data.", valueName: "path"))
  var data: String?

  @Option(
    help: ArgumentHelp(
      "For evaluate and finetune: a Python that has torch and transformers, to be timed on the same texts.",
      valueName: "python"), completion: .file())
  var pytorch: String?

  @Option(
    help: ArgumentHelp(
      "For evaluate and finetune of a text model: levels, such as 0,0.5,0.9,0.95, at each of which "
        + "packed matrices are held against dense ones.",
      valueName: "levels"))
  var sparsity: LevelList?

  @Flag(help: "For evaluate of a text model: also where the time goes, operation by operation.")
  var profile = false

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    if sparsity != nil || profile, model == nil || data == nil {
      throw ValidationError(
        "--sparsity and --profile need a model and a task's data: --model DIR --data PATH.")
    }
    if model != nil, data == nil, parts.contains(.evaluate) {
      throw ValidationError("evaluate with --model needs a task's data, too: --data PATH.")
    }
    if data != nil || pytorch != nil, model == nil || data == nil {
      throw ValidationError(
        "--data and --pytorch are for a text model on a task: --model DIR --data PATH.")
    }
    if let sparsity, sparsity.levels == nil {
      throw ValidationError("--sparsity takes levels here, such as 0,0.5,0.9.")
    }
  }

  /// One figure: JSON's keys are stable.
  struct Figure: Encodable {
    var name: String
    var value: Double
    var unit: String
    /// What it is held against, in words, and whether it is met; nil where it is only told.
    var goal: String?
    var met: Bool?
  }

  func run() throws {
    var figures: [Figure] = []
    let wanted = parts.isEmpty ? Part.allCases : parts
    for part in Part.allCases where wanted.contains(part) {
      let measured =
        switch part {
        case .kernels: try kernels()
        case .sparse: try sparse()
        case .index: try index()
        case .storage: try storage()
        case .interface: try interface()
        case .evaluate: try sparsity == nil ? evaluate() + evaluateTexts() : evaluateSparse()
        case .search: try search()
        case .finetune: try sparsity == nil ? finetune() : finetuneSparse()
        }
      figures += measured
      if !json {
        if figures.count == measured.count { print(Machine.description) }
        for figure in measured { print(figure.line) }
      }
    }
    struct Report: Encodable {
      var machine: String
      var version: String
      var figures: [Figure]
    }
    if json {
      try JSONOutput.print(
        Report(machine: Machine.description, version: Version.text, figures: figures))
    }
  }

  // MARK: Parts

  private func index() throws -> [Figure] {
    let bench = try IndexBench(of: model ?? MadeModel.bertBase().path)
    let build = bench.build.minimum / 1000
    return [
      Figure(
        name: "index of \(grouped(bench.weights)) weights", value: build, unit: "s",
        goal: "under 1 s", met: build < 1),
      Figure(
        name: "scrub step, exact counts of every matrix, median", value: bench.step.median,
        unit: "ms", goal: "under 1 ms", met: bench.step.median < 1),
      Figure(name: "scrub step, 99th percentile", value: bench.step.percentile(99), unit: "ms"),
      Figure(
        name: "index, share of the weights' bytes", value: bench.memoryShare, unit: "×",
        goal: "under 0.25", met: bench.memoryShare < 0.25),
    ]
  }

  private func interface() throws -> [Figure] {
    let bench = InterfaceBench()
    let embedded = try bench.firstFrame(of: nil)
    let large = try bench.firstFrame(of: model ?? MadeModel.bertBase().path)
    let (atRest, busy) = try bench.scrubbing()
    return [
      Figure(
        name: "first frame, embedded model, median of \(embedded.count)", value: embedded.median,
        unit: "ms", goal: "within 100 ms", met: embedded.median <= 100),
      Figure(
        name: "first frame, 440 MB model, median of \(large.count)", value: large.median,
        unit: "ms", goal: "within 100 ms", met: large.median <= 100),
      Figure(
        name: "key to frame at rest, 95th percentile", value: atRest.latency.percentile(95),
        unit: "ms"),
      Figure(
        name: "key to frame while the engine is busy (\(Int(busy.busyShare * 100)) % of frames), "
          + "95th percentile", value: busy.latency.percentile(95), unit: "ms",
        goal: "under 16 ms", met: busy.latency.percentile(95) < 16),
      Figure(
        name: "bytes for a scrub step at 80×24, median", value: atRest.bytes.median, unit: "B",
        goal: "under 1500 B", met: atRest.bytes.median < 1500),
      Figure(
        name: "bytes while nothing changes", value: Double(atRest.idleBytes), unit: "B",
        goal: "none", met: atRest.idleBytes == 0),
    ]
  }

  private func evaluate() throws -> [Figure] {
    let model = try OpenModel(path: nil)
    guard let evaluator = model.evaluator else { return [] }
    let index = try MagnitudeIndex.build(model.matrices, threads: ProcessorCount.available)
    let measurement = CurveMeasurement(
      evaluator: evaluator, preview: index,
      workers: ParallelWorkers(count: ProcessorCount.available))
    let identity = CurveIdentity(PruningRequest(method: .magnitude(.global), sparsity: 0))
    let time = try Samples.timing(20) {
      _ = try measurement.measure(identity, levels: [SparsityLevel(0.5)], tolerance: 0.01)
    }
    return [
      Figure(
        name: "evaluation of the \(evaluator.exampleCount) test images, median of \(time.count)",
        value: time.median, unit: "ms", goal: "under 30 ms", met: time.median < 30),
      Figure(
        name: "images a second", value: Double(evaluator.exampleCount) / time.median * 1000,
        unit: "/s"),
    ]
  }

  private func finetune() throws -> [Figure] {
    guard let model, let data else {
      // Among all parts it is left out: there is no text model in the program.
      guard parts.contains(.finetune) else { return [] }
      throw ValidationError("finetune needs a model and a task's data: --model DIR --data PATH.")
    }
    let bench = try FinetuneBench(model: model, task: task, data: data, python: pytorch)
    var figures = [
      Figure(name: "fine-tuning on \(task.title), batches of 32", value: bench.rate, unit: "/s")
    ]
    guard let peer = bench.peer else { return figures }
    let ratio = bench.rate / peer.rate
    figures += [
      Figure(name: "PyTorch \(peer.version), float32", value: peer.rate, unit: "/s"),
      Figure(
        name: "throughput against PyTorch in float32", value: ratio, unit: "×",
        goal: "at least 1.5", met: ratio >= 1.5),
    ]
    return figures
  }

  private func evaluateTexts() throws -> [Figure] {
    guard let model, let data else { return [] }
    let bench = try EvaluationBench(model: model, task: task, data: data, python: pytorch)
    let rate = Double(bench.examples) / bench.seconds
    let megabyte = 1e6
    var figures = [
      Figure(name: "\(task.title), \(bench.examples) examples", value: rate, unit: "/s"),
      Figure(
        name: "peak memory, the mapped model included",
        value: Double(bench.peakMemory) / megabyte, unit: "MB"),
    ]
    guard let peer = bench.peer else { return figures }
    let ratio = peer.float32 / bench.seconds
    figures += [
      Figure(
        name: "PyTorch \(peer.version), float32", value: Double(bench.examples) / peer.float32,
        unit: "/s"),
      Figure(
        name: "throughput against PyTorch in float32", value: ratio, unit: "×",
        goal: "at least 2", met: ratio >= 2),
      Figure(
        name: "throughput against PyTorch in bfloat16", value: peer.bfloat16 / bench.seconds,
        unit: "×"),
      Figure(
        name: "PyTorch's peak memory in float32", value: Double(peer.peakBytes) / megabyte,
        unit: "MB", goal: "more than here", met: peer.peakBytes > bench.peakMemory),
    ]
    return figures
  }
}

extension GLUETask: ExpressibleByArgument {}

extension Bench.Figure {
  /// The figure for a person.
  fileprivate var line: String {
    let digits = value >= 100 ? 0 : value >= 10 ? 1 : 3
    let text = String(format: "%.\(digits)f", value)
    let verdict = met.map { $0 ? "  ok: " : "  MISSED: " } ?? ""
    return "  " + name.padded(74) + text.aligned(9) + " " + unit.padded(7) + verdict + (goal ?? "")
  }
}
