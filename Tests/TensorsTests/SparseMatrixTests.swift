import Testing

@testable import Tensors

struct SparseMatrixTests {
  @Test(arguments: [BLAS.Operand.plain, .transposed])
  func `a mask decides what is stored, kept zeros too`(operand: BLAS.Operand) {
    let problem = SparseProblem(tokens: 5, outputs: 70, inputs: 131, sparsity: 0.5, operand)
    let elements = problem.dense.elements
    var kept = [UInt64](repeating: 0, count: (elements.count + 63) / 64)
    for index in elements.indices where elements[index] != 0 {
      kept[index / 64] |= 1 << UInt64(index % 64)
      if index % 3 == 0 { elements[index] = 0 }
    }
    let count = kept.reduce(0) { $0 + $1.nonzeroBitCount }
    let weights = SparseMatrix(problem.dense, operand, kept: kept)
    #expect(weights.nonzeros == count)
    problem.check(weights, .best)
    // What was zero has its place.
    for index in elements.indices where kept[index / 64] >> UInt64(index % 64) & 1 == 1 {
      elements[index] = Float(index % 7) - 3
    }
    weights.updateValues(from: problem.dense)
    problem.check(weights, .best)
  }

  @Test(arguments: [0.8, 0.9, 0.95])
  func `a nonzero takes little more than five bytes`(sparsity: Float) {
    let problem = SparseProblem(tokens: 1, outputs: 384, inputs: 384, sparsity: sparsity, .plain)
    let weights = SparseMatrix(problem.dense)
    #expect(weights.bytes >= 5 * weights.nonzeros)
    #expect(Double(weights.bytes) <= 5.5 * Double(weights.nonzeros))
  }

  @Test(arguments: [BLAS.Operand.plain, .transposed])
  func `numbers go from a matrix to the slots and back`(operand: BLAS.Operand) {
    let problem = SparseProblem(tokens: 1, outputs: 70, inputs: 300, sparsity: 0.8, operand)
    let weights = SparseMatrix(problem.dense, operand)
    let numbers = problem.workspace.matrix(
      rows: problem.dense.rows, columns: problem.dense.columns)
    let back = problem.workspace.matrix(rows: numbers.rows, columns: numbers.columns)
    for index in numbers.elements.indices {
      (numbers.elements[index], back.elements[index]) = (Float(index), -1)
    }
    let slots = UnsafeMutableBufferPointer(
      start: problem.workspace.floats(weights.slots), count: weights.slots)
    slots.update(repeating: 0)
    weights.gather(numbers, into: slots)
    weights.scatter(slots, to: back)
    for index in numbers.elements.indices {
      #expect(back.elements[index] == (problem.dense.elements[index] == 0 ? -1 : Float(index)))
    }
  }

  @Test func `the gradient over several matrices is that over their rows`() {
    let problem = SparseProblem(tokens: 150, outputs: 90, inputs: 200, sparsity: 0.8, .plain)
    let weights = SparseMatrix(problem.dense)
    func gradient(_ parts: [Range<Int>], accumulating: Bool = false) -> [Float] {
      let slots = UnsafeMutableBufferPointer(
        start: problem.workspace.floats(weights.slots), count: weights.slots)
      slots.update(repeating: 1)
      weights.weightGradient(
        x: parts.map { problem.x.rows($0) }, dy: parts.map { problem.dy.rows($0) }, into: slots,
        accumulating: accumulating, in: problem.workspace)
      return Array(slots)
    }
    let whole = gradient([0..<150])
    for (part, all) in zip(gradient([0..<7, 7..<40, 40..<40, 40..<150]), whole) {
      #expect(abs(part - all) < 1e-4 * max(1, abs(all)))
    }
    for (sum, all) in zip(gradient([0..<150], accumulating: true), whole) {
      #expect(abs(sum - all - 1) < 1e-4 * max(1, abs(all)))
    }
    #expect(gradient([]) == [Float](repeating: 0, count: weights.slots))
  }

