import CKernels
import Engine
import Tensors

/// How fast matrix products run here, against what the processor's core can do at all.
struct KernelBench {
  /// GFLOPS of one thread.
  let single: Double
  /// GFLOPS of as many threads as there are processors, each with products of its own.
  let all: Double
  /// GFLOPS that independent fused multiply-adds in registers reach on one thread.
  let peak: Double

  private static let shape = (rows: 512, inner: 768, columns: 768)

  /// BLAS must be loaded.
  init() {
    single = Self.products(threads: 1)
    all = Self.products(threads: ProcessorCount.available)
    peak = (0..<5).map { _ in fused_multiply_add_gflops() }.max() ?? 0
  }

  private static func products(threads: Int) -> Double {
    let workers = ParallelWorkers(count: threads)
    let best = (0..<5).map { _ -> Double in
      let began = ContinuousClock.now
      _ = try? workers.map(Array(0..<threads)) { _, _ in
        let workspace = Workspace()
        let (rows, inner, columns) = shape
        let a = workspace.matrix(rows: rows, columns: inner)
        let b = workspace.matrix(rows: columns, columns: inner)
        let c = workspace.matrix(rows: rows, columns: columns)
        a.elements.update(repeating: 0.5)
        b.elements.update(repeating: 0.25)
        for _ in 0..<20 { BLAS.multiply(a, .plain, b, .transposed, into: c) }
      }
      let seconds = (ContinuousClock.now - began) / .seconds(1)
      let (rows, inner, columns) = shape
      return Double(20 * threads * 2 * rows * inner * columns) / seconds / 1e9
    }
    return best.max() ?? 0
  }
}
