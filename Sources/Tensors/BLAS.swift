import COpenBLAS

/// Why there is no matrix multiplication.
package enum BLASError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The dynamic loader found no OpenBLAS; `reason` is what it said.
  case notFound(reason: String)
  /// A library of OpenBLAS's name lacks a function.
  case missingSymbol(name: String)

  package var description: String {
    switch self {
    case .notFound(let reason):
      "OpenBLAS was not found (\(reason)); install it with `apt install libopenblas0`"
    case .missingSymbol(let name):
      """
      the library libopenblas.so.0 has no function \(name); install Debian's OpenBLAS with \
      `apt install libopenblas0`
      """
    }
  }
}

/// Matrix products by OpenBLAS, one thread for each call.
///
/// The library is loaded at first use, or by `load()`. Products may run on several threads at once;
/// the same product gives the same bits on any thread.
package enum BLAS {
  /// How a matrix enters a product.
  package enum Operand: Sendable {
    case plain, transposed
  }

  /// Loads OpenBLAS, once for the process.
  ///
  /// Best called before other threads start, because it sets environment variables for a moment:
  /// one thread, and the kernels for processors that OpenBLAS takes for older ones.
  package static func load() throws(BLASError) {
    switch blas_load() {
    case BLAS_LOADED: return
    case BLAS_MISSING_SYMBOL: throw .missingSymbol(name: String(cString: blas_load_detail()))
    default: throw .notFound(reason: String(cString: blas_load_detail()))
    }
  }

  /// The kernels in use, such as `SkylakeX`; empty where OpenBLAS cannot be loaded.
  package static var coreName: String { String(cString: blas_core_name()) }

  /// OpenBLAS's own description of its version and build; empty where it cannot be loaded.
  package static var configuration: String { String(cString: blas_configuration()) }

  private static let isLoaded = blas_load() == BLAS_LOADED

  /// c = scale · a · b + (accumulating ? c : 0), each operand as its `Operand` says.
  ///
  /// Shapes: op(a) is [c.rows, k], op(b) is [k, c.columns]. `BLAS.load()` must have succeeded.
  package static func multiply(
    _ a: Matrix, _ aOperand: Operand = .plain, _ b: Matrix, _ bOperand: Operand = .plain,
    scale: Float = 1, into c: Matrix, accumulating: Bool = false
  ) {
    precondition(isLoaded, "BLAS.load() comes before the first product")
    let (m, k) = aOperand == .plain ? (a.rows, a.columns) : (a.columns, a.rows)
    let (inner, n) = bOperand == .plain ? (b.rows, b.columns) : (b.columns, b.rows)
    precondition(
      inner == k && c.rows == m && c.columns == n,
      "product of [\(m), \(k)] and [\(inner), \(n)] into [\(c.rows), \(c.columns)]")
    guard m > 0, n > 0 else { return }
    blas_sgemm(
      aOperand == .plain ? CblasNoTrans : CblasTrans,
      bOperand == .plain ? CblasNoTrans : CblasTrans,
      blasint(m), blasint(n), blasint(k), scale, a.base, blasint(a.stride), b.base,
      blasint(b.stride), accumulating ? 1 : 0, c.base, blasint(c.stride))
  }
}
