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

  /// How much faster than dense the packed form has to be, so that noise does not choose it.
  private static let margin = 1.08
  /// Multiply-adds of the measured products, by which all of it stays below 50 ms.
  private static let evaluationWork = 1 << 27
  private static let trainingWork = 1 << 25
  private static let densities = (low: 0.15, high: 0.6)
  private static let turns = 3

  /// Measures the density below which packed weights are faster; BLAS must be loaded.
  ///
  /// The time of packed weights is a straight line in their number, so two densities tell it. Rows
  /// of the weights do not know of each other, so some of them stand for all.
  func measuredDensity() -> Double {
    let work = forTraining ? Self.trainingWork : Self.evaluationWork
    let rows = min(shape.outputs, max(64, work / (tokens * shape.inputs)))
    let trial = KernelTrial(
      outputs: rows, inputs: shape.inputs, tokens: tokens, forTraining: forTraining)
    let low = trial.packed(density: Self.densities.low)
    let high = trial.packed(density: Self.densities.high)
    var best = [Double](repeating: .infinity, count: 3)
    for _ in 0..<Self.turns {
      // By turns, so that what else the machine does meets all alike.
      best[0] = min(best[0], trial.seconds { trial.multiplyDense() })
      best[1] = min(best[1], trial.seconds { trial.multiply(low) })
      best[2] = min(best[2], trial.seconds { trial.multiply(high) })
    }
    return Self.crossing(dense: best[0], low: best[1], high: best[2])
  }

  /// Where the line through the times of the two densities reaches that of dense weights.
  static func crossing(dense: Double, low: Double, high: Double) -> Double {
    let goal = dense / margin
    let slope = (high - low) / (densities.high - densities.low)
    guard slope > 0 else { return low <= goal ? densities.high : 0 }
    return min(max(densities.low + (goal - low) / slope, 0), 1)
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
    return PackedWeights(weights, of: layer, kept: words, forTraining: forTraining)
  }

  func multiplyDense() {
    BLAS.multiply(x, .plain, weights, .transposed, into: y)
    guard forTraining else { return }
    BLAS.multiply(dy, .plain, weights, into: dx)
    BLAS.multiply(dy, .transposed, x, into: gradient.rows(0..<dy.columns))
  }

  func multiply(_ packed: PackedWeights) {
    SparseProduct.multiply(x, [SparseProduct(packed.forward, into: y)], in: workspace)
    guard let backward = packed.backward else { return }
    SparseProduct.multiply(dy, [SparseProduct(backward, into: dx)], in: workspace)
    packed.forward.weightGradient(
      x: [x], dy: [dy],
      into: UnsafeMutableBufferPointer(start: gradient.base, count: packed.forward.slots),
      accumulating: false, in: workspace)
  }

  func seconds(_ work: () -> Void) -> Double {
    let began = ContinuousClock.now
    work()
    return (ContinuousClock.now - began) / .seconds(1)
  }
}
