import Engine
import Tensors

extension Bench {
  /// Dense products.
  func kernels() throws -> [Figure] {
    try BLAS.load()
    let bench = KernelBench()
    return [
      Figure(name: "sgemm 512×768×768, one thread", value: bench.single, unit: "GFLOPS"),
      Figure(
        name: "sgemm 512×768×768, \(ProcessorCount.available) threads", value: bench.all,
        unit: "GFLOPS"),
      Figure(
        name: "peak of this core, measured by multiply-adds", value: bench.peak, unit: "GFLOPS"),
      Figure(
        name: "sgemm's share of the peak, one thread", value: bench.single / bench.peak, unit: "×",
        goal: "at least 0.7", met: bench.single / bench.peak >= 0.7),
    ]
  }

  /// Sparse products against dense ones.
  func sparse() throws -> [Figure] {
    try BLAS.load()
    let bench = SparseBench()
    let rows = bench.rows.flatMap { row -> [Figure] in
      [
        Figure(
          name: "\(row.title) pruned: product against sgemm", value: row.forward, unit: "×",
          goal: row.goal.map { "at least \($0)" }, met: row.goal.map { row.forward >= $0 }),
        Figure(name: "  gradient of the inputs", value: row.inputGradient, unit: "×"),
        Figure(name: "  gradient of the kept weights", value: row.weightGradient, unit: "×"),
      ]
    }
    let groups = SparseBench.patterns.flatMap { pattern -> [Figure] in
      let rows = bench.groups.filter { $0.pattern == pattern }
      func least(_ value: (SparseBench.GroupRow) -> Double) -> Double {
        rows.map(value).min() ?? .nan
      }
      return [
        Figure(
          name: "\(pattern): product against sgemm, the slowest shape", value: least(\.ratio),
          unit: "×"),
        Figure(
          name: "  against the form for any pattern", value: least(\.againstGeneral), unit: "×"),
        Figure(name: "  its bytes by those of that form", value: least(\.memory), unit: "×"),
      ]
    }
    return rows + groups
  }
}
