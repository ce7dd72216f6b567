import CKernels
import Tensors

/// The gradients of a batch that is cut into shards, taken on any number of threads with the same
/// bits.
///
/// First each shard runs forward and backward on a tape of its own, which takes only the small
/// gradients: biases, norms, learned tokens. Then each matrix's gradient is one product over the
/// rows of all shards. No shard has gradients as large as the model, which somebody would have to
/// clear and add up: for batches of a few hundred tokens that would cost as much as the products.
///
/// Sendable because every shard, and every part, is given to one thread at a time.
package final class BatchGradients: @unchecked Sendable {
  /// What one thread collects at once in the second phase.
  package enum Part: Sendable, Hashable {
    case matrix(ParameterID)
    /// All that the tapes took themselves.
    case vectors
  }

  /// All parts, the largest first so that threads finish together.
  package let parts: [Part]
  package let gradients: Gradients
  package let shardLimit: Int

  private let tapes: [Tape]
  private let vectors: [Gradients]
  private let vectorIDs: [ParameterID]
  private let workspaces: [Workspace]
  /// The rows of each table that the gradient differs from zero in, by the table's place.
  private var touched: [TouchedRows?]

  /// The shards of the pass, and the operations that use each parameter.
  private var shards = 0
  private var uses: [[Int]] = []

  /// - Parameters:
  ///   - shards: the most that a pass is cut into.
  ///   - workers: threads that collect at once; each has a number from 0.
  package init(table: ParameterTable, shards: Int, workers: Int) {
    gradients = Gradients(table: table)
    shardLimit = shards
    tapes = (0..<shards).map { _ in Tape() }
    vectors = (0..<shards).map { _ in Gradients(table: table) { !$0.isMatrix } }
    workspaces = (0..<workers).map { _ in Workspace() }
    touched = table.entries.map { _ in nil }
    vectorIDs = table.ids.filter { !table[$0].isMatrix }
    let matrices = table.ids.filter { table[$0].isMatrix }
      .sorted { (-table[$0].count, $0.index) < (-table[$1].count, $1.index) }
    parts = matrices.map(Part.matrix) + [.vectors]
  }

  /// The first phase for one shard; see `Transformer.differentiate`.
  ///
  /// - Returns: the shard's part of the loss.
  package func differentiate(
    shard: Int, _ model: Transformer, _ input: ModelInput, _ targets: Targets,
    _ parameters: Parameters, mode: Tape.Mode, divisor: Int
  ) -> Double {
    vectors[shard].setToZero()
    return model.differentiate(
      input, targets, parameters, on: tapes[shard], mode: mode, divisor: divisor,
      into: vectors[shard]
    ).loss
  }

  /// Between the phases, on one thread: how many shards the pass had.
  package func prepareCollection(shards: Int) {
    self.shards = shards
    uses = [[Int]](repeating: [], count: gradients.table.entries.count)
    for (index, operation) in tapes[0].operations.enumerated() {
      switch operation {
      case .linear(let step): uses[step.layer.weight.index].append(index)
      case .lookup(let step): uses[step.table.index].append(index)
      default: break
      }
    }
  }

  /// The second phase for one part.
  ///
  /// - Parameters:
  ///   - accumulating: whether to add to what passes before have left.
  ///   - masks: the weights that are not kept get no gradient.
  ///   - packed: matrices whose gradient goes into their own state.
  /// - Returns: the sum of the squares of the part's gradients.
  package func collect(
    _ part: Part, accumulating: Bool, masks: ParameterMasks,
    packed: [ParameterID: PackedMatrixState] = [:], worker: Int
  ) -> Double {
    switch part {
    case .vectors:
      collectVectors(accumulating: accumulating)
      return vectorIDs.reduce(0) { $0 + sumOfSquares(of: $1, masks) }
    case .matrix(let id):
      if let state = packed[id] {
        collectPacked(id, state, accumulating: accumulating, in: workspaces[worker])
        return state.gradientSquares
      }
      let isTable = uses[id.index].allSatisfy {
        if case .lookup = tapes[0].operations[$0] { true } else { false }
      }
      guard isTable, masks[id] == nil else {
        collectMatrix(id, accumulating: accumulating, in: workspaces[worker])
        return sumOfSquares(of: id, masks)
      }
      return collectTable(id, accumulating: accumulating)
    }
  }

  /// The rows of a table whose gradient may differ from zero; nil where that is any of them.
  package func touchedRows(of id: ParameterID) -> [Int]? { touched[id.index]?.rows }

  // MARK: Parts

  private func collectVectors(accumulating: Bool) {
    for id in vectorIDs {
      let sum = gradients[id].elements
      if !accumulating { sum.update(repeating: 0) }
      for shard in 0..<shards {
        elementwise_add(vectors[shard][id].base, 1, sum.baseAddress, sum.count)
      }
    }
  }

  private func collectMatrix(
    _ id: ParameterID, accumulating: Bool, in workspace: Workspace
  ) {
    touched[id.index] = nil
    let sum = gradients[id]
    let products = uses[id.index].filter {
      if case .linear = tapes[0].operations[$0] { true } else { false }
    }
    var accumulating = accumulating
    if products.isEmpty, !accumulating { sum.elements.update(repeating: 0) }
    for use in products {
      workspace.reset()
      let steps = linearSteps(use)
      steps[0].step.addWeightGradient(
        x: stacked(steps.map(\.step.input.value), in: workspace),
        dy: stacked(steps.map(\.dy), in: workspace), to: sum, accumulating: accumulating,
        in: workspace)
      accumulating = true
    }
    scatterLookups(id) { _ in }
  }

  private func collectPacked(
    _ id: ParameterID, _ state: PackedMatrixState, accumulating: Bool, in workspace: Workspace
  ) {
    touched[id.index] = nil
    // Only linear layers use what is packed.
    for (place, use) in uses[id.index].enumerated() {
      workspace.reset()
      let steps = linearSteps(use)
      state.collect(
        x: steps.map(\.step.input.value), dy: steps.map(\.dy),
        accumulating: accumulating || place > 0, in: workspace)
    }
  }

  /// A table's gradient: nearly all of its rows stay zero, and only the others are ever written.
  private func collectTable(_ id: ParameterID, accumulating: Bool) -> Double {
    let sum = gradients[id]
    var rows = touched[id.index] ?? TouchedRows(count: sum.rows)
    if !accumulating {
      for row in rows.rows { sum.row(row).update(repeating: 0) }
      rows.removeAll()
    }
    scatterLookups(id) { step in
      for index in step.indices where Int(index) != step.padding { rows.insert(Int(index)) }
    }
    rows.sort()
    touched[id.index] = rows
    return rows.rows.reduce(0) { total, row in
      total + elementwise_sum_of_squares(sum.row(row).baseAddress, sum.columns)
    }
  }

  private func scatterLookups(_ id: ParameterID, _ body: (LookupStep) -> Void) {
    for use in uses[id.index] {
      for tape in tapes.prefix(shards) {
        guard case .lookup(let step) = tape.operations[use],
          let dy = tape.gradient(of: step.output)
        else { continue }
        tape.scatter(step, dy, into: gradients[id])
        body(step)
      }
    }
  }

  private func linearSteps(_ use: Int) -> [(step: LinearStep, dy: Matrix)] {
    tapes.prefix(shards).map { tape in
      guard case .linear(let step) = tape.operations[use] else {
        preconditionFailure("shards of one pass take different steps")
      }
      guard let dy = tape.gradient(of: step.output) else {
        preconditionFailure("the loss depends on every product")
      }
      return (step, dy)
    }
  }

  /// Some matrices one above the other, so that the product over all of them is one.
  private func stacked(_ matrices: [Matrix], in workspace: Workspace) -> Matrix {
    if matrices.count == 1 { return matrices[0] }
    let rows = matrices.reduce(0) { $0 + $1.rows }
    let result = workspace.matrix(rows: rows, columns: matrices[0].columns)
    var target = result.base
    for matrix in matrices {
      target.update(from: matrix.elements.baseAddress!, count: matrix.count)
      target += matrix.count
    }
    return result
  }

  private func sumOfSquares(of id: ParameterID, _ masks: ParameterMasks) -> Double {
    let elements = gradients[id].elements
    guard let kept = masks[id] else {
      return elementwise_sum_of_squares(elements.baseAddress, elements.count)
    }
    return elementwise_mask_and_sum_squares(elements.baseAddress, kept, elements.count)
  }
}

/// A set of rows that is cheap to empty.
private struct TouchedRows {
  private(set) var rows: [Int] = []
  private var contains: [Bool]

  init(count: Int) { contains = [Bool](repeating: false, count: count) }

  mutating func insert(_ row: Int) {
    guard !contains[row] else { return }
    contains[row] = true
    rows.append(row)
  }

  mutating func removeAll() {
    for row in rows { contains[row] = false }
    rows.removeAll(keepingCapacity: true)
  }

  mutating func sort() { rows.sort() }
}

extension ParameterTable.Entry {
  /// Whether the parameter is multiplied by or looked up in, rather than added as it is: biases,
  /// norms, and the learned tokens and positions of images, [1, tokens, width].
  fileprivate var isMatrix: Bool { [2, 4].contains(shape.count) }
}
