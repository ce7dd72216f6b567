import CKernels
import Tensors

/// A packed matrix in training: its gradient and AdamW's means, one number for each that is kept.
///
/// The dense weights and means are left as they are meanwhile, and brought up to date by `store`:
/// at a sparsity of 90 % a step then reads and writes a tenth of the memory.
///
/// Sendable because one thread at a time works on a matrix.
package final class PackedMatrixState: @unchecked Sendable {
  package let weights: PackedWeights
  private let forward: SparseMatrix
  private let backward: SparseMatrix
  /// The weights themselves, in the order of the forward form's slots like all numbers here; those
  /// that fill up its rows stay zero.
  package var values: UnsafeMutableBufferPointer<Float> { forward.values }
  let gradient: UnsafeMutableBufferPointer<Float>
  let mean: UnsafeMutableBufferPointer<Float>
  let variance: UnsafeMutableBufferPointer<Float>
  /// The slot of the forward form that each one of the backward form repeats; the largest number
  /// where it fills up.
  private let order: [UInt32]

  /// Takes over what the optimiser remembers of a matrix.
  ///
  /// - Parameters:
  ///   - weights: both forms.
  ///   - mean, variance: of the matrix, as it lies in memory.
  package init(_ weights: PackedWeights, mean: Matrix, variance: Matrix, in workspace: Workspace) {
    (forward, backward) = (weights.forTraining.forward, weights.forTraining.backward)
    let slots = forward.slots
    precondition(slots < UInt32.max, "\(slots) weights in one matrix")
    self.weights = weights
    (gradient, self.mean, self.variance) = (
      Self.zeros(slots), Self.zeros(slots), Self.zeros(slots)
    )
    forward.gather(mean, into: self.mean)
    forward.gather(variance, into: self.variance)

    // Numbers of slots travel through a dense matrix as the bits of floats.
    let mark = workspace.mark()
    defer { workspace.release(to: mark) }
    let numbers = UnsafeMutableBufferPointer(start: workspace.floats(slots), count: slots)
    for slot in 0..<slots { numbers[slot] = Float(bitPattern: UInt32(slot)) }
    let dense = workspace.matrix(rows: mean.rows, columns: mean.columns)
    forward.scatter(numbers, to: dense)
    let found = UnsafeMutableBufferPointer(
      start: workspace.floats(backward.slots), count: backward.slots)
    found.update(repeating: Float(bitPattern: .max))
    backward.gather(dense, into: found)
    order = found.map(\.bitPattern)
  }

  deinit { for buffer in [gradient, mean, variance] { buffer.deallocate() } }

  private static func zeros(_ count: Int) -> UnsafeMutableBufferPointer<Float> {
    let buffer = UnsafeMutableBufferPointer<Float>.allocate(capacity: count)
    buffer.initialize(repeating: 0)
    return buffer
  }

  /// Takes the gradient of the shards of a batch.
  ///
  /// - Returns: the sum of its squares.
  func collect(x: [Matrix], dy: [Matrix], accumulating: Bool, in workspace: Workspace) {
    forward.weightGradient(
      x: x, dy: dy, into: gradient, accumulating: accumulating, in: workspace)
  }

  var gradientSquares: Double {
    elementwise_sum_of_squares(gradient.baseAddress, gradient.count)
  }

  /// Makes the backward form's values those of the forward form, which a step has changed.
  package func follow() {
    let (values, target) = (forward.values, backward.values)
    for (slot, source) in order.enumerated() where source != .max {
      target[slot] = values[Int(source)]
    }
  }

  /// Writes weights and means to where the matrix lies; what is not kept is left alone.
  package func store(weights dense: Matrix, mean: Matrix, variance: Matrix) {
    forward.scatter(forward.values, to: dense)
    forward.scatter(self.mean, to: mean)
    forward.scatter(self.variance, to: variance)
  }
}
