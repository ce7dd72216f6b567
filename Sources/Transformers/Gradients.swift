import CKernels
import Tensors

/// Derivatives of a loss by all parameters of a model, or sums of such.
///
/// One block of memory with a matrix for each parameter, so that sums run over one array. Not for
/// writing from several threads at once, except to ranges that do not overlap.
package final class Gradients {
  package let table: ParameterTable
  package let elements: UnsafeMutableBufferPointer<Float>
  private let offsets: [Int]

  /// Zeros.
  ///
  /// - Parameter isIncluded: which parameters have room here; all unless given.
  package init(
    table: ParameterTable,
    including isIncluded: (ParameterTable.Entry) -> Bool = { _ in true }
  ) {
    self.table = table
    offsets = Self.offsets(of: table, including: isIncluded)
    let count = offsets.last!
    let raw = UnsafeMutableRawPointer.allocate(byteCount: 4 * max(count, 1), alignment: 64)
    elements = UnsafeMutableBufferPointer(
      start: raw.bindMemory(to: Float.self, capacity: count), count: count)
    elements.initialize(repeating: 0)
  }

  deinit { UnsafeMutableRawPointer(elements.baseAddress!).deallocate() }

  /// Where each parameter starts, and behind the last one the number of floats in all; whole cache
  /// lines, so that two workers' parameters never share one.
  private static func offsets(
    of table: ParameterTable, including isIncluded: (ParameterTable.Entry) -> Bool
  ) -> [Int] {
    table.entries.reduce(into: [0]) { offsets, entry in
      offsets.append(offsets.last! + (isIncluded(entry) ? (entry.count + 15) / 16 * 16 : 0))
    }
  }

  /// Whether there is room for a parameter's gradient.
  func includes(_ id: ParameterID) -> Bool { offsets[id.index + 1] > offsets[id.index] }

  /// The gradient of a parameter, shaped like `Tape.weights`.
  package subscript(id: ParameterID) -> Matrix {
    let shape = table[id].shape
    let count = table[id].count
    precondition(count == 0 || includes(id), "\(table[id].name) has no gradient here")
    let rows = shape.count < 2 ? 1 : shape[0]
    return Matrix(
      elements.baseAddress! + offsets[id.index], rows: rows, columns: rows == 0 ? 0 : count / rows)
  }

  package func setToZero() { elements.update(repeating: 0) }

  /// Adds another one's elements of a range.
  package func add(_ other: Gradients, range: Range<Int>? = nil) {
    let range = range ?? 0..<elements.count
    elementwise_add(
      other.elements.baseAddress! + range.lowerBound, 1, elements.baseAddress! + range.lowerBound,
      range.count)
  }

  /// The 2-norm of all elements together.
  package var norm: Double {
    elementwise_sum_of_squares(elements.baseAddress, elements.count).squareRoot()
  }
}
