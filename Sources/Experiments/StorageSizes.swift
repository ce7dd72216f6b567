/// What the model of a plan takes in each storage format, to the byte.
///
/// Counted are the tensors' data; the header of a file comes on top, some kilobytes that depend on
/// the names.
package struct StorageSizes: Sendable, Hashable {
  /// The prunable matrices in one format.
  package struct Layout: Sendable, Hashable {
    /// Bytes of the prunable matrices when every one has the format.
    package var everywhere = 0
    /// Bytes of the prunable matrices as `prune` writes them: those have the format that it makes
    /// smaller, and the others stay dense.
    package var written = 0
    /// The matrices that it makes smaller.
    package var matrices = 0
  }

  /// Bytes of the prunable matrices, every weight being there.
  package let dense: Int
  /// Bytes of all other tensors.
  package let others: Int
  package let bitmask: Layout
  package let csr: Layout
  /// As processors with 2:4 units store it: two values of four, and two bits for the place of each.
  /// nil where the plan does not leave at least two zeros in each four.
  package let twoFour: Layout?

  /// - Parameter modelBytes: of all tensors, every weight being there.
  package init(_ plan: PruningPlan, of matrices: [MatrixDescription], modelBytes: Int) {
    var dense = 0
    var layouts: [StorageFormat: Layout] = [.bitmask: Layout(), .csr: Layout()]
    var twoFour = Layout()
    for (index, matrix) in matrices.enumerated() {
      let (rows, columns) = matrix.storedShape
      let width = matrix.byteWidth
      let nonzero = matrix.weights - plan.zeros[index]
      func bytes(_ format: StorageFormat) -> Int {
        format.byteCount(rows: rows, columns: columns, nonzero: nonzero, width: width)
      }
      let whole = bytes(.dense)
      dense += whole
      for format in [StorageFormat.bitmask, .csr] {
        let canHold = format.holds(matrix.name, columns: columns)
        layouts[format, default: Layout()].add(canHold ? bytes(format) : whole, dense: whole)
      }
      let isTwoFour = plan.leavesTwoOfFour(index, of: matrix.weights)
      twoFour.add(isTwoFour ? whole / 2 + matrix.weights / 8 : whole, dense: whole)
    }
    self.dense = dense
    others = max(0, modelBytes - dense)
    bitmask = layouts[.bitmask] ?? Layout()
    csr = layouts[.csr] ?? Layout()
    self.twoFour = twoFour.matrices > 0 ? twoFour : nil
  }

  /// Bytes of the whole model, every weight being there.
  package var denseModel: Int { dense + others }

  /// Bytes of the whole model as `prune` writes it.
  package func model(_ layout: Layout) -> Int { layout.written + others }

  /// The prunable matrices' size when every one has the format, in times the dense one.
  package func ratio(_ layout: Layout) -> Double {
    dense == 0 ? 1 : Double(layout.everywhere) / Double(dense)
  }
}

extension StorageSizes.Layout {
  fileprivate mutating func add(_ bytes: Int, dense: Int) {
    everywhere += bytes
    written += min(bytes, dense)
    matrices += bytes < dense ? 1 : 0
  }
}

extension PruningPlan {
  /// Whether the pattern takes at least two weights of every four of a matrix.
  fileprivate func leavesTwoOfFour(_ matrix: Int, of weights: Int) -> Bool {
    guard case .nm(groupSize: 4) = request.method else { return false }
    return weights > 0 && 2 * pruned[matrix] >= weights
  }
}

extension MatrixDescription {
  /// Rows and columns as the file holds them.
  package var storedShape: (rows: Int, columns: Int) {
    isTransposed ? (shape[1], shape[0]) : (shape[0], shape[1])
  }

  /// Bytes of a weight: a type's name begins with its bits, after letters.
  package var byteWidth: Int {
    let bits = dtype.drop { !$0.isNumber }.prefix { $0.isNumber }
    return (Int(bits) ?? 32) / 8
  }
}
