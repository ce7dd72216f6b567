import Testing

@testable import Tensors

/// Sparse products against the plain formula in double precision, with each variant that runs here.
struct SparseProductTests {
  static let shapes = [
    (tokens: 1, outputs: 3, inputs: 5), (3, 1, 1), (63, 50, 70), (64, 64, 64), (65, 9, 200),
    (130, 261, 33), (17, 5, 400), (33, 20, 193), (0, 4, 4), (5, 0, 7), (2, 6, 0),
  ]
  static let sparsities: [Float] = [0, 0.5, 0.9, 1]

  @Test(arguments: SparseVariant.runnable, [BLAS.Operand.plain, .transposed])
  func `a product is the dense one to rounding, in both layouts`(
    variant: SparseVariant, operand: BLAS.Operand
  ) {
    for (tokens, outputs, inputs) in Self.shapes {
      for sparsity in Self.sparsities {
        let problem = SparseProblem(
          tokens: tokens, outputs: outputs, inputs: inputs, sparsity: sparsity, operand)
        let weights = SparseMatrix(problem.dense, operand)
        #expect(weights.nonzeros == problem.dense.elements.count { $0 != 0 })
        problem.check(weights, variant)
      }
    }
  }

  @Test(arguments: SparseVariant.runnable)
  func `the gradient of the inputs is the product with the transposed form`(
    variant: SparseVariant
  ) {
    let problem = SparseProblem(tokens: 40, outputs: 300, inputs: 210, sparsity: 0.8, .plain)
    let transposed = SparseMatrix(problem.dense, .transposed)
    let dx = problem.workspace.matrix(rows: 40, columns: 210)
    SparseProduct.multiply(
      problem.dy, [SparseProduct(transposed, into: dx)], in: problem.workspace, variant: variant)
    for token in 0..<40 {
      for input in 0..<210 {
        var sum = 0.0
        var size = 0.0
        for output in 0..<300 {
          let term = Double(problem.dy.row(token)[output]) * Double(problem.weight(output, input))
          sum += term
          size += abs(term)
        }
        #expect(abs(Double(dx.row(token)[input]) - sum) <= 1e-6 * size)
      }
    }
  }

  @Test(arguments: SparseVariant.runnable, [BLAS.Operand.plain, .transposed])
  func `the gradient of the weights is added where they are kept and nowhere else`(
    variant: SparseVariant, operand: BLAS.Operand
  ) {
    for (tokens, outputs, inputs) in Self.shapes {
      let problem = SparseProblem(
        tokens: tokens, outputs: outputs, inputs: inputs, sparsity: 0.7, operand)
      let weights = SparseMatrix(problem.dense, operand)
      let gradient = problem.workspace.matrix(
        rows: problem.dense.rows, columns: problem.dense.columns)
      for accumulating in [true, false] {
        gradient.elements.update(repeating: 3)
        weights.addWeightGradient(
          x: problem.x, dy: problem.dy, to: gradient, accumulating: accumulating,
          in: problem.workspace, variant: variant)
        for output in 0..<outputs {
          for input in 0..<inputs {
            let isKept = problem.weight(output, input) != 0
            var expected = accumulating || !isKept ? 3.0 : 0
            var size = 3.0
            for token in 0..<(isKept ? tokens : 0) {
              let term =
                Double(problem.dy.row(token)[output]) * Double(problem.x.row(token)[input])
              expected += term
              size += abs(term)
            }
            let found =
              operand == .plain ? gradient.row(output)[input] : gradient.row(input)[output]
            #expect(abs(Double(found) - expected) <= 1e-6 * size)
          }
        }
      }
    }
  }

  @Test(arguments: SparseVariant.runnable)
  func `a token's result is the same bits in every batch`(variant: SparseVariant) {
    let problem = SparseProblem(tokens: 150, outputs: 70, inputs: 500, sparsity: 0.8, .plain)
    let weights = SparseMatrix(problem.dense)
    let whole = problem.workspace.matrix(rows: 150, columns: 70)
    SparseProduct.multiply(
      problem.x, [SparseProduct(weights, into: whole)], in: problem.workspace, variant: variant)
    for range in [0..<1, 31..<33, 7..<27, 90..<150] {
      let part = problem.workspace.matrix(rows: range.count, columns: 70)
      SparseProduct.multiply(
        problem.x.rows(range), [SparseProduct(weights, into: part)], in: problem.workspace,
        variant: variant)
      for (row, token) in range.enumerated() {
        #expect(part.row(row).map(\.bitPattern) == whole.row(token).map(\.bitPattern))
      }
    }
  }

