import Tensors
import Transformers

/// The matrices of a training that are multiplied by in packed form.
struct PackedTraining {
  private(set) var forms: [ParameterID: PackedWeights] = [:]

  /// Packs the matrices that a mask has made sparse enough.
  ///
  /// - Parameters:
  ///   - parameters: with zeros where the mask removes.
  ///   - crossings: the densities below which matrices are packed.
  init(
    _ model: Transformer, _ parameters: Parameters, _ mask: ModelMask?,
    _ crossings: KernelCrossings, workers: ParallelWorkers
  ) throws {
    let layers = model.packableLayers
    let chosen = (mask?.entries ?? []).filter { entry in
      layers[entry.id].map { crossings.isSparse($0.shape, kept: entry.mask.kept) } ?? false
    }
    let shared = SharedParameters(parameters)
    defer { shared.release() }
    let packed = try workers.map(chosen) { entry, _ in
      let workspace = Workspace()
      return withExtendedLifetime(workspace) {
        PackedWeights(
          shared.value[entry.id].matrix(in: workspace), of: layers[entry.id]!,
          kept: entry.mask.words, forTraining: true)
      }
    }
    for (entry, form) in zip(chosen, packed) { forms[entry.id] = form }
  }

  /// Takes the values of changed weights.
  func follow(_ parameters: Parameters, on workers: ParallelWorkers) throws {
    let shared = SharedParameters(parameters)
    defer { shared.release() }
    // In a fixed order, the largest first so that threads finish together.
    let order = forms.keys.sorted {
      (-parameters.table[$0].count, $0.index) < (-parameters.table[$1].count, $1.index)
    }
    _ = try workers.map(order) { [forms] id, _ in
      let workspace = Workspace()
      withExtendedLifetime(workspace) {
        forms[id]!.updateValues(from: shared.value[id].matrix(in: workspace))
      }
    }
  }
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
