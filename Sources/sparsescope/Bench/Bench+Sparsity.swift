import CKernels
import Checkpoints
import Engine
import Experiments
import Foundation
import Pruning
import Tasks
import Tokenizers
import Transformers

extension Bench {
  /// The levels of `--sparsity`, with the model and the data that they need.
  private var pruned: (model: String, data: String, levels: [SparsityLevel])? {
    guard let model, let data, let levels = sparsity?.levels else { return nil }
    return (model, data, levels)
  }

  /// Evaluation of a text model at several levels.
  func evaluateSparse() throws -> [Figure] {
    guard let (model, data, levels) = pruned else { return [] }
    let bench = try SparseEvaluationBench(
      model: model, task: task, data: data, levels: levels, python: pytorch)
    var figures: [Figure] = []
    for row in bench.rows {
      let rate = Double(bench.examples) / row.packed
      let goal = row.level == .dense ? nil : [90: 3.5, 95: 5][Self.percent(row.level)] ?? 0.97
      let ratio = row.dense / row.packed
      figures += [
        Figure(
          name: "\(row.level) % pruned, \(row.sparseMatrices) of \(row.matrices) matrices sparse",
          value: rate, unit: "/s"),
        Figure(
          name: "  against dense matrices, the preparation included", value: ratio, unit: "×",
          goal: goal.map { $0 < 1 ? "not slower" : "at least \($0)" },
          met: goal.map { ratio >= $0 }),
        Figure(
          name: "  against dense matrices, batches alone",
          value: row.denseBatches / row.packedBatches, unit: "×"),
      ]
      guard let peer = bench.peer else { continue }
      figures += [
        Figure(
          name: "  against PyTorch \(peer.version) in float32", value: peer.float32 / row.packed,
          unit: "×"),
        Figure(
          name: "  against PyTorch in bfloat16", value: peer.bfloat16 / row.packed, unit: "×"),
      ]
      if let csr = bench.csr(row) {
        figures.append(
          Figure(name: "  against PyTorch with CSR matrices", value: csr / row.packed, unit: "×"))
      }
    }
    if profile { figures += try profileFigures(model, data, levels) }
    return figures
  }

  /// The share of each kind of operation, level by level, and how near each is to what bounds it.
  private func profileFigures(
    _ model: String, _ data: String, _ levels: [SparsityLevel]
  ) throws -> [Figure] {
    let checkpoint = try Checkpoint.open(at: model)
    let matrices = PrunableMatrices(checkpoint)
    let index = try MagnitudeIndex.build(matrices, threads: ProcessorCount.available)
    let identity = CurveIdentity(PruningRequest(method: .magnitude(.global), sparsity: 0))
    let slotsPerSecond =
      (0..<5).map { _ in fused_multiply_add_gflops() }.max()! * 1e9 / OperationTimes.slotOperations
    return try levels.flatMap { level in
      // An evaluator for each: its tapes have run nothing else.
      let evaluator = try SequenceClassificationEvaluator(
        matrices, tokenizer: try Tokenizer.load(folder: checkpoint.folder),
        data: try GLUEDataset(task, at: data, split: "dev"))
      _ = try CurveMeasurement(
        evaluator: evaluator, preview: index,
        workers: ParallelWorkers(count: ProcessorCount.available),
        kernels: .measured(.ofThisMachine)
      ).measure(identity, levels: [level], tolerance: 0.01)
      let times = evaluator.operationTimes
      let total = times.total / .seconds(1)
      return OperationTimes.Kind.allCases.flatMap { kind -> [Figure] in
        let seconds = times[kind] / .seconds(1)
        let share = Figure(
          name: "\(level) %: share of \(kind.title)", value: 100 * seconds / total, unit: "%")
        guard let bound = kind.bound, times.slots(kind) > 0 else { return [share] }
        return [
          share,
          Figure(
            name: "  against the least time for its \(bound)",
            value: seconds / (times.slots(kind) / slotsPerSecond), unit: "×"),
        ]
      } + [Figure(name: "\(level) %: all operations, all threads", value: total, unit: "s")]
    }
  }

  /// Fine-tuning of a text model under fixed masks of several levels.
  func finetuneSparse() throws -> [Figure] {
    guard let (path, data, levels) = pruned else { return [] }
    let checkpoint = try Checkpoint.open(at: path)
    var settings = FineTuningSettings(for: .glue(task))
    settings.maxSteps = FinetuneBench.warmUp + FinetuneBench.steps
    let model = try FineTuningModel(checkpoint, for: .glue(task), settings: settings)
    let examples = try FineTuningData(
      GLUEDataset(task, at: data, split: "train"), heldOut: nil, for: model,
      tokenizer: try Tokenizer.load(folder: checkpoint.folder), settings: settings)
    let index = try MagnitudeIndex.build(model.matrices, threads: ProcessorCount.available)
    var figures: [Figure] = []
    for level in levels {
      let mask = try ModelMask(
        index.plan(PruningRequest(method: .magnitude(.global), sparsity: level.fraction)),
        of: model.matrices, in: model.loaded)
      var (dense, packed) = (0.0, 0.0)
      for _ in 0..<2 {
        dense = max(
          dense, try FinetuneBench.measure(model, examples, settings, mask: mask, kernels: .dense))
        packed = max(
          packed,
          try FinetuneBench.measure(
            model, examples, settings, mask: mask, kernels: .measured(.ofThisMachine)))
      }
      let goal: Double? = Self.percent(level) == 90 ? 2.5 : nil
      figures += [
        Figure(name: "fine-tuning under a mask of \(level) %", value: packed, unit: "/s"),
        Figure(
          name: "  against dense matrices", value: packed / dense, unit: "×",
          goal: goal.map { "at least \($0)" }, met: goal.map { packed / dense >= $0 }),
      ]
    }
    return figures
  }

  private static func percent(_ level: SparsityLevel) -> Int {
    Int((100 * level.fraction).rounded())
  }
}

extension OperationTimes.Kind {
  fileprivate var title: String {
    switch self {
    case .embeddings: "embeddings"
    case .linear: "linear layers"
    case .attention: "attention"
    case .activation: "activation functions"
    case .norm: "norms and sums"
    case .rest: "the rest"
    }
  }

  /// What `OperationTimes.slots` counts; nil where nothing is counted.
  fileprivate var bound: String? {
    switch self {
    case .linear: "multiply-adds, and as many loads"
    case .attention: "multiply-adds, exponentials included"
    case .activation: "multiply-adds, comparisons, divisions"
    case .norm: "loads"
    case .embeddings, .rest: nil
    }
  }
}
