import CKernels
import Tensors

/// A matrix that a pass over a model has computed.
struct Variable {
  let value: Matrix
  /// Where the tape keeps its gradient; nil for inputs, which have none, and in inference.
  fileprivate(set) var slot: Int?

  var rows: Int { value.rows }
  var columns: Int { value.columns }
}

/// One worker's record of a pass over a model: computes each operation as it is called, and, where
/// gradients are wanted, remembers it so that `backward` can walk the operations in reverse.
///
/// All matrices lie in the worker's workspace, which `begin` takes back: nothing is allocated once
/// the largest batch has been seen. In inference nothing is remembered, and operations that
/// consume their input write over it.
///
/// Each operation stands with its derivative in an extension of its own (`Tape+Linear.swift`, …).
/// A backward step reads its output's gradient, which is complete by then, and adds to its inputs'.
package final class Tape {
  /// What a pass is for.
  package enum Mode: Sendable, Equatable {
    /// Outputs only.
    case inference
    /// Outputs and gradients, without dropout.
    case gradients
    /// Outputs and gradients; dropout masks follow from the key.
    case training(dropoutKey: UInt64)
  }

  package let workspace: Workspace
  private(set) var mode = Mode.inference
  private(set) var rotaryTable = RotaryTable()

  /// Where the time of all passes since the tape was made has gone.
  package private(set) var times = OperationTimes()

  private var current: Parameters?
  /// The steps of the pass, in the order in which they were computed.
  private(set) var operations: [Operation] = []
  private var gradients: [Matrix?] = []
  private var dropoutSites: UInt64 = 0

  package init(workspace: Workspace = Workspace()) {
    self.workspace = workspace
  }

  /// Starts a pass: forgets the one before, and takes back its memory.
  func begin(_ parameters: Parameters, mode: Mode) {
    workspace.reset()
    operations.removeAll(keepingCapacity: true)
    gradients.removeAll(keepingCapacity: true)
    dropoutSites = 0
    current = parameters
    self.mode = mode
  }

  /// Makes the angles of so many positions available; they are kept from pass to pass.
  func extendRotaryTable(to count: Int, _ embedding: RotaryEmbedding, headWidth: Int) {
    rotaryTable.extend(to: count, embedding, headWidth: headWidth)
  }

  /// Whether a backward pass will follow.
  var isRecording: Bool { mode != .inference }

  var parameters: Parameters { current! }

  /// A parameter as a matrix: vectors are one row, higher dimensions are flattened.
  func weights(_ id: ParameterID) -> Matrix { parameters[id].matrix(in: workspace) }

  // MARK: Variables

  /// A new variable with uninitialised elements.
  func variable(rows: Int, columns: Int) -> Variable {
    variable(workspace.matrix(rows: rows, columns: columns))
  }

  /// A new variable for elements that are there already.
  func variable(_ value: Matrix) -> Variable {
    guard isRecording else { return Variable(value: value, slot: nil) }
    gradients.append(nil)
    return Variable(value: value, slot: gradients.count - 1)
  }

  /// A new variable with a copy of what a tensor holds, which later operations may write over.
  func variable(copying tensor: Tensor) -> Variable {
    let source = tensor.matrix(in: workspace)
    let copy = variable(rows: source.rows, columns: source.columns)
    withExtendedLifetime(tensor) { _ = copy.value.elements.update(fromContentsOf: source.elements) }
    return copy
  }

  /// A matrix that is not differentiated by.
  func constant(_ value: Matrix) -> Variable { Variable(value: value, slot: nil) }

  /// Runs a part of the pass, and in inference takes back what it used.
  ///
  /// What the part returns must not lie in that memory: it is written over one of its inputs, as
  /// `residual` and consuming operations do.
  func releasingTemporaries(_ body: () -> Variable) -> Variable {
    guard !isRecording else { return body() }
    let mark = workspace.mark()
    defer { workspace.release(to: mark) }
    return body()
  }

  // MARK: The backward pass

  func record(_ operation: Operation) {
    if isRecording { operations.append(operation) }
  }

  /// Walks the operations in reverse and adds the derivatives of the loss by the parameters to
  /// `result`; what has no room there is left for `BatchGradients`.
  ///
  /// A loss must have been taken on this tape. The parameters are let go of, so that an optimiser
  /// that has them alone changes them in place.
  package func backward(into result: Gradients) {
    precondition(isRecording, "a pass in inference mode has no gradients")
    for operation in operations.reversed() {
      timed(operation.kind) { backward(operation, into: result) }
    }
    current = nil
  }

  private func backward(_ operation: Operation, into result: Gradients) {
    switch operation {
    case .linear(let linear): backward(linear, into: result)
    case .activation(let activation): backward(activation)
    case .gate(let gate): backward(gate)
    case .norm(let norm): backward(norm, into: result)
    case .residual(let residual): backward(residual)
    case .dropout(let dropout): backward(dropout)
    case .attention(let attention): backward(attention)
    case .rotary(let rotary): backward(rotary)
    case .lookup(let lookup): backward(lookup, into: result)
    case .imageTokens(let tokens): backward(tokens, into: result)
    case .rows(let rows): backward(rows)
    }
  }

  /// Runs a step, and notes how long it took.
  ///
  /// - Parameter floats: see `OperationTimes.slots`; sixteen are one slot.
  func timed<R>(_ kind: OperationTimes.Kind, floats: Int = 0, _ step: () -> R) -> R {
    let began = ContinuousClock.now
    defer { note(kind, since: began, floats: floats) }
    return step()
  }

  func note(
    _ kind: OperationTimes.Kind, since began: ContinuousClock.Instant, floats: Int = 0
  ) {
    times.add(.now - began, floats: floats, to: kind)
  }

  /// The gradient of the loss by a variable; nil where the loss does not depend on it.
  func gradient(of variable: Variable) -> Matrix? {
    variable.slot.flatMap { gradients[$0] }
  }

  /// Where a backward step leaves the gradient of one of its inputs: nil for constants. It must
  /// overwrite the first time, and add when `accumulating` is set.
  func gradientTarget(of variable: Variable) -> (matrix: Matrix, accumulating: Bool)? {
    guard let slot = variable.slot else { return nil }
    if let matrix = gradients[slot] { return (matrix, true) }
    let matrix = workspace.matrix(rows: variable.rows, columns: variable.columns)
    gradients[slot] = matrix
    return (matrix, false)
  }

  /// The same for steps that fill the gradient bit by bit: the first time it is all zeros.
  func accumulatedGradient(of variable: Variable) -> Matrix? {
    guard let (matrix, accumulating) = gradientTarget(of: variable) else { return nil }
    if !accumulating { matrix.elements.update(repeating: 0) }
    return matrix
  }

  /// Makes two variables have one gradient: that of a sum is that of its terms.
  func shareGradient(of sum: Variable, with term: Variable) {
    guard let sumSlot = sum.slot, let termSlot = term.slot else { return }
    precondition(gradients[termSlot] == nil, "the term is used elsewhere too")
    gradients[termSlot] = gradients[sumSlot]
  }

  // MARK: Dropout

  /// The mask of the next dropout site of this pass; nil where nothing is dropped.
  func nextDropoutMask(rate: Float) -> dropout_mask? {
    guard rate > 0, case .training(let key) = mode else { return nil }
    precondition(rate < 1, "a dropout rate of \(rate)")
    dropoutSites += 1
    return dropout_mask(
      key: RandomStream.mix(key &+ dropoutSites &* 0x9e37_79b9_7f4a_7c15),
      threshold: UInt32(Double(rate) * 0x1p32), scale: 1 / (1 - rate))
  }
}

/// One step of a pass, with all that its derivative needs.
enum Operation {
  case linear(LinearStep)
  case activation(ActivationStep)
  case gate(GateStep)
  case norm(NormStep)
  case residual(ResidualStep)
  case dropout(DropoutStep)
  case attention(AttentionStep)
  case rotary(RotaryStep)
  case lookup(LookupStep)
  case imageTokens(ImageTokensStep)
  case rows(RowsStep)

  /// What its time counts as.
  fileprivate var kind: OperationTimes.Kind {
    switch self {
    case .linear: .linear
    case .activation, .gate: .activation
    case .norm, .residual: .norm
    case .attention: .attention
    case .lookup, .imageTokens: .embeddings
    case .dropout, .rotary, .rows: .rest
    }
  }
}
