import Engine
import Foundation
import Tasks

/// How fast a text model is evaluated on a task of GLUE, beside PyTorch on the same texts.
///
/// Both run as processes of their own, one after the other and by turns, so that neither's memory
/// counts for the other and a busy moment of the machine does not decide.
struct EvaluationBench {
  /// Seconds for all examples, the best of all passes.
  private(set) var seconds = Double.infinity
  private(set) var peakMemory = 0
  private(set) var examples = 0
  private(set) var peer: Peer?

  /// What PyTorch took.
  struct Peer: Decodable {
    var version: String
    /// Seconds, the best of the passes.
    var float32: Double
    var bfloat16: Double
    var peakBytes: Int
  }

  /// - Parameter python: an interpreter that has torch and transformers; nil measures this program
  ///   alone.
  init(model: String, task: GLUETask, data: String, python: String?) throws {
    let texts = FileManager.default.temporaryDirectory
      .appendingPathComponent("sparsescope-bench-\(getpid()).json")
    defer { try? FileManager.default.removeItem(at: texts) }
    let dataset = try GLUEDataset(task, at: data, split: "dev")
    try JSONEncoder().encode(dataset.examples.map { [$0.first] + ($0.second.map { [$0] } ?? []) })
      .write(to: texts)
    for _ in 0..<2 {
      try measure(model, task, data)
      guard let python else { continue }
      let script = try Resources.folder("peers").appendingPathComponent("time_pytorch.py")
      let run = try MeasuredProcess([
        python, script.path, model, texts.path, "\(ProcessorCount.available)",
      ])
      var latest = try run.report(Peer.self, keys: .convertFromSnakeCase)
      if let peer {
        latest.float32 = min(latest.float32, peer.float32)
        latest.bfloat16 = min(latest.bfloat16, peer.bfloat16)
      }
      peer = latest
    }
    // Once more, so that PyTorch's passes lie between ours.
    if python != nil { try measure(model, task, data) }
  }

  /// Three passes over all examples, each at a level of its own: none is taken from memory.
  private mutating func measure(_ model: String, _ task: GLUETask, _ data: String) throws {
    struct Report: Decodable {
      struct Point: Decodable {
        var examples: Int
        var seconds: Double
      }
      var points: [Point]
    }
    let program = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().path
    let run = try MeasuredProcess([
      program, "evaluate", model, "--task", task.rawValue, "--data", data,
      "--sparsity", "0,0.3,0.6", "--json",
    ])
    let points = try run.report(Report.self).points
    examples = points.first?.examples ?? 0
    seconds = points.map(\.seconds).reduce(seconds, min)
    peakMemory = max(peakMemory, run.peakMemory)
  }
}
