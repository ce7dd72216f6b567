import Checkpoints
import Experiments
import Glibc
import Synchronization

/// Exact ranks of |w| in every prunable matrix, for answers within a key press.
///
/// Takes about a byte a weight for float32 matrices of BERT-base's sizes and next to nothing for
/// 16-bit types. Once built it never reads the weights again.
package final class MagnitudeIndex: Sendable {
  package let prunable: PrunableMatrices
  package let matrices: [MatrixDescription]
  /// The distribution of each matrix, in matrix order.
  package let magnitudes: [MatrixMagnitudes]
  /// Weights of each matrix that are zero.
  let zeros: [Int]

  private init(_ prunable: PrunableMatrices, _ magnitudes: [MatrixMagnitudes]) {
    self.prunable = prunable
    matrices = prunable.descriptions
    self.magnitudes = magnitudes
    zeros = magnitudes.map { $0.count(below: MagnitudeKey(0).next) }
  }

  /// Memory that the index takes, in bytes.
  package var byteCount: Int { magnitudes.reduce(0) { $0 + $1.byteCount } }

  /// Builds the index matrix by matrix on threads of its own, and waits for them.
  ///
  /// - Parameters:
  ///   - threads: how many matrices are worked on at once.
  ///   - onMatrix: told on the threads of each matrix that is done, roughly in matrix order.
  ///   - isCancelled: asked on the threads before each matrix.
  /// - Throws: `PruningError.notANumber` for the first matrix found with a NaN weight,
  ///   `PruningError.cancelled`, or what went wrong reading the file.
  package static func build(
    _ prunable: PrunableMatrices, threads: Int = 2,
    onMatrix: @Sendable (Int, MatrixMagnitudes) -> Void = { _, _ in },
    isCancelled: @Sendable () -> Bool = { false }
  ) throws(PruningError) -> MagnitudeIndex {
    let matrices = prunable.matrices
    let results = Mutex([MatrixMagnitudes?](repeating: nil, count: matrices.count))
    let failure = Mutex<PruningError?>(nil)
    let next = Atomic(0)
    Threads.run(min(threads, matrices.count)) {
      var scratch = Scratch()
      while failure.withLock({ $0 == nil }) {
        let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard index < matrices.count else { return }
        do throws(PruningError) {
          if isCancelled() { throw .cancelled }
          let magnitudes = try scratch.rank(matrices[index], in: prunable.checkpoint)
          results.withLock { $0[index] = magnitudes }
          onMatrix(index, magnitudes)
        } catch {
          failure.withLock { $0 = $0 ?? error }
        }
      }
    }
    if let error = failure.withLock({ $0 }) { throw error }
    return MagnitudeIndex(prunable, results.withLock { $0.compactMap(\.self) })
  }

  /// One thread's memory for sorting, kept from matrix to matrix.
  private struct Scratch: ~Copyable {
    private var keys = UnsafeMutableBufferPointer<UInt32>(start: nil, count: 0)

    deinit { keys.deallocate() }

    mutating func rank(
      _ matrix: PrunableMatrices.Matrix, in checkpoint: Checkpoint
    ) throws(PruningError) -> MatrixMagnitudes {
      let needed = matrix.tensor.elementType.byteCount > 2 ? 2 * matrix.tensor.count : 0
      if keys.count < needed {
        keys.deallocate()
        keys = .allocate(capacity: needed)
      }
      do {
        return try checkpoint.withBytes(of: matrix.tensor) {
          try MatrixMagnitudes($0, matrix.tensor, scratch: keys)
        }
      } catch let error as CheckpointError {
        throw .checkpoint(error)
      } catch let error as PruningError {
        throw error
      } catch {
        preconditionFailure("reading a tensor gave an error of another kind: \(error)")
      }
    }
  }
}