  @Test(.enabled(if: SparseVariant.runnable.contains(.avx512)))
  func `AVX2 and AVX-512 give the same bits`() {
    let problem = SparseProblem(tokens: 50, outputs: 90, inputs: 450, sparsity: 0.8, .plain)
    let results = [SparseVariant.avx2, .avx512].map { variant in
      let y = problem.workspace.matrix(rows: 50, columns: 90)
      SparseProduct.multiply(
        problem.x, [SparseProduct(SparseMatrix(problem.dense), into: y)],
        in: problem.workspace, variant: variant)
      return y.elements.map(\.bitPattern)
    }
    #expect(results[0] == results[1])
  }

  @Test func `several products share the packed activations`() {
    let first = SparseProblem(tokens: 70, outputs: 30, inputs: 90, sparsity: 0.6, .plain)
    let second = SparseProblem(tokens: 70, outputs: 8, inputs: 90, sparsity: 0.9, .transposed)
    let apart = [first, second].map { $0.product(of: first.x) }
    let y = [first, second].map { first.workspace.matrix(rows: 70, columns: $0.outputs) }
    SparseProduct.multiply(
      first.x,
      zip([first, second], y).map { SparseProduct(SparseMatrix($0.dense, $0.operand), into: $1) },
      in: first.workspace)
    for (together, alone) in zip(y, apart) { #expect(Array(together.elements) == alone) }
  }

  @Test func `infinities and NaN come through kept weights only`() {
    let workspace = Workspace()
    let dense = workspace.matrix(rows: 4, columns: 3)
    // The second row is shorter than the slice that it is multiplied in.
    for (index, value) in [1, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0, -2].enumerated() {
      dense.elements[index] = Float(value)
    }
    let x = workspace.matrix(rows: 2, columns: 3)
    for (index, value) in [Float.infinity, 2, 3, .nan, 5, .infinity].enumerated() {
      x.elements[index] = value
    }
    let y = workspace.matrix(rows: 2, columns: 4)
    for variant in SparseVariant.runnable {
      SparseProduct.multiply(
        x, [SparseProduct(SparseMatrix(dense), into: y)], in: workspace, variant: variant)
      #expect(Array(y.row(0)) == [.infinity, 2, 0, -6])
      #expect(y.row(1)[0].isNaN)
      #expect(Array(y.row(1)[1...]) == [5, 0, -.infinity])
    }
  }

  @Test(arguments: SparseVariant.runnable, [(2, 4), (1, 4), (1, 2), (4, 8), (3, 16)])
  func `groups of N in M give the dense product`(variant: SparseVariant, kept: (Int, Int)) throws {
    for operand in [BLAS.Operand.plain, .transposed] {
      for (tokens, outputs, inputs) in [(1, 1, 16), (40, 30, 64), (65, 261, 208)] {
        let problem = SparseProblem(
          tokens: tokens, outputs: outputs, inputs: inputs, sparsity: 0, operand)
        problem.keep(kept.0, of: kept.1)
        let weights = try #require(
          SparseGroups(problem.dense, operand, kept: kept.0, of: kept.1))
        #expect(weights.nonzeros == outputs * inputs * kept.0 / kept.1)
        problem.check(weights, variant)
      }
    }
  }

  @Test(arguments: [BLAS.Operand.plain, .transposed])
  func `what the mask of groups does not keep counts as zero`(operand: BLAS.Operand) throws {
    let full = SparseProblem(tokens: 33, outputs: 10, inputs: 32, sparsity: 0, operand)
    let masked = SparseProblem(tokens: 33, outputs: 10, inputs: 32, sparsity: 0, operand)
    masked.keep(2, of: 4)
    full.dense.elements.update(repeating: 0.5)
    var mask = [UInt64](repeating: 0, count: (masked.dense.count + 63) / 64)
    for (index, value) in masked.dense.elements.enumerated() where value != 0 {
      mask[index / 64] |= 1 << UInt64(index % 64)
    }
    let groups = try #require(
      SparseGroups(full.dense, operand, kept: 2, of: 4, mask: mask))
    masked.check(groups, .best)
  }

  @Test func `a group with too many elements is refused, and groups that do not divide the inputs`()
  {
    let problem = SparseProblem(tokens: 1, outputs: 4, inputs: 12, sparsity: 0, .plain)
    #expect(SparseGroups(problem.dense, kept: 2, of: 4) == nil)
    problem.keep(2, of: 4)
    #expect(SparseGroups(problem.dense, kept: 2, of: 4) != nil)
    #expect(SparseGroups(problem.dense, kept: 4, of: 8) == nil)
    #expect(SparseGroups(problem.dense, kept: 2, of: 3) == nil)
  }
}
