import CKernels
import Testing

@testable import Tensors

/// Feed-forward parts panel by panel, against their products one after the other.
struct SparseFeedForwardTests {
  /// Inner widths within a strip of columns, over several, and over several blocks of rows.
  static let shapes = [
    (tokens: 1, width: 5, inner: 20), (16, 64, 192), (17, 70, 200), (33, 40, 700), (150, 96, 400),
    (0, 4, 8), (3, 6, 0),
  ]

  @Test(arguments: SparseVariant.runnable, [false, true])
  func `all the numbers are the same bits`(variant: SparseVariant, isGated: Bool) {
    for (tokens, width, inner) in Self.shapes {
      let up = SparseProblem(
        tokens: tokens, outputs: inner, inputs: width, sparsity: 0.8, .plain)
      let gate = SparseProblem(
        tokens: tokens, outputs: inner, inputs: width, sparsity: 0.6, .transposed)
      let down = SparseProblem(
        tokens: tokens, outputs: width, inputs: inner, sparsity: 0.9, .plain)
      let workspace = Workspace()
      let weights = [up, gate, down].map { SparseMatrix($0.dense, $0.operand) }
      // One of the three without a bias.
      let biases: [UnsafePointer<Float>?] = [
        UnsafePointer(up.bias.base), nil, UnsafePointer(down.bias.base),
      ]

      let values = workspace.matrix(rows: tokens, columns: inner)
      let factor = workspace.matrix(rows: tokens, columns: inner)
      let expected = workspace.matrix(rows: tokens, columns: width)
      SparseProduct.multiply(
        up.x,
        [
          SparseProduct(weights[0], bias: biases[0], into: isGated ? factor : values),
          SparseProduct(weights[1], bias: biases[1], into: isGated ? values : factor),
        ], in: workspace, variant: variant)
      elementwise_activation(ACTIVATION_GELU, values.base, values.base, values.count)
      if isGated {
        elementwise_multiply(values.base, factor.base, values.base, values.count, 0)
      }
      SparseProduct.multiply(
        values, [SparseProduct(weights[2], bias: biases[2], into: expected)], in: workspace,
        variant: variant)

      let found = workspace.matrix(rows: tokens, columns: width)
      found.elements.update(repeating: .nan)
      let layers = zip(weights, biases).map { SparseFeedForward.Layer($0, bias: $1) }
      SparseFeedForward(up: layers[0], gate: isGated ? layers[1] : nil, down: layers[2])
        .multiply(up.x, into: found, in: workspace, variant: variant) { values, factor, count in
          elementwise_activation(ACTIVATION_GELU, values, values, count)
          if let factor { elementwise_multiply(values, factor, values, count, 0) }
        }
      #expect(found.elements.map(\.bitPattern) == expected.elements.map(\.bitPattern))
    }
  }

  @Test func `groups of N in M go through it too`() throws {
    let up = SparseProblem(tokens: 50, outputs: 400, inputs: 64, sparsity: 0, .plain)
    let down = SparseProblem(tokens: 50, outputs: 64, inputs: 400, sparsity: 0, .plain)
    for problem in [up, down] { problem.keep(2, of: 4) }
    let weights = try [up, down].map { try #require(SparseGroups($0.dense, kept: 2, of: 4)) }
    let workspace = Workspace()
    let inner = workspace.matrix(rows: 50, columns: 400)
    let expected = workspace.matrix(rows: 50, columns: 64)
    SparseProduct.multiply(up.x, [SparseProduct(weights[0], into: inner)], in: workspace)
    SparseProduct.multiply(inner, [SparseProduct(weights[1], into: expected)], in: workspace)
    let found = workspace.matrix(rows: 50, columns: 64)
    SparseFeedForward(
      up: SparseFeedForward.Layer(weights[0]), down: SparseFeedForward.Layer(weights[1])
    ).multiply(up.x, into: found, in: workspace) { _, _, _ in }
    #expect(found.elements.map(\.bitPattern) == expected.elements.map(\.bitPattern))
  }

  @Test func `what is pruned takes no part`() {
    let workspace = Workspace()
    let identity = workspace.matrix(rows: 8, columns: 8)
    for index in identity.elements.indices { identity.elements[index] = index % 9 == 0 ? 1 : 0 }
    // A row of down that is shorter than the slice that it is multiplied in.
    let short = workspace.matrix(rows: 8, columns: 8)
    for index in short.elements.indices {
      short.elements[index] = index < 16 || index % 9 == 0 ? 1 : 0
    }
    let x = workspace.matrix(rows: 2, columns: 8)
    x.elements.update(repeating: 1)
    x.row(0)[0] = .infinity
    let y = workspace.matrix(rows: 2, columns: 8)
    SparseFeedForward(
      up: SparseFeedForward.Layer(SparseMatrix(identity)),
      down: SparseFeedForward.Layer(SparseMatrix(short))
    ).multiply(x, into: y, in: workspace) { values, _, count in
      elementwise_activation(ACTIVATION_RELU, values, values, count)
    }
    #expect(Array(y.row(0)) == [.infinity, .infinity, 1, 1, 1, 1, 1, 1])
    #expect(Array(y.row(1)) == [8, 8, 1, 1, 1, 1, 1, 1])
  }
}
