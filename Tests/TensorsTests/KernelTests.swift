import CKernels
import Foundation
import Testing

/// The loops in C against plain formulas in double precision.
struct KernelTests {
  private static let inputs = stride(from: Float(-12), through: 12, by: 0.0137).map { $0 }

  private static func exact(_ kind: activation_kind, _ x: Double) -> Double {
    switch kind {
    case ACTIVATION_GELU: x * 0.5 * erfc(-x / 2.0.squareRoot())
    case ACTIVATION_GELU_TANH:
      0.5 * x * (1 + tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
    case ACTIVATION_RELU: max(x, 0)
    case ACTIVATION_SILU: x / (1 + exp(-x))
    default: tanh(x)
    }
  }

  @Test(
    arguments: [
      ACTIVATION_GELU, ACTIVATION_GELU_TANH, ACTIVATION_RELU, ACTIVATION_SILU, ACTIVATION_TANH,
    ].map(\.rawValue))
  func `functions and their derivatives are right to a few units of rounding`(kind: UInt32) {
    let kind = activation_kind(rawValue: kind)
    let inputs = Self.inputs
    var outputs = inputs
    elementwise_activation(kind, inputs, &outputs, inputs.count)
    var slopes = [Float](repeating: 0.5, count: inputs.count)
    let ones = [Float](repeating: 2, count: inputs.count)
    elementwise_activation_backward(kind, inputs, ones, &slopes, inputs.count, 1)
    for (index, input) in inputs.enumerated() {
      let x = Double(input)
      let expected = Self.exact(kind, x)
      #expect(abs(Double(outputs[index]) - expected) <= 4e-7 * max(1, abs(x)), "at \(x)")
      if kind == ACTIVATION_RELU, abs(x) < 1e-3 { continue }
      let slope = (Self.exact(kind, x + 1e-5) - Self.exact(kind, x - 1e-5)) / 2e-5
      #expect(abs(Double(slopes[index]) - 0.5 - 2 * slope) < 6e-6, "at \(x)")
    }
  }

  @Test func `functions keep to their limits far out, and NaN stays NaN`() {
    let far: [Float] = [-.infinity, -1e30, -100, 100, 1e30, .infinity, 0, -0.0]
    let limits: [(activation_kind, [Float])] = [
      (ACTIVATION_GELU, [.nan, 0, 0, 100, 1e30, .infinity, 0, 0]),
      (ACTIVATION_TANH, [-1, -1, -1, 1, 1, 1, 0, 0]),
    ]
    // Once as a vector and once as what is left behind it.
    for (kind, expected) in limits {
      for count in [8, 24] {
        let inputs = (0..<count).map { far[$0 % 8] }
        var outputs = inputs
        elementwise_activation(kind, inputs, &outputs, count)
        for (index, output) in outputs.enumerated() where !expected[index % 8].isNaN {
          #expect(output == expected[index % 8], "of \(inputs[index])")
        }
        let none = [Float](repeating: .nan, count: count)
        elementwise_activation(kind, none, &outputs, count)
        #expect(outputs.allSatisfy { $0.isNaN })
      }
    }
  }

  @Test func `functions take zero to zero, which panels rely on`() {
    let kinds = [
      ACTIVATION_GELU, ACTIVATION_GELU_TANH, ACTIVATION_RELU, ACTIVATION_SILU, ACTIVATION_TANH,
    ]
    for kind in kinds {
      let zeros = [Float](repeating: 0, count: 32)
      var outputs = [Float](repeating: 1, count: 32)
      elementwise_activation(kind, zeros, &outputs, 32)
      #expect(outputs == zeros)
    }
  }

  @Test func `functions may write over their input`() {
    var inPlace = Self.inputs
    var apart = Self.inputs
    elementwise_activation(ACTIVATION_GELU, Self.inputs, &apart, apart.count)
    inPlace.withUnsafeMutableBufferPointer {
      elementwise_activation(ACTIVATION_GELU, $0.baseAddress, $0.baseAddress, $0.count)
    }
    #expect(inPlace == apart)
  }

  @Test(arguments: [1, 3, 16, 17, 64, 100])
  func `a norm and its derivative match the formula`(columns: Int) {
    let rows = 3
    var random = SeededGenerator(state: UInt64(columns))
    let x = (0..<rows * columns).map { _ in Float.random(in: -2...3, using: &random) }
    let dy = (0..<rows * columns).map { _ in Float.random(in: -1...1, using: &random) }
    let weight = (0..<columns).map { _ in Float.random(in: 0.5...2, using: &random) }
    let bias = (0..<columns).map { _ in Float.random(in: -1...1, using: &random) }
    for kind in [NORM_LAYER, NORM_RMS] {
      func exact(_ x: [Double]) -> [Double] {
        let mean = kind == NORM_LAYER ? x.reduce(0, +) / Double(columns) : 0
        let variance = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(columns)
        return x.indices.map { index in
          (x[index] - mean) / (variance + 1e-5).squareRoot() * Double(weight[index])
            + (kind == NORM_LAYER ? Double(bias[index]) : 0)
        }
      }
      var y = x
      var statistics = [Float](repeating: 0, count: 2 * rows)
      rows_norm(
        kind, x, weight, kind == NORM_LAYER ? bias : nil, 1e-5, &y, &statistics, rows, columns)
      var dx = [Float](repeating: 0, count: x.count)
      var dweight = [Float](repeating: 0, count: columns)
      var dbias = dweight
      rows_norm_backward(
        kind, x, weight, statistics, dy, &dx, &dweight, &dbias, rows, columns, 0)
      for row in 0..<rows {
        let range = row * columns..<(row + 1) * columns
        let input = x[range].map(Double.init)
        for (value, expected) in zip(y[range], exact(input)) {
          #expect(abs(Double(value) - expected) < 3e-6)
        }
        for column in 0..<columns {
          var (above, below) = (input, input)
          above[column] += 1e-5
          below[column] -= 1e-5
          let slope = zip(zip(exact(above), exact(below)), dy[range])
            .reduce(0) { $0 + ($1.0.0 - $1.0.1) / 2e-5 * Double($1.1) }
          #expect(abs(Double(dx[row * columns + column]) - slope) < 2e-4 * max(1, abs(slope)))
        }
      }
    }
  }

  @Test(arguments: [1, 16, 17, 100], [1, 3, 4, 9])
  func `a sum and its norm in one pass are the same bits`(columns: Int, rows: Int) {
    var random = SeededGenerator(state: UInt64(columns + rows))
    func numbers(_ count: Int) -> [Float] {
      (0..<count).map { _ in Float.random(in: -2...3, using: &random) }
    }
    let (x, branch) = (numbers(rows * columns), numbers(rows * columns))
    let (weight, bias) = (numbers(columns), numbers(columns))
    for kind in [NORM_LAYER, NORM_RMS] {
      var found = x
      rows_add_norm(
        kind, &found, branch, weight, kind == NORM_LAYER ? bias : nil, 1e-5, rows, columns)
      var sum = x
      elementwise_add(branch, 1, &sum, sum.count)
      var expected = x
      // Row by row: a row's bits do not depend on those beside it.
      for row in 0..<rows {
        let range = row * columns..<(row + 1) * columns
        var y = [Float](repeating: 0, count: columns)
        rows_norm(
          kind, Array(sum[range]), weight, kind == NORM_LAYER ? bias : nil, 1e-5, &y, nil, 1,
          columns)
        expected.replaceSubrange(range, with: y)
      }
      #expect(found.map(\.bitPattern) == expected.map(\.bitPattern))
    }
  }

  @Test func `cross entropy is the formula's, with smoothing and with rows that do not count`() {
    let logits: [Float] = [1, 2, 0.5, -1, 30, -30, 0, 0, 0]
    let targets: [Int32] = [1, -100, 2]
    var gradient = [Float](repeating: 9, count: 9)
    let sum = rows_cross_entropy(logits, targets, 0.1, 0.5, &gradient, 3, 3)
    var expected = 0.0
    for (row, target) in targets.enumerated() where target >= 0 {
      let scores = logits[3 * row..<3 * row + 3].map { exp(Double($0)) }
      let total = scores.reduce(0, +)
      for (column, score) in scores.enumerated() {
        let share = (column == Int(target) ? 0.9 : 0) + 0.1 / 3
        expected -= share * log(score / total)
        #expect(abs(Double(gradient[3 * row + column]) - 0.5 * (score / total - share)) < 1e-7)
      }
    }
    #expect(abs(sum - expected) < 1e-6)
    #expect(gradient[3..<6] == [0, 0, 0])
  }

  @Test func `dropout keeps the right share, scales it, and draws the same mask again`() {
    let count = 100_000
    var mask = dropout_mask(key: 0x1234_5678_9abc_def0, threshold: UInt32(0.3 * 0x1p32), scale: 1.5)
    let ones = [Float](repeating: 1, count: count)
    var (first, again, other) = (ones, ones, ones)
    elementwise_dropout(&mask, 0, ones, &first, count, 0)
    elementwise_dropout(&mask, 0, ones, &again, count, 0)
    #expect(first == again)
    #expect(Set(first) == [0, 1.5])
    let kept = Double(first.count { $0 > 0 }) / Double(count)
    #expect(abs(kept - 0.7) < 0.006)
    // A part of the mask is the same however the array is cut.
    elementwise_dropout(&mask, 5000, ones, &again, 1000, 0)
    #expect(again[..<1000] == first[5000..<6000])
    mask.key += 1
    elementwise_dropout(&mask, 0, ones, &other, count, 0)
    let both = Double(zip(first, other).count { $0 > 0 && $1 > 0 }) / Double(count)
    #expect(abs(both - 0.49) < 0.008)
  }

  @Test func `an AdamW step is the formula's`() {
    var step = adamw_step(
      rate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, decay: 0.1, correction1: 0.19,
      correction2: 0.001999, gradient_scale: 0.5)
    let gradient: [Float] = [0.2, -4, 0, 1e-4]
    var weight: [Float] = [1, -2, 3, 0]
    var mean: [Float] = [0.1, 0.1, 0, 0]
    var variance: [Float] = [0.01, 0.2, 0, 0]
    let before = (weight, mean, variance)
    elementwise_adamw(&step, gradient, &weight, &mean, &variance, 4)
    for index in 0..<4 {
      let g = Double(gradient[index]) / 2
      let m = 0.9 * Double(before.1[index]) + 0.1 * g
      let v = 0.999 * Double(before.2[index]) + 0.001 * g * g
      let expected =
        Double(before.0[index]) * (1 - 0.001) - 0.01 * (m / 0.19)
        / ((v / 0.001999).squareRoot() + 1e-8)
      #expect(abs(Double(weight[index]) - expected) < 1e-6)
      #expect(abs(Double(mean[index]) - m) < 1e-7)
      #expect(abs(Double(variance[index]) - v) < 1e-7)
    }
  }
}

/// The kernels that train under a mask.
struct MaskedKernelTests {
  /// Counts around whole words of a mask, and its bits.
  private static let counts = [1, 63, 64, 65, 200]

