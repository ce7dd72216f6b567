import CKernels
import Tensors

/// y = the chosen rows of x.
struct RowsStep {
  let indices: UnsafeMutableBufferPointer<Int32>
  let input: Variable
  let output: Variable
}

/// y (+)= rows of an embedding table.
struct LookupStep {
  let table: ParameterID
  let indices: UnsafeMutableBufferPointer<Int32>
  /// The row of the padding, which is never trained.
  let padding: Int?
  let output: Variable
}

/// y = special tokens and patches with their positions.
struct ImageTokensStep {
  let special: [ParameterID]
  let positions: ParameterID
  let patches: Variable
  let output: Variable
}

extension Tape {
  /// Chooses rows, the k-th result being row `indices[k]`.
  func rows(_ x: Variable, _ indices: some Collection<Int>) -> Variable {
    let y = variable(rows: indices.count, columns: x.columns)
    let copy = workspaceIndices(indices, below: x.rows)
    rows_gather(x.value.base, copy.baseAddress, y.value.base, y.rows, y.columns, 0)
    record(.rows(RowsStep(indices: copy, input: x, output: y)))
    return y
  }

  func backward(_ step: RowsStep) {
    guard let dy = gradient(of: step.output), let dx = accumulatedGradient(of: step.input) else {
      return
    }
    rows_scatter_add(dy.base, step.indices.baseAddress, -1, dx.base, dy.rows, dy.columns)
  }

  /// Looks up one row of a table for each index, and adds it to `sum` where that is given.
  ///
  /// - Parameter padding: a row that gets no gradient, as PyTorch's `padding_idx`.
  func lookup(
    _ table: ParameterID, _ indices: some Collection<Int>, padding: Int? = nil,
    addingTo sum: Variable? = nil
  ) -> Variable {
    let shape = parameters[table].shape
    let y = sum ?? variable(rows: indices.count, columns: shape[1])
    let copy = workspaceIndices(indices, below: shape[0])
    timed(.embeddings) {
      gather(parameters[table], copy, into: y.value, accumulating: sum != nil)
    }
    record(.lookup(LookupStep(table: table, indices: copy, padding: padding, output: y)))
    return y
  }

  private func gather(
    _ table: Tensor, _ indices: UnsafeMutableBufferPointer<Int32>, into y: Matrix,
    accumulating: Bool
  ) {
    if table.isReadable {
      rows_gather(
        table.matrix(in: workspace).base, indices.baseAddress, y.base, y.rows, y.columns,
        accumulating ? 1 : 0)
      return
    }
    // Row by row: a batch needs few of them, and widening a whole vocabulary takes long.
    let mark = workspace.mark()
    defer { workspace.release(to: mark) }
    let memory = UnsafeMutableBufferPointer(
      start: workspace.floats(y.columns), count: y.columns)
    for (row, index) in indices.enumerated() {
      table.copyRow(Int(index), to: accumulating ? memory : y.row(row))
      if accumulating {
        elementwise_add(memory.baseAddress, 1, y.base + row * y.columns, y.columns)
      }
    }
  }

  func backward(_ step: LookupStep, into result: Gradients) {
    guard result.includes(step.table), let dy = gradient(of: step.output) else { return }
    scatter(step, dy, into: result[step.table])
  }

  /// Adds each row of a lookup's gradient to its row of the table's.
  func scatter(_ step: LookupStep, _ dy: Matrix, into table: Matrix) {
    rows_scatter_add(
      dy.base, step.indices.baseAddress, Int32(step.padding ?? -1), table.base, dy.rows,
      dy.columns)
  }

  /// Puts special tokens in front of each image's patches and adds the positions.
  ///
  /// Patches are [images · patches, width]; the result is [images · (special + patches), width].
  func imageTokens(
    patches: Variable, images: Int, special: [ParameterID], positions: ParameterID
  ) -> Variable {
    let width = patches.columns
    let perImage = images == 0 ? 0 : patches.rows / images
    let tokens = perImage + special.count
    let y = variable(rows: images * tokens, columns: width)
    let table = weights(positions)
    precondition(table.count == tokens * width, "a position for each of \(tokens) tokens")
    for image in 0..<images {
      let start = y.value.base + image * tokens * width
      start.update(from: table.base, count: tokens * width)
      for (row, token) in special.enumerated() {
        elementwise_add(weights(token).base, 1, start + row * width, width)
      }
      elementwise_add(
        patches.value.base + image * perImage * width, 1, start + special.count * width,
        perImage * width)
    }
    record(
      .imageTokens(
        ImageTokensStep(special: special, positions: positions, patches: patches, output: y)))
    return y
  }

  func backward(_ step: ImageTokensStep, into result: Gradients) {
    guard let dy = gradient(of: step.output) else { return }
    let width = dy.columns
    let positions = result[step.positions]
    let tokens = positions.count / width
    let perImage = tokens - step.special.count
    let target = gradientTarget(of: step.patches)
    for image in 0..<(dy.rows / max(tokens, 1)) {
      let start = dy.base + image * tokens * width
      elementwise_add(start, 1, positions.base, tokens * width)
      for (row, token) in step.special.enumerated() {
        elementwise_add(start + row * width, 1, result[token].base, width)
      }
      guard let (dPatches, _) = target else { continue }
      (dPatches.base + image * perImage * width).update(
        from: start + step.special.count * width, count: perImage * width)
    }
  }

  private func workspaceIndices(
    _ indices: some Collection<Int>, below limit: Int
  ) -> UnsafeMutableBufferPointer<Int32> {
    let copy = workspace.indices(indices.count)
    for (position, index) in indices.enumerated() {
      precondition((0..<limit).contains(index), "row \(index) of \(limit)")
      copy[position] = Int32(index)
    }
    return copy
  }
}
