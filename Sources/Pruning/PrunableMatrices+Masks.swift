import Checkpoints
import Experiments

extension PrunableMatrices {
  /// The mask of a plan for one matrix.
  package func mask(_ plan: PruningPlan, matrix: Int) throws -> Mask {
    let rule = MaskRule(plan, matrix: matrix, of: self)
    return try checkpoint.withBytes(of: matrices[matrix].tensor) { rule.mask(of: $0) }
  }

  /// The weights of a matrix as floats, those that the plan removes being zero.
  package func prunedFloats(_ plan: PruningPlan, matrix: Int) throws -> [Float] {
    var floats = try checkpoint.floats(matrices[matrix].tensor.name)
    MaskRule(plan, matrix: matrix, of: self).apply(to: &floats)
    return floats
  }

  /// Where the pruned weights of a matrix lie: the share of them in each cell of a grid.
  ///
  /// The grid covers the matrix as a linear layer sees it, [out, in]; cell r of R covers the rows
  /// from ⌊r·out/R⌋ to ⌊(r + 1)·out/R⌋, and at least one, so that a finer grid repeats rows.
  /// Source: figure 1 of the paper.
  /// - Returns: `rows` lists of `columns` shares in `0...1`.
  package func density(
    _ plan: PruningPlan, matrix: Int, rows: Int, columns: Int
  ) throws -> [[Double]] {
    let mask = try mask(plan, matrix: matrix)
    let (outputs, inputs) = (matrices[matrix].outputs, matrices[matrix].inputs)
    guard matrices[matrix].isTransposed else {
      return mask.removedShares(of: outputs, by: inputs, rows: rows, columns: columns)
    }
    let transposed = mask.removedShares(of: inputs, by: outputs, rows: columns, columns: rows)
    return (0..<rows).map { row in transposed.map { $0[row] } }
  }
}

extension Mask {
  /// The share of weights not kept in each cell of a grid over a matrix stored row by row.
  fileprivate func removedShares(
    of height: Int, by width: Int, rows: Int, columns: Int
  ) -> [[Double]] {
    let spans = (0..<columns).map { Self.span($0, of: columns, over: width) }
    return (0..<rows).map { row in
      let lines = Self.span(row, of: rows, over: height)
      var kept = [Int](repeating: 0, count: columns)
      for line in lines {
        for (column, span) in spans.enumerated() {
          let start = line * width
          kept[column] += self.kept(in: start + span.lowerBound..<start + span.upperBound)
        }
      }
      return zip(kept, spans).map { 1 - Double($0) / Double(lines.count * $1.count) }
    }
  }

  private static func span(_ cell: Int, of cells: Int, over length: Int) -> Range<Int> {
    let start = cell * length / cells
    return start..<max((cell + 1) * length / cells, start + 1)
  }
}
