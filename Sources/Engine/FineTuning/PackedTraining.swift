import Tensors
import Transformers

/// The matrices of a training that are packed, with what the optimiser remembers of them.
struct PackedTraining {
  private(set) var states: [ParameterID: PackedMatrixState] = [:]

  /// What products use in place of the weights.
  var forms: [ParameterID: PackedWeights] { states.mapValues(\.weights) }

  /// Packs the matrices that a mask has made sparse enough.
  ///
  /// - Parameter crossings: the densities below which matrices are packed.
  init(
    _ model: Transformer, _ state: FineTuningState, _ crossings: KernelCrossings,
    workers: ParallelWorkers
  ) throws {
    let layers = model.packableLayers
    let chosen = (state.mask?.entries ?? []).filter { entry in
      layers[entry.id].map { crossings.isSparse($0.shape, kept: entry.mask.kept) } ?? false
    }
    let (shared, optimizer) = (SharedParameters(state.parameters), SharedState(state.optimizer))
    defer { shared.release() }
    let packed = try workers.map(chosen) { entry, _ in
      let workspace = Workspace()
      return withExtendedLifetime(workspace) {
        let weights = PackedWeights(
          training: shared.value[entry.id].matrix(in: workspace), of: layers[entry.id]!,
          kept: entry.mask.words)
        return PackedMatrixState(
          weights, mean: optimizer.value.means[entry.id],
          variance: optimizer.value.variances[entry.id], in: workspace)
      }
    }
    for (entry, form) in zip(chosen, packed) { states[entry.id] = form }
  }

  /// Makes both forms agree after a step, the largest matrices first so that threads finish
  /// together.
  func follow(on workers: ParallelWorkers) throws {
    let all = states.sorted {
      (-$0.value.values.count, $0.key.index)
        < (-$1.value.values.count, $1.key.index)
    }
    _ = try workers.map(all.map(\.value)) { state, _ in state.follow() }
  }

  /// Brings the dense weights and means up to date.
  func store(in state: inout FineTuningState) {
    for (id, packed) in states {
      let (mean, variance) = (state.optimizer.means[id], state.optimizer.variances[id])
      state.parameters.withMutableElements(of: id) { elements in
        packed.store(
          weights: Matrix(elements.baseAddress!, rows: mean.rows, columns: mean.columns),
          mean: mean, variance: variance)
      }
    }
  }
}

/// An optimiser's state that workers read at once, nobody writing to it.
private struct SharedState: @unchecked Sendable {
  let value: AdamWState

  init(_ value: AdamWState) { self.value = value }
}

/// Parameters that all workers read during a pass, and that nobody refers to afterwards: the
/// optimiser changes in place what is its own alone.
///
/// Sendable because it is emptied only when the workers have returned.
final class SharedParameters: @unchecked Sendable {
  private var parameters: Parameters?

  var value: Parameters { parameters! }

  init(_ parameters: Parameters) { self.parameters = parameters }

  func release() { parameters = nil }
}
