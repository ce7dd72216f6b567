import Engine
import Experiments
import Foundation
import Tasks

/// How much faster a text model is evaluated when it is pruned: with packed matrices against dense
/// ones, and beside PyTorch, all by turns.
struct SparseEvaluationBench {
  /// Seconds for all examples, the preparation of the weights included; the best of the turns.
  struct Row {
    let level: SparsityLevel
    var dense = Double.infinity
    var packed = Double.infinity
    /// The same without the preparation: what a longer evaluation comes to.
    var denseBatches = Double.infinity
    var packedBatches = Double.infinity
    var sparseMatrices = 0
    var matrices = 0
  }

  /// What PyTorch took for all examples.
  struct Peer: Decodable {
    var version: String
    var float32: Double
    var bfloat16: Double
    /// By level, as it was given.
    var csr: [String: Double]
  }

  private(set) var rows: [Row]
  private(set) var examples = 0
  private(set) var peer: Peer?

  private static let turns = 2

  /// - Parameters:
  ///   - levels: the first should be dense.
  ///   - python: an interpreter that has torch and transformers; nil measures this program alone.
  init(
    model: String, task: GLUETask, data: String, levels: [SparsityLevel], python: String?
  ) throws {
    rows = levels.map { Row(level: $0) }
    let texts = FileManager.default.temporaryDirectory
      .appendingPathComponent("sparsescope-bench-\(getpid()).json")
    defer { try? FileManager.default.removeItem(at: texts) }
    let dataset = try GLUEDataset(task, at: data, split: "dev")
    try JSONEncoder().encode(dataset.examples.map { [$0.first] + ($0.second.map { [$0] } ?? []) })
      .write(to: texts)
    for turn in 0..<Self.turns {
      try measure(model, task, data, kernels: "dense")
      try measure(model, task, data, kernels: "auto")
      guard let python, turn == 0 else { continue }
      let script = try Resources.folder("peers").appendingPathComponent("time_sparse_pytorch.py")
      let run = try MeasuredProcess([
        python, script.path, model, texts.path, "\(ProcessorCount.available)",
        levels.map(Self.text).joined(separator: ","),
      ])
      // As it is: a level such as 0.5 is a key, too.
      peer = try run.report()
    }
  }

  func csr(_ row: Row) -> Double? { peer?.csr[Self.text(row.level)] }

  private static func text(_ level: SparsityLevel) -> String { "\(level.fraction)" }

  private mutating func measure(
    _ model: String, _ task: GLUETask, _ data: String, kernels: String
  ) throws {
    struct Report: Decodable {
      struct Point: Decodable {
        var sparsity: Double
        var examples: Int
        var seconds: Double
        var examplesPerSecond: Double?
        var sparseMatrices: Int
        var matrices: Int
      }
      var points: [Point]
    }
    let program = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().path
    let run = try MeasuredProcess([
      program, "evaluate", model, "--task", task.rawValue, "--data", data, "--kernels", kernels,
      "--sparsity", rows.map { Self.text($0.level) }.joined(separator: ","), "--json",
    ])
    for point in try run.report(Report.self, keys: .convertFromSnakeCase).points {
      let level = SparsityLevel(point.sparsity)
      guard let index = rows.firstIndex(where: { $0.level == level }) else { continue }
      examples = point.examples
      let batches = point.examplesPerSecond.map { Double(point.examples) / $0 } ?? point.seconds
      if kernels == "dense" {
        rows[index].dense = min(rows[index].dense, point.seconds)
        rows[index].denseBatches = min(rows[index].denseBatches, batches)
      } else {
        rows[index].packed = min(rows[index].packed, point.seconds)
        rows[index].packedBatches = min(rows[index].packedBatches, batches)
        (rows[index].sparseMatrices, rows[index].matrices) = (point.sparseMatrices, point.matrices)
      }
    }
  }
}
