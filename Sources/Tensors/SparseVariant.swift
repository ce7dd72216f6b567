import CKernels

/// The instructions that sparse products are computed with.
///
/// All give results that differ by rounding alone; products with AVX2 and with AVX-512 are the same
/// bits, gradients of weights are not.
package enum SparseVariant: CaseIterable, Sendable, CustomStringConvertible {
  /// What every processor of the architecture has: SSE2, or NEON.
  case baseline
  case avx2
  case avx512

  /// The fastest that this processor runs.
  package static let best = allCases.first { $0.kernel == sparse_best_variant() } ?? .baseline

  /// Those that this processor runs.
  package static var runnable: [SparseVariant] {
    allCases.filter { sparse_variant_runs($0.kernel) != 0 }
  }

  package var description: String { String(cString: sparse_variant_name(kernel)) }

  var kernel: sparse_variant {
    switch self {
    case .baseline: SPARSE_BASELINE
    case .avx2: SPARSE_AVX2
    case .avx512: SPARSE_AVX512
    }
  }
}
