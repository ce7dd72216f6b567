import CKernels
import Experiments
import Tensors

/// What a plan removes from one matrix, ready to be applied to its weights.
///
/// Removed weights become +0, in whatever type they are stored.
package struct MaskRule: Sendable {
  private enum Choice {
    case nothing
    /// Weights below the threshold, and the first so many that equal it.
    case smallest(threshold: MagnitudeKey, ties: Int)
    /// Weights whose random hash is at most the cutoff.
    case random(stream: UInt64, cutoff: UInt64)
    /// The smallest so many of each group along the inputs.
    case groups(size: Int, removed: Int)
  }

  private let choice: Choice
  private let matrix: PrunableMatrices.Matrix

  /// - Parameter index: of the matrix in matrix order.
  package init(_ plan: PruningPlan, matrix index: Int, of prunable: PrunableMatrices) {
    matrix = prunable.matrices[index]
    let removed = plan.pruned[index]
    guard removed > 0 else {
      choice = .nothing
      return
    }
    switch plan.request.method {
    case .magnitude:
      choice =
        plan.thresholds[index].map {
          .smallest(threshold: MagnitudeKey($0), ties: plan.ties[index])
        }
        ?? .nothing
    case .random(_, let seed):
      let stream = Self.stream(seed: seed, name: matrix.description.name)
      choice = .random(
        stream: stream, cutoff: random_cutoff(stream, matrix.description.weights, removed))
    case .nm(let groupSize):
      choice = .groups(size: groupSize, removed: removed * groupSize / matrix.description.weights)
    }
  }

  /// Removes from the weights as `Checkpoint.floats` gives them.
  package func apply(to floats: UnsafeMutableBufferPointer<Float>) {
    apply(to: UnsafeMutableRawBufferPointer(floats), .float32)
  }

  /// Removes from the weights as `Checkpoint.floats` gives them.
  package func apply(to floats: inout [Float]) {
    floats.withUnsafeMutableBufferPointer { apply(to: $0) }
  }

  /// Removes from the weights in the type in which the file holds them, bit by bit the same ones.
  package func apply(toStored bytes: UnsafeMutableRawBufferPointer) {
    apply(to: bytes, matrix.tensor.elementType)
  }

  /// The mask for the weights as the file holds them.
  package func mask(of bytes: UnsafeRawBufferPointer) -> Mask {
    mask(of: bytes, matrix.tensor.elementType)
  }

  /// The mask for the weights as `Checkpoint.floats` gives them.
  package func mask(of floats: [Float]) -> Mask {
    floats.withUnsafeBytes { mask(of: $0, .float32) }
  }

  // MARK: The work

  private func apply(to bytes: UnsafeMutableRawBufferPointer, _ type: ElementType) {
    let count = checkedCount(bytes.count, type)
    guard let start = bytes.baseAddress, let stored = type.storedType else { return }
    switch choice {
    case .nothing:
      break
    case .smallest(let threshold, let ties):
      remove_smallest(stored, start, count, threshold.bits, ties)
    case .random, .groups:
      let mask = mask(of: UnsafeRawBufferPointer(bytes), type)
      remove_unkept(start, type.byteCount, count, mask.words)
    }
  }

  private func mask(of bytes: UnsafeRawBufferPointer, _ type: ElementType) -> Mask {
    let count = checkedCount(bytes.count, type)
    guard let start = bytes.baseAddress, let stored = type.storedType else {
      return Mask(keepingAll: count)
    }
    switch choice {
    case .nothing:
      return Mask(keepingAll: count)
    case .smallest(let threshold, let ties):
      return Mask(count: count) { mask_smallest(stored, start, count, threshold.bits, ties, $0) }
    case .random(let stream, let cutoff):
      return Mask(count: count) { mask_random(stream, count, cutoff, $0) }
    case .groups(let size, let removed):
      let floats = [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
        if let target = buffer.baseAddress { widen(stored, start, target, count) }
        initialized = count
      }
      // Along the inputs neighbours are next to each other, or an output apart in [in, out].
      let (outer, stride) = matrix.isTransposed ? (1, matrix.outputs) : (matrix.outputs, 1)
      return Mask(count: count) {
        mask_groups(floats, outer, matrix.inputs, stride, size, removed, $0)
      }
    }
  }

  private func checkedCount(_ bytes: Int, _ type: ElementType) -> Int {
    let count = bytes / type.byteCount
    precondition(
      count == matrix.description.weights,
      "\(matrix.description.name) has \(matrix.description.weights) weights, not \(count)")
    return count
  }

  /// The random stream of a matrix: by its name, so that leaving another out changes nothing here.
  private static func stream(seed: UInt64, name: String) -> UInt64 {
    // FNV-1a, then a mixing step that spreads the seed's few bits over all.
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    hash = (hash ^ seed) &* 0xBF58_476D_1CE4_E5B9
    return hash ^ hash >> 32
  }
}
