/// A view of a matrix of floats that somebody else owns: a workspace, a tensor, a gradient.
///
/// Rows are contiguous and lie `stride` floats apart. The view does not keep its memory alive.
package struct Matrix {
  package let base: UnsafeMutablePointer<Float>
  package let rows: Int
  package let columns: Int
  package let stride: Int

  package init(
    _ base: UnsafeMutablePointer<Float>, rows: Int, columns: Int, stride: Int? = nil
  ) {
    precondition(rows >= 0 && columns >= 0, "a matrix of [\(rows), \(columns)]")
    self.base = base
    self.rows = rows
    self.columns = columns
    self.stride = stride ?? columns
    precondition(self.stride >= columns, "rows of \(columns) floats every \(self.stride)")
  }

  package var count: Int { rows * columns }
  package var isDense: Bool { stride == columns || rows <= 1 }

  /// The elements in row-major order; the matrix must be dense.
  package var elements: UnsafeMutableBufferPointer<Float> {
    precondition(isDense, "the elements of a slice are not contiguous")
    return UnsafeMutableBufferPointer(start: base, count: count)
  }

  package func row(_ index: Int) -> UnsafeMutableBufferPointer<Float> {
    precondition((0..<rows).contains(index), "row \(index) of \(rows)")
    return UnsafeMutableBufferPointer(start: base + index * stride, count: columns)
  }

  /// The columns of a range, as a view of the same memory.
  package func columns(_ range: Range<Int>) -> Matrix {
    precondition(range.lowerBound >= 0 && range.upperBound <= columns, "columns \(range)")
    return Matrix(base + range.lowerBound, rows: rows, columns: range.count, stride: stride)
  }

  /// The rows of a range, as a view of the same memory.
  package func rows(_ range: Range<Int>) -> Matrix {
    precondition(range.lowerBound >= 0 && range.upperBound <= rows, "rows \(range)")
    return Matrix(
      base + range.lowerBound * stride, rows: range.count, columns: columns, stride: stride)
  }
}
