/// What `config.json` says of matrices that are stored as bitmasks.
///
/// Source: compressed-tensors, `ModelCompressor.from_compression_config` and
/// `SparsityCompressionConfig`; older versions write `compression_config` for the outer key.
extension JSONValue {
  private static let outerKeys = ["quantization_config", "compression_config"]
  private static let innerKey = "sparsity_config"
  /// Members of the outer object that say nothing of how numbers are quantised.
  private static let formalities: Set<String> = ["quant_method", "version", "transform_config"]

  /// A `config.json` by which compressed-tensors finds the bitmasks.
  ///
  /// - Parameters:
  ///   - modules: whose weights are bitmasks.
  ///   - sparsity: zeros in all weights of the model, in percent.
  func withBitmasks(of modules: [String], sparsity: Double) -> JSONValue {
    var members = object ?? [:]
    var outer = members["quantization_config"]?.object ?? [:]
    outer["quant_method"] = .string("compressed-tensors")
    outer[Self.innerKey] = .object([
      "format": .string("sparse-bitmask"),
      "global_sparsity": .number(sparsity),
      "ignore": .array([]),
      "sparsity_structure": .string("unstructured"),
      "targets": .array(modules.map { .string($0) }),
    ])
    members["quantization_config"] = .object(outer)
    return .object(members)
  }

  /// A `config.json` without what it says of zeros that are left out, for a reader of dense weights.
  var withoutSparsityConfiguration: JSONValue {
    guard var members = object else { return self }
    for key in Self.outerKeys {
      guard var outer = members[key]?.object, outer.removeValue(forKey: Self.innerKey) != nil else {
        continue
      }
      let saysMore = outer.contains { name, value in
        !Self.formalities.contains(name) && value != .null
      }
      members[key] = saysMore ? .object(outer) : nil
    }
    return .object(members)
  }
}
