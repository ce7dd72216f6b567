import Tensors
import Transformers

/// Products of one shape, whose time depends on how many weights are left.
struct KernelProblem: Sendable, Hashable, Codable {
  var shape: KernelShape
  /// Rows of the activations: a power of two from 32 to 512.
  var tokens: Int
  /// Whether both gradients count.
  var forTraining: Bool

  init(shape: KernelShape, tokens: Int, forTraining: Bool) {
    self.shape = shape
    var rounded = 32
    while rounded < 512, 3 * rounded <= 2 * tokens { rounded *= 2 }
    self.tokens = rounded
    self.forTraining = forTraining
  }

  /// Multiply-adds of the measured products, by which all of it stays below 50 ms.
  private static let evaluationWork = 1 << 27
  private static let trainingWork = 1 << 25
  private static let turns = 3

  /// Measures the products on this thread; BLAS must be loaded.
  ///
  /// Rows of the weights do not know of each other, so some of them stand for all.
  func measure() -> KernelTimes {
    let work = forTraining ? Self.trainingWork : Self.evaluationWork
    let rows = min(shape.outputs, max(64, work / (tokens * shape.inputs)))
    let trial = KernelTrial(
      outputs: rows, inputs: shape.inputs, tokens: tokens, forTraining: forTraining)
    let low = trial.packed(density: KernelTimes.densities.low)
    let high = trial.packed(density: KernelTimes.densities.high)
    let groups = forTraining ? nil : trial.packedByGroups()
    var best = [Double](repeating: .infinity, count: 4)
    for _ in 0..<Self.turns {
      // By turns, so that what else the machine does meets all alike.
      best[0] = min(best[0], trial.seconds { trial.multiplyDense() })
      best[1] = min(best[1], trial.seconds { trial.multiply(low) })
      best[2] = min(best[2], trial.seconds { trial.multiply(high) })
      if let groups { best[3] = min(best[3], trial.seconds { trial.multiply(groups) }) }
    }
    let times = best.map { $0 * Double(shape.outputs) / Double(max(rows, 1)) }
    return KernelTimes(
      dense: times[0], low: times[1], high: times[2], groups: groups.map { _ in times[3] })
  }
}

/// Random matrices of one shape with what is computed from them.
private struct KernelTrial {
  private let layer: PackableLayer
  private let workspace = Workspace()
  private let forTraining: Bool
  private let x, dx, y, dy, weights, gradient: Matrix

  init(outputs: Int, inputs: Int, tokens: Int, forTraining: Bool) {
    self.forTraining = forTraining
    layer = PackableLayer(outputs: outputs, inputs: inputs)
    x = workspace.matrix(rows: tokens, columns: inputs)
    y = workspace.matrix(rows: tokens, columns: outputs)
    weights = workspace.matrix(rows: outputs, columns: inputs)
    dx = workspace.matrix(rows: forTraining ? tokens : 0, columns: inputs)
    dy = workspace.matrix(rows: forTraining ? tokens : 0, columns: outputs)
    // Room for more slots than elements, since rows are filled up.
    gradient = workspace.matrix(rows: forTraining ? 2 * outputs : 0, columns: inputs)
    for matrix in [x, dy, weights] {
      // Nothing denormal, and nothing that grows: the values do not matter otherwise.
      for index in matrix.elements.indices {
        matrix.elements[index] = Float(index % 61) / 61 - 0.5
      }
    }
    gradient.elements.update(repeating: 0)
  }

  func packed(density: Double) -> PackedWeights {
    var random = RandomStream(seed: 1)
    let words = (0..<(weights.count + 63) / 64).map { _ in
      (0..<64).reduce(UInt64(0)) { word, bit in
        Double(random.uniform()) < density ? word | 1 << UInt64(bit) : word
      }
    }
    return forTraining
      ? PackedWeights(training: weights, of: layer, kept: words)
      : PackedWeights(weights, of: layer, kept: words)
  }

  /// Two weights of each four by lot, packed by groups; nil where four does not divide the inputs.
  func packedByGroups() -> PackedWeights? {
    guard layer.inputs.isMultiple(of: 4) else { return nil }
    var random = RandomStream(seed: 2)
    let pairs: [UInt64] = [0b0011, 0b0101, 0b0110, 0b1001, 0b1010, 0b1100]
    let words = (0..<(weights.count + 63) / 64).map { _ in
      (0..<16).reduce(UInt64(0)) { word, group in
        word | pairs[min(Int(random.uniform() * 6), 5)] << UInt64(4 * group)
      }
    }
    return PackedWeights(weights, of: layer, kept: words, pattern: (kept: 2, group: 4))
  }

  func multiplyDense() {
    BLAS.multiply(x, .plain, weights, .transposed, into: y)
    guard forTraining else { return }
    BLAS.multiply(dy, .plain, weights, into: dx)
    BLAS.multiply(dy, .transposed, x, into: gradient.rows(0..<dy.columns))
  }

  func multiply(_ packed: PackedWeights) {
    SparseProduct.multiply(x, [SparseProduct(packed.operand, into: y)], in: workspace)
    guard let trained = packed.trained else { return }
    SparseProduct.multiply(dy, [SparseProduct(trained.backward, into: dx)], in: workspace)
    trained.forward.weightGradient(
      x: [x], dy: [dy],
      into: UnsafeMutableBufferPointer(start: gradient.base, count: trained.forward.slots),
      accumulating: false, in: workspace)
  }

  func seconds(_ work: () -> Void) -> Double {
    let began = ContinuousClock.now
    work()
    return (ContinuousClock.now - began) / .seconds(1)
  }
}
