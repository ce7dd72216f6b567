/// `model.safetensors.index.json` or `pytorch_model.bin.index.json`: which tensor is in which shard.
struct ShardIndex {
  let file: MappedFile
  /// Tensor names to file names.
  let shards: [String: String]

  init(path: String) throws(CheckpointError) {
    file = try MappedFile(path: path)
    guard !file.isGitLFSPointer else { throw .gitLFSPointer(file: path) }
    let json: JSONValue
    do {
      json = try file.withBytes { (bytes) throws(JSONScanner.Failure) in
        try JSONValue(parsing: bytes)
      }
    } catch {
      throw .badIndex(file: path, offset: error.offset, reason: error.reason)
    }
    guard let map = json["weight_map"]?.object else {
      throw .badIndex(file: path, offset: nil, reason: "has no weight_map object")
    }
    var shards: [String: String] = [:]
    shards.reserveCapacity(map.count)
    for (tensor, value) in map {
      // A shard outside of the model's folder would let an index reach any file of the machine.
      guard let shard = value.string, !shard.isEmpty, !shard.contains("/"), shard != ".." else {
        throw .badIndex(
          file: path, offset: nil, reason: "tensor \(tensor) has no plain file name for its shard")
      }
      shards[tensor] = shard
    }
    self.shards = shards
  }

  /// The paths of all shards in the order of their names.
  func shardPaths(in folder: String) throws(CheckpointError) -> [String] {
    let names = Set(shards.values).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    let present = Set(try ModelLocation.entries(of: folder))
    if let missing = names.first(where: { !present.contains($0) }) {
      let tensor = shards.filter { $0.value == missing }.keys.min() ?? ""
      throw .missingShard(index: file.path, shard: missing, tensor: tensor)
    }
    return names.map { "\(folder)/\($0)" }
  }

  /// Checks that the shards hold exactly what the index says.
  func check(against tensors: [TensorInfo]) throws(CheckpointError) {
    var found: Set<String> = []
    for tensor in tensors {
      let shard = ModelLocation.split(tensor.file).file
      guard let expected = shards[tensor.name] else {
        throw .notInIndex(index: file.path, shard: tensor.file, tensor: tensor.name)
      }
      guard expected == shard else {
        throw .notInShard(index: file.path, shard: expected, tensor: tensor.name)
      }
      found.insert(tensor.name)
    }
    guard let missing = shards.keys.filter({ !found.contains($0) }).min() else { return }
    throw .notInShard(index: file.path, shard: shards[missing] ?? "", tensor: missing)
  }
}
