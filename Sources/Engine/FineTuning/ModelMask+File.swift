import Pruning
import Transformers

extension ModelMask {
  /// The masks by the parameters' names.
  var file: MaskFile { MaskFile(entries.map { ($0.name, $0.mask) }) }

  /// Writes a mask file, which appears under its name when it is complete.
  package func write(to path: String) throws { try file.write(to: path) }

  /// Reads a mask file for a model.
  ///
  /// - Throws: what `MaskFile` throws, and `FineTuningError.badMask` where it is of another model.
  package init(
    file path: String, of matrices: PrunableMatrices, in loaded: LoadedTransformer
  ) throws {
    self.init(keepingAllOf: matrices, in: loaded)
    let masks = Dictionary(
      try MaskFile(reading: path).masks.map { ($0.name, $0.mask) }, uniquingKeysWith: { $1 })
    for place in entries.indices {
      let entry = entries[place]
      guard let mask = masks[entry.name], mask.count == entry.mask.count else {
        throw FineTuningError.badMask(file: path, matrix: entry.name)
      }
      entries[place].mask = mask
    }
  }
}