  @Test func `matrices inside wider ones are packed by their own elements`() {
    let problem = SparseProblem(tokens: 9, outputs: 40, inputs: 30, sparsity: 0.5, .plain)
    let part = problem.dense.columns(4..<21).rows(3..<33)
    let copy = problem.workspace.matrix(rows: 30, columns: 17)
    for row in 0..<30 { for column in 0..<17 { copy.row(row)[column] = part.row(row)[column] } }
    let x = problem.x.columns(2..<19)
    let y = [part, copy].map { dense in
      let y = problem.workspace.matrix(rows: 9, columns: 30)
      SparseProduct.multiply(
        x, [SparseProduct(SparseMatrix(dense), into: y)], in: problem.workspace)
      return Array(y.elements)
    }
    #expect(y[0] == y[1])
  }
}

/// Random activations and weights of one shape; rows of the activations lie in wider ones.
struct SparseProblem {
  let tokens: Int
  let outputs: Int
  let inputs: Int
  let operand: BLAS.Operand
  let workspace = Workspace()
  let x: Matrix
  let dy: Matrix
  let bias: Matrix
  /// [outputs, inputs] where the operand is plain.
  let dense: Matrix

  init(tokens: Int, outputs: Int, inputs: Int, sparsity: Float, _ operand: BLAS.Operand) {
    self.tokens = tokens
    self.outputs = outputs
    self.inputs = inputs
    self.operand = operand
    x = workspace.matrix(rows: tokens, columns: inputs + 3).columns(1..<inputs + 1)
    dy = workspace.matrix(rows: tokens, columns: outputs + 2).columns(0..<outputs)
    bias = workspace.matrix(rows: 1, columns: outputs)
    dense =
      operand == .plain
      ? workspace.matrix(rows: outputs, columns: inputs)
      : workspace.matrix(rows: inputs, columns: outputs)
    var random = SeededGenerator(state: UInt64(tokens * 1000 + outputs + inputs))
    for matrix in [x, dy, bias] {
      for row in 0..<matrix.rows {
        for column in 0..<matrix.columns {
          matrix.row(row)[column] = .random(in: -1...1, using: &random)
        }
      }
    }
    for index in dense.elements.indices {
      let isKept = Float.random(in: 0..<1, using: &random) >= sparsity
      dense.elements[index] = isKept ? .random(in: 0.1...1, using: &random) : 0
    }
  }

  func weight(_ output: Int, _ input: Int) -> Float {
    operand == .plain ? dense.row(output)[input] : dense.row(input)[output]
  }

  /// Leaves N weights of each group of M inputs, at places that change from group to group.
  func keep(_ kept: Int, of group: Int) {
    for output in 0..<outputs {
      for input in 0..<inputs {
        let place = (input + output + input / group) % group
        let isKept = place < kept
        if operand == .plain {
          dense.row(output)[input] = isKept ? 0.5 : 0
        } else {
          dense.row(input)[output] = isKept ? 0.5 : 0
        }
      }
    }
  }

  func product(of x: Matrix) -> [Float] {
    let y = workspace.matrix(rows: tokens, columns: outputs)
    SparseProduct.multiply(
      x, [SparseProduct(SparseMatrix(dense, operand), into: y)], in: workspace)
    return Array(y.elements)
  }

  /// Expects y = x Wᵀ + bias and y += x Wᵀ, and nothing written beside y.
  func check(_ weights: some SparseOperand, _ variant: SparseVariant) {
    let wide = workspace.matrix(rows: tokens, columns: outputs + 5)
    let y = wide.columns(2..<outputs + 2)
    for accumulating in [false, true] {
      wide.elements.update(repeating: 7)
      let product =
        accumulating
        ? SparseProduct(weights, into: y, accumulating: true)
        : SparseProduct(weights, bias: bias.base, into: y)
      SparseProduct.multiply(x, [product], in: workspace, variant: variant)
      var worst = 0.0
      for token in 0..<tokens {
        for output in 0..<outputs {
          var sum = accumulating ? 7 : Double(bias.elements[output])
          var size = abs(sum)
          for input in 0..<inputs {
            let term = Double(x.row(token)[input]) * Double(weight(output, input))
            sum += term
            size += abs(term)
          }
          let error = abs(Double(y.row(token)[output]) - sum)
          worst = max(worst, error / max(size, .leastNormalMagnitude))
        }
        #expect(wide.row(token)[1] == 7 && wide.row(token)[outputs + 2] == 7)
      }
      #expect(worst <= 1e-6, "\(variant), [\(tokens), \(outputs), \(inputs)]")
    }
  }
}
