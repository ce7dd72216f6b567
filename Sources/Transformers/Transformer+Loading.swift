import Checkpoints
import Tensors

/// How a checkpoint's tensors and a model's parameters fit each other, by name.
package struct LoadReport: Sendable, Hashable {
  /// Parameters of the head that the files lack and that were made fresh, as transformers does.
  package var fresh: [String] = []
  /// Tensors of the files that the model has no use for.
  package var unused: [String] = []
  /// The tensor of the files that each parameter was read from, where its name is another one.
  package var renamed: [String: String] = [:]
}

/// A model with its weights.
package struct LoadedTransformer: Sendable {
  package let model: Transformer
  package let parameters: Parameters
  package let report: LoadReport

  /// Reads a model's structure and maps its weights; nothing is copied but weights that lie
  /// unaligned.
  ///
  /// - Parameter seed: of a head that the files lack.
  /// - Throws: `TransformerError` where the program cannot run the model, `CheckpointError` where
  ///   the files cannot be read.
  package init(_ checkpoint: Checkpoint, seed: UInt64 = 0) throws {
    guard let json = checkpoint.configuration else {
      throw TransformerError.noConfiguration(path: checkpoint.path)
    }
    try self.init(checkpoint, TransformerConfiguration(json), seed: seed)
  }

  init(_ model: Transformer, _ parameters: Parameters, _ report: LoadReport) {
    self.model = model
    self.parameters = parameters
    self.report = report
  }

  /// Loads weights into a structure other than the one that the files describe: another head.
  ///
  /// - Parameter replacingHead: whether the files' own head, apart from a pooler, is passed over.
  package init(
    _ checkpoint: Checkpoint, _ configuration: TransformerConfiguration, seed: UInt64,
    replacingHead: Bool = false
  ) throws {
    model = Transformer(configuration)
    let names = ParameterNames.names(of: configuration.family)
    var report = LoadReport()
    var used: Set<String> = []
    var missing: [String] = []
    var tensors: [Tensor] = []
    for (place, entry) in model.table.entries.enumerated() {
      let found = names.spellings(of: entry.name).lazy.compactMap { checkpoint.tensor(named: $0) }
      let isReplaced = replacingHead && !entry.name.hasPrefix(names.body)
      if !isReplaced, let info = found.first {
        used.insert(info.name)
        if info.name != entry.name { report.renamed[entry.name] = info.name }
        tensors.append(try Self.tensor(info, entry, in: checkpoint))
      } else {
        if names.isHead(entry.name) {
          report.fresh.append(entry.name)
        } else {
          missing.append(entry.name)
        }
        tensors.append(
          Parameters.freshTensor(
            entry, deviation: configuration.initializerRange, seed: seed, stream: UInt64(place)))
      }
    }
    guard missing.isEmpty else {
      throw TransformerError.missingParameters(path: checkpoint.path, names: missing)
    }
    report.unused = checkpoint.tensors.map(\.name).filter { name in
      !used.contains(name) && !names.isBuffer(name)
    }
    parameters = Parameters(table: model.table, tensors: tensors)
    self.report = report
  }

  /// The name under which the files hold a parameter.
  package func fileName(of id: ParameterID) -> String {
    let name = model.table[id].name
    return report.renamed[name] ?? name
  }

  private static func tensor(
    _ info: TensorInfo, _ entry: ParameterTable.Entry, in checkpoint: Checkpoint
  ) throws -> Tensor {
    guard info.elementType.isFloatingPoint else {
      throw TransformerError.notFloatingPoint(
        file: info.file, tensor: info.name, type: info.elementType.rawValue)
    }
    guard info.shape == entry.shape else {
      throw TransformerError.wrongShape(
        file: info.file, tensor: info.name, expected: entry.shape, found: info.shape)
    }
    return Tensor(
      bytes: try checkpoint.bytes(of: info), of: info.elementType, shape: info.shape,
      owner: checkpoint)
  }
}

extension ParameterNames {
  /// Whether a parameter belongs to the head, which a checkpoint of the bare model lacks.
  func isHead(_ name: String) -> Bool {
    !name.hasPrefix(body) || name.hasPrefix("\(body)pooler.")
  }

  /// Whether a tensor of a file is a constant that old versions of transformers stored.
  func isBuffer(_ name: String) -> Bool {
    [".position_ids", ".attn.bias", ".attn.masked_bias", "rotary_emb.inv_freq"].contains {
      name.hasSuffix($0)
    }
  }
}
