import CKernels
import Foundation
import Testing

/// Attention in C against the formula in double precision, over many shapes.
struct AttentionTests {
  struct Shape: Sendable, CustomTestStringConvertible {
    var queries: Int
    var keys: Int
    var width: Int
    var isCausal = false
    var window = 0

    var testDescription: String {
      "\(queries) queries, \(keys) keys, width \(width), causal \(isCausal), window \(window)"
    }
  }

  static let shapes: [Shape] = [
    Shape(queries: 1, keys: 1, width: 1), Shape(queries: 3, keys: 3, width: 2),
    Shape(queries: 17, keys: 17, width: 16), Shape(queries: 1, keys: 17, width: 16),
    Shape(queries: 11, keys: 7, width: 12), Shape(queries: 50, keys: 50, width: 8),
    Shape(queries: 97, keys: 97, width: 5), Shape(queries: 5, keys: 33, width: 20),
    Shape(queries: 17, keys: 17, width: 16, isCausal: true),
    Shape(queries: 97, keys: 97, width: 24, isCausal: true),
    Shape(queries: 11, keys: 7, width: 13, isCausal: true),
    Shape(queries: 60, keys: 60, width: 8, isCausal: true, window: 7),
    Shape(queries: 11, keys: 5, width: 4, isCausal: true, window: 3),
  ]

  /// The problem of one shape: its matrices lie in wider ones, as heads do.
  private struct Problem {
    let shape: Shape
    let stride: Int
    let q, k, v, dout: [Float]

    init(_ shape: Shape) {
      self.shape = shape
      let stride = shape.width + 3
      self.stride = stride
      var random = SeededGenerator(state: UInt64(shape.queries * 100 + shape.width))
      func matrix(_ rows: Int) -> [Float] {
        (0..<rows * stride).map { _ in Float.random(in: -1...1, using: &random) }
      }
      q = matrix(shape.queries)
      k = matrix(shape.keys)
      v = matrix(shape.keys)
      dout = matrix(shape.queries)
    }

    var arguments: attention_shape {
      attention_shape(
        queries: shape.queries, keys: shape.keys, width: shape.width, query_stride: stride,
        key_stride: stride, output_stride: stride, scale: 0.7, causal: shape.isCausal ? 1 : 0,
        window: shape.window)
    }

    func probabilities(_ q: [Double], _ k: [Double]) -> [[Double]] {
      (0..<shape.queries).map { i in
        let terms = (0..<shape.keys).map { j -> Double in
          let isHidden =
            shape.isCausal && (j > i || (shape.window > 0 && j + shape.window <= i))
          if isHidden { return 0 }
          return exp(
            0.7 * (0..<shape.width).reduce(0) { $0 + q[i * stride + $1] * k[j * stride + $1] })
        }
        let sum = terms.reduce(0, +)
        return terms.map { sum > 0 ? $0 / sum : 0 }
      }
    }

    /// The sum of out · dout, whose derivatives the backward pass gives.
    func objective(_ q: [Double], _ k: [Double], _ v: [Double]) -> Double {
      let p = probabilities(q, k)
      var total = 0.0
      for i in 0..<shape.queries {
        for d in 0..<shape.width {
          let out = (0..<shape.keys).reduce(0.0) { $0 + p[i][$1] * v[$1 * stride + d] }
          total += out * Double(dout[i * stride + d])
        }
      }
      return total
    }
  }

  @Test(arguments: shapes)
  func `attention and its derivatives match the formula`(shape: Shape) {
    let problem = Problem(shape)
    let (q, k, v, dout) = (problem.q, problem.k, problem.v, problem.dout)
    var arguments = problem.arguments
    let length = attention_padded_keys(&arguments)
    var scratch = [Float](repeating: .nan, count: attention_scratch(&arguments))
    var p = [Float](repeating: .nan, count: shape.queries * length)
    var out = [Float](repeating: 5, count: shape.queries * problem.stride)
    attention_forward(&arguments, q, k, v, &out, &p, nil, 0, &scratch)

    let (q64, k64, v64) = (q.map(Double.init), k.map(Double.init), v.map(Double.init))
    let exact = problem.probabilities(q64, k64)
    for i in 0..<shape.queries {
      for d in 0..<shape.width {
        let expected = (0..<shape.keys).reduce(0.0) {
          $0 + exact[i][$1] * v64[$1 * problem.stride + d]
        }
        #expect(abs(Double(out[i * problem.stride + d]) - expected) < 2e-6)
      }
      // What lies between the heads belongs to others.
      #expect(out[i * problem.stride + shape.width] == 5)
    }

    var (dq, dk, dv) = (
      [Float](repeating: 0, count: q.count), [Float](repeating: 0, count: k.count),
      [Float](repeating: 0, count: v.count)
    )
    attention_backward(&arguments, q, k, v, p, dout, &dq, &dk, &dv, nil, 0, &scratch)
    // A few elements of each, chosen to fall on first and last rows and columns.
    for (rows, matrix) in [(shape.queries, 0), (shape.keys, 1), (shape.keys, 2)] {
      for (row, column) in [(0, 0), (rows - 1, shape.width - 1), (rows / 2, shape.width / 2)] {
        let index = row * problem.stride + column
        func objective(_ shift: Double) -> Double {
          var inputs = [q64, k64, v64]
          inputs[matrix][index] += shift
          return problem.objective(inputs[0], inputs[1], inputs[2])
        }
        let slope = (objective(1e-5) - objective(-1e-5)) / 2e-5
        let found = Double([dq, dk, dv][matrix][index])
        #expect(
          abs(found - slope) < 2e-5 * max(1, abs(slope)), "matrix \(matrix), \(row), \(column)")
      }
    }
  }

  @Test func `dropout in attention drops the same weights forward and backward`() {
    let problem = Problem(Shape(queries: 9, keys: 9, width: 4))
    var arguments = problem.arguments
    let length = attention_padded_keys(&arguments)
    var scratch = [Float](repeating: 0, count: attention_scratch(&arguments))
    var mask = dropout_mask(key: 77, threshold: UInt32(0.4 * 0x1p32), scale: 1 / 0.6)
    var p = [Float](repeating: 0, count: 9 * length)
    var out = [Float](repeating: 0, count: 9 * problem.stride)
    func objective(_ v: [Float]) -> Double {
      attention_forward(&arguments, problem.q, problem.k, v, &out, &p, &mask, 100, &scratch)
      return (0..<9).reduce(0) { total, i in
        (0..<4).reduce(total) {
          $0 + Double(out[i * problem.stride + $1] * problem.dout[i * problem.stride + $1])
        }
      }
    }
    let base = objective(problem.v)
    var (dq, dk) = ([Float](repeating: 0, count: problem.q.count), problem.k.map { _ in Float(0) })
    var dv = dk
    attention_backward(
      &arguments, problem.q, problem.k, problem.v, p, problem.dout, &dq, &dk, &dv, &mask, 100,
      &scratch)
    for row in 0..<9 {
      var shifted = problem.v
      shifted[row * problem.stride + 1] += 0.5
      // The output is linear in v.
      let slope = (objective(shifted) - base) / 0.5
      #expect(abs(Double(dv[row * problem.stride + 1]) - slope) < 1e-5)
    }
  }
}
