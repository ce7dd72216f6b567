import CKernels
import Checkpoints
import Tensors

/// The exact distribution of |w| in one matrix, in about a byte a weight.
///
/// Magnitudes are ranked as `Float`s: a double by its nearest `Float`. Infinities are magnitudes
/// like others, the largest; zeros of either sign are equal.
package final class MatrixMagnitudes: @unchecked Sendable {
  // Unchecked because of the pointer alone: what it points to is never changed.
  private let ranks: OpaquePointer
  /// Weights in the matrix.
  package let count: Int

  /// Ranks stored weights.
  ///
  /// - Parameters:
  ///   - scratch: at least `2 * count` keys, where the type is wider than 16 bits.
  ///   - tensor: names the matrix in errors.
  init(
    _ bytes: UnsafeRawBufferPointer, _ tensor: TensorInfo,
    scratch: UnsafeMutableBufferPointer<UInt32>
  ) throws(PruningError) {
    guard let type = tensor.elementType.storedType else {
      throw .checkpoint(
        .notFloatingPoint(file: tensor.file, tensor: tensor.name, type: tensor.elementType))
    }
    guard tensor.count <= UInt32.max else {
      throw .tooLarge(file: tensor.file, tensor: tensor.name, weights: tensor.count)
    }
    var nanIndex = 0
    guard
      let ranks = magnitude_ranks_build(
        type, bytes.baseAddress, tensor.count, scratch.baseAddress, &nanIndex)
    else {
      throw .notANumber(file: tensor.file, tensor: tensor.name, index: nanIndex)
    }
    self.ranks = ranks
    count = tensor.count
  }

  deinit { magnitude_ranks_free(ranks) }

  /// The largest magnitude; 0 where there are no weights.
  package var maximum: Float { Float(bitPattern: magnitude_ranks_maximum(ranks)) }

  /// Memory that the distribution takes, in bytes.
  package var byteCount: Int { magnitude_ranks_bytes(ranks) }

  /// How many weights have |w| < magnitude.
  package func count(below magnitude: Float) -> Int {
    count(below: MagnitudeKey(magnitude))
  }

  /// How many weights have a key below this one.
  func count(below key: MagnitudeKey) -> Int {
    Int(magnitude_ranks_below(ranks, key.bits))
  }

  /// Counts |w| between consecutive edges: `edges.count - 1` bins, the last one closed above.
  package func histogram(edges: [Float]) -> [Int] {
    guard let last = edges.last, edges.count > 1 else { return [] }
    var below = edges.dropLast().map { count(below: $0) }
    below.append(count(below: MagnitudeKey(last).next))
    return zip(below.dropFirst(), below).map { max($0 - $1, 0) }
  }
}

/// A magnitude as an integer of the same order: the bits of a `Float` that is not negative.
struct MagnitudeKey: Comparable {
  var bits: UInt32

  init(bits: UInt32) { self.bits = bits }

  /// Anything below zero, and NaN, counts as zero.
  init(_ magnitude: Float) { bits = magnitude > 0 ? magnitude.bitPattern : 0 }

  /// The next larger magnitude's.
  var next: MagnitudeKey { MagnitudeKey(bits: bits + 1) }

  var magnitude: Float { Float(bitPattern: bits) }

  static func < (a: MagnitudeKey, b: MagnitudeKey) -> Bool { a.bits < b.bits }
}