  private static func mask(_ count: Int) -> [UInt64] {
    var generator = SeededGenerator(state: 5)
    return (0..<(count + 63) / 64).map { _ in generator.next() }
  }

  private static func isKept(_ index: Int, _ mask: [UInt64]) -> Bool {
    mask[index / 64] >> UInt64(index % 64) & 1 == 1
  }

  @Test(arguments: counts) func `gradients that are not kept become zero`(count: Int) {
    let mask = Self.mask(count)
    var gradient = (0..<count).map { Float($0 + 1) / 7 }
    let expected = gradient.indices.map { Self.isKept($0, mask) ? gradient[$0] : 0 }
    let sum = elementwise_mask_and_sum_squares(&gradient, mask, count)
    #expect(gradient == expected)
    let squares = expected.reduce(0.0) { $0 + Double($1) * Double($1) }
    #expect(abs(sum - squares) <= 1e-12 * squares)
  }

  @Test(arguments: counts) func `the masked AdamW step is the plain one, and counts`(count: Int) {
    let mask = Self.mask(count)
    var step = adamw_step(
      rate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, decay: 0.1, correction1: 0.1,
      correction2: 0.001, gradient_scale: 1)
    let gradient = (0..<count).map { Self.isKept($0, mask) ? Float($0 % 5) - 1.5 : 0 }
    var weight = (0..<count).map { Self.isKept($0, mask) ? Float($0 % 3) + 1 : 0 }
    var (mean, variance) = (
      [Float](repeating: 0, count: count), [Float](repeating: 0, count: count)
    )
    var plain = (weight, mean, variance)
    elementwise_adamw(&step, gradient, &plain.0, &plain.1, &plain.2, count)
    let revived = elementwise_adamw_masked(
      &step, gradient, &weight, &mean, &variance, mask, count)
    #expect(revived == 0)
    for index in 0..<count {
      #expect(abs(weight[index] - plain.0[index]) <= 1e-6)
      #expect(mean[index] == plain.1[index] && variance[index] == plain.2[index])
    }
    for index in 0..<count where !Self.isKept(index, mask) {
      #expect(weight[index].bitPattern == 0)
      weight[index] = 1
    }
    let removed = (0..<count).count { !Self.isKept($0, mask) }
    #expect(
      elementwise_adamw_masked(&step, gradient, &weight, &mean, &variance, mask, count)
        == removed)
  }
}

/// A generator that gives the same numbers every time.
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return state ^ (state >> 33)
  }
}
