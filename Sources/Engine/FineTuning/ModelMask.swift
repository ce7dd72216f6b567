import Checkpoints
import Experiments
import Pruning
import Transformers

/// Which weights of a model's prunable matrices are kept.
package struct ModelMask: Sendable, Hashable {
  /// One prunable matrix.
  package struct Entry: Sendable, Hashable {
    package let id: ParameterID
    /// The parameter's name in the model.
    package let name: String
    package internal(set) var mask: Mask
  }

  /// In matrix order.
  package internal(set) var entries: [Entry]

  /// A mask that keeps everything.
  package init(keepingAllOf matrices: PrunableMatrices, in loaded: LoadedTransformer) {
    entries = loaded.report.ids(of: matrices, in: loaded.model.table).map { index, id in
      Entry(
        id: id, name: loaded.model.table[id].name,
        mask: Mask(keepingAll: matrices.matrices[index].description.weights))
    }
  }

  /// The mask of a plan for the weights in the files.
  package init(
    _ plan: PruningPlan, of matrices: PrunableMatrices, in loaded: LoadedTransformer
  ) throws {
    entries = try loaded.report.ids(of: matrices, in: loaded.model.table).map { index, id in
      Entry(
        id: id, name: loaded.model.table[id].name, mask: try matrices.mask(plan, matrix: index))
    }
  }

  init(entries: [Entry]) { self.entries = entries }

  /// Prunable weights in all.
  package var weights: Int { entries.reduce(0) { $0 + $1.mask.count } }
  /// Those that are not kept.
  package var removed: Int { entries.reduce(0) { $0 + $1.mask.count - $1.mask.kept } }
  package var sparsity: Double { weights == 0 ? 0 : Double(removed) / Double(weights) }

  /// Whether everything that this mask removes is removed by another one of the model, too.
  package func isNested(in other: ModelMask) -> Bool {
    zip(entries, other.entries).allSatisfy { mine, others in
      zip(mine.mask.words, others.mask.words).allSatisfy { $1 & ~$0 == 0 }
    }
  }

  /// The bits as the optimiser takes them; matrices that lose nothing have none.
  package func parameterMasks(_ table: ParameterTable) -> ParameterMasks {
    var masks = ParameterMasks(table: table)
    for entry in entries where entry.mask.kept < entry.mask.count {
      masks[entry.id] = entry.mask.words
    }
    return masks
  }
}

extension Parameters {
  /// The parameters with the weights that a mask does not keep set to zero.
  package func masked(by mask: ModelMask) -> Parameters {
    var parameters = self
    for entry in mask.entries where entry.mask.kept < entry.mask.count {
      parameters.withMutableElements(of: entry.id) { entry.mask.zeroRemoved($0) }
    }
    return parameters
  }
}
