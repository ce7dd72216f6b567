/// How a matrix that has been pruned lies in a file.
package enum StorageFormat: String, Sendable, Hashable, Codable, CaseIterable {
  /// Every weight, zeros too.
  case dense
  /// A bit a weight, and the values that are not zero; compressed-tensors' sparse-bitmask.
  case bitmask
  /// Compressed sparse rows: the values that are not zero, each with its column.
  case csr
}

extension StorageFormat {
  /// Bytes of a matrix in a file.
  ///
  /// - Parameters:
  ///   - rows: as the file holds the matrix, and so the columns.
  ///   - nonzero: weights that are not zero.
  ///   - width: bytes of a weight.
  package func byteCount(rows: Int, columns: Int, nonzero: Int, width: Int) -> Int {
    let shape = 2 * 8
    switch self {
    case .dense: return rows * columns * width
    case .bitmask: return nonzero * width + rows * ((columns + 7) / 8) + rows * 8 + shape
    case .csr:
      return nonzero * (width + Self.columnWidth(columns))
        + (rows + 1) * Self.rowStartWidth(nonzero) + shape
    }
  }

  /// Bytes of a column's index in compressed rows: unsigned 16 bits where they suffice.
  package static func columnWidth(_ columns: Int) -> Int { columns <= 1 << 16 ? 2 : 4 }

  /// Bytes of a row's start in compressed rows: signed 32 bits where they suffice.
  package static func rowStartWidth(_ nonzero: Int) -> Int { nonzero <= Int32.max ? 4 : 8 }

  /// Whether the format can hold a matrix of that name and so many columns: compressed-tensors names
  /// a bitmask after the module whose `weight` it is, and columns of CSR have at most 31 bits.
  package func holds(_ name: String, columns: Int) -> Bool {
    switch self {
    case .dense: true
    case .bitmask: name.hasSuffix(".weight") && name.utf8.count > ".weight".utf8.count
    case .csr: columns <= Int32.max
    }
  }
}
