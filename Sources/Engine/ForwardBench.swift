import Tasks
import Tensors
import Transformers

/// How fast this machine multiplies matrices and runs a classifier.
package struct ForwardBench: Sendable {
  /// Seconds, each the least of several runs: what the machine can do when nothing disturbs it.
  package struct Timing: Sendable, Hashable {
    package var best: Double
    package var median: Double
  }

  private let workers: ParallelWorkers

  package init(workers: ParallelWorkers) { self.workers = workers }

  /// Times one pass of a classifier over a task.
  package func classification(
    _ classifier: ImageClassifier, on task: ImageClassification, runs: Int = 20
  ) throws -> Timing {
    let accuracy = ImageAccuracy(workers: workers)
    _ = try accuracy.predictions(of: classifier, on: task)
    return try time(runs: runs) { _ = try accuracy.predictions(of: classifier, on: task) }
  }

  /// Floating-point operations a second of all workers together, each with products of its own of
  /// [rows, inner] and [columns, inner]ᵀ.
  package func productRate(
    rows: Int = 512, columns: Int = 768, inner: Int = 768, runs: Int = 10
  ) throws -> Double {
    try BLAS.load()
    let products = 4
    let workspaces = WorkerLocal(count: workers.count) { Workspace() }
    let timing = try time(runs: runs) {
      _ = try workers.map(Array(0..<workers.count)) { _, worker in
        let workspace = workspaces[worker]
        workspace.reset()
        let (a, b) = (
          workspace.matrix(rows: rows, columns: inner),
          workspace.matrix(rows: columns, columns: inner)
        )
        let c = workspace.matrix(rows: rows, columns: columns)
        a.elements.initialize(repeating: 0.5)
        b.elements.initialize(repeating: 0.25)
        for _ in 0..<products { BLAS.multiply(a, .plain, b, .transposed, into: c) }
      }
    }
    return 2 * Double(rows * columns * inner * products * workers.count) / timing.best
  }

  private func time(runs: Int, _ body: () throws -> Void) rethrows -> Timing {
    let clock = ContinuousClock()
    var seconds: [Double] = []
    for _ in 0..<max(runs, 1) {
      seconds.append(try clock.measure(body) / .seconds(1))
    }
    seconds.sort()
    return Timing(best: seconds[0], median: seconds[seconds.count / 2])
  }
}
