import Engine
import Experiments
import Tensors
import Transformers

/// How fast products with sparse matrices are here, against OpenBLAS with the same shape.
struct SparseBench {
  /// One shape at one sparsity; every time is that of dense divided by that of sparse.
  struct Row {
    let outputs: Int
    let inputs: Int
    let percent: Int
    let forward: Double
    let inputGradient: Double
    let weightGradient: Double

    var title: String { "\(percent) % of \(outputs)×\(inputs)" }
    /// What the forward product is to reach.
    var goal: Double? { [80: 2.3, 90: 4.5, 95: 8.5][percent] }
  }

  /// One shape with at most N weights in each group of M.
  struct GroupRow {
    let outputs: Int
    let inputs: Int
    let pattern: NMPattern
    /// Dense time by that of groups.
    let ratio: Double
    /// Time of the general packed form by that of groups.
    let againstGeneral: Double
    /// Bytes of groups by those of the general form.
    let memory: Double

    var title: String { "\(pattern) of \(outputs)×\(inputs)" }
  }

  static let tokens = 512
  static let shapes = [
    (384, 384), (1536, 384), (384, 1536), (768, 768), (3072, 768), (768, 3072),
  ]
  static let percents = [50, 70, 80, 90, 95]
  static let patterns = [(2, 4), (1, 4), (4, 8), (2, 8), (1, 8), (2, 16)].map(NMPattern.init)

  let rows: [Row]
  let groups: [GroupRow]

  /// BLAS must be loaded.
  init() {
    var rows: [Row] = []
    var groups: [GroupRow] = []
    for (outputs, inputs) in Self.shapes {
      let problem = Problem(outputs: outputs, inputs: inputs)
      rows += Self.percents.map(problem.row)
      groups += Self.patterns.compactMap(problem.groupRow)
    }
    self.rows = rows
    self.groups = groups
  }

  /// The matrices of one shape.
  private struct Problem {
    let outputs: Int
    let inputs: Int
    let workspace = Workspace()
    let x, dx, y, dy, weights, gradient: Matrix

    init(outputs: Int, inputs: Int) {
      self.outputs = outputs
      self.inputs = inputs
      x = workspace.matrix(rows: SparseBench.tokens, columns: inputs)
      dx = workspace.matrix(rows: SparseBench.tokens, columns: inputs)
      y = workspace.matrix(rows: SparseBench.tokens, columns: outputs)
      dy = workspace.matrix(rows: SparseBench.tokens, columns: outputs)
      weights = workspace.matrix(rows: outputs, columns: inputs)
      gradient = workspace.matrix(rows: outputs, columns: inputs)
      gradient.elements.update(repeating: 0)
      var random = RandomStream(seed: 1)
      for matrix in [x, dy] {
        for index in matrix.elements.indices { matrix.elements[index] = random.uniform(-1...1) }
      }
    }

    func row(percent: Int) -> Row {
      var random = RandomStream(seed: UInt64(percent))
      for index in weights.elements.indices {
        let isKept = random.uniform() * 100 >= Float(percent)
        weights.elements[index] = isKept ? random.uniform(0.1...1) : 0
      }
      let forward = SparseMatrix(weights)
      let backward = SparseMatrix(weights, .transposed)
      // Interleaved, so that what else the machine does meets all alike.
      let times = SparseBench.fastest([
        dense,
        { SparseProduct.multiply(x, [SparseProduct(forward, into: y)], in: workspace) },
        { SparseProduct.multiply(dy, [SparseProduct(backward, into: dx)], in: workspace) },
        {
          forward.addWeightGradient(
            x: x, dy: dy, to: gradient, accumulating: false, in: workspace)
        },
      ])
      return Row(
        outputs: outputs, inputs: inputs, percent: percent, forward: times[0] / times[1],
        inputGradient: times[0] / times[2], weightGradient: times[0] / times[3])
    }

    func groupRow(_ pattern: NMPattern) -> GroupRow? {
      var random = RandomStream(seed: UInt64(pattern.n))
      weights.elements.update(repeating: 0)
      for group in stride(from: 0, to: weights.count, by: pattern.m) {
        var places = Array(0..<pattern.m)
        for _ in 0..<pattern.n {
          let chosen = Int(random.uniform() * Float(places.count))
          weights.elements[group + places.remove(at: min(chosen, places.count - 1))] =
            random.uniform(0.1...1)
        }
      }
      guard let groups = SparseGroups(weights, kept: pattern.n, of: pattern.m) else { return nil }
      let general = SparseMatrix(weights)
      let times = SparseBench.fastest([
        dense, { SparseProduct.multiply(x, [SparseProduct(groups, into: y)], in: workspace) },
        { SparseProduct.multiply(x, [SparseProduct(general, into: y)], in: workspace) },
      ])
      return GroupRow(
        outputs: outputs, inputs: inputs, pattern: pattern, ratio: times[0] / times[1],
        againstGeneral: times[2] / times[1],
        memory: Double(groups.bytes) / Double(general.bytes))
    }

    private func dense() {
      BLAS.multiply(x, .plain, weights, .transposed, into: y)
    }
  }

  /// Milliseconds of each piece of work at its fastest, all in turn.
  private static func fastest(_ work: [() -> Void]) -> [Double] {
    var samples = work.map { _ in Samples() }
    for _ in 0..<9 {
      for (index, piece) in work.enumerated() {
        let began = ContinuousClock.now
        piece()
        samples[index].add(.now - began)
      }
    }
    return samples.map(\.minimum)
  }
}
