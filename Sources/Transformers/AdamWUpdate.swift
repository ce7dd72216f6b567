import CKernels
import Tensors

/// One step of AdamW, cut into pieces that threads carry out in any order.
///
/// Sendable because no two pieces touch the same weights.
package struct AdamWUpdate: @unchecked Sendable {
  /// Some consecutive weights of a parameter.
  package struct Piece: Sendable, Hashable {
    package let id: ParameterID
    let range: Range<Int>
  }

  package let pieces: [Piece]
  private let step: adamw_step
  private let decaysVectors: Bool
  private let gradients: Gradients
  private let means: Gradients
  private let variances: Gradients
  private let weights: [UnsafeMutableBufferPointer<Float>]
  private let masks: ParameterMasks
  private let activeRows: [[Bool]?]
  private let packed: [ParameterID: PackedMatrixState]

  /// Weights of a piece: whole words of a mask, and enough to be worth a thread's while.
  private static let pieceSize = 1 << 16

  init(
    _ step: adamw_step, _ state: AdamWState, _ gradients: Gradients,
    _ weights: [UnsafeMutableBufferPointer<Float>], _ masks: ParameterMasks? = nil,
    _ activeRows: [[Bool]?]? = nil, _ packed: [ParameterID: PackedMatrixState] = [:]
  ) {
    let table = gradients.table
    self.step = step
    self.gradients = gradients
    self.weights = weights
    self.packed = packed
    decaysVectors = state.settings.decaysVectors
    (means, variances) = (state.means, state.variances)
    self.masks = masks ?? ParameterMasks(table: table)
    self.activeRows = activeRows ?? table.entries.map { _ in nil }
    pieces = table.ids.flatMap { id in
      let count = packed[id]?.gradient.count ?? table[id].count
      return stride(from: 0, to: count, by: Self.pieceSize).map {
        Piece(id: id, range: $0..<min($0 + Self.pieceSize, count))
      }
    }
  }

  /// Carries out a piece.
  ///
  /// - Returns: the weights of it that a mask has removed and that are not zero.
  package func run(_ piece: Piece) -> Int {
    if let state = packed[piece.id] {
      update(state, piece.range)
      return 0
    }
    guard let active = activeRows[piece.id.index] else { return update(piece.id, piece.range) }
    // Pieces do not end with rows: a row belongs to the piece that it starts in.
    let columns = gradients[piece.id].columns
    func firstRow(from element: Int) -> Int { (element + columns - 1) / columns }
    let rows = firstRow(from: piece.range.lowerBound)..<firstRow(from: piece.range.upperBound)
    var revived = 0
    var row = rows.lowerBound
    while row < rows.upperBound {
      let start = row
      while row < rows.upperBound, active[row] { row += 1 }
      if row > start { revived += update(piece.id, start * columns..<row * columns) }
      row += 1
    }
    return revived
  }

  private func update(_ state: PackedMatrixState, _ range: Range<Int>) {
    var step = step
    let first = range.lowerBound
    elementwise_adamw(
      &step, state.gradient.baseAddress! + first,
      state.values.baseAddress! + first, state.mean.baseAddress! + first,
      state.variance.baseAddress! + first, range.count)
  }

  private func update(_ id: ParameterID, _ range: Range<Int>) -> Int {
    var step = step
    if !decaysVectors, gradients.table[id].shape.count < 2 { step.decay = 0 }
    let first = range.lowerBound
    let (gradient, weight) = (gradients[id].base + first, weights[id.index].baseAddress! + first)
    let (mean, variance) = (means[id].base + first, variances[id].base + first)
    guard let kept = masks[id] else {
      elementwise_adamw(&step, gradient, weight, mean, variance, range.count)
      return 0
    }
    return kept.withUnsafeBufferPointer { kept in
      elementwise_adamw_masked(
        &step, gradient, weight, mean, variance, kept.baseAddress! + first / 64, range.count)
    }
  }
}
