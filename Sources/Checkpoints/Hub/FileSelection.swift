import Glibc

/// Which files of a model are downloaded.
enum FileSelection {
  /// The files that patterns name, or without patterns those that a model needs: weights,
  /// configuration, tokenizer, preprocessor and licence in the repository's top folder.
  ///
  /// - Parameter patterns: as in the shell; `*` matches slashes too.
  static func files(
    of listing: [String], patterns: [String], model: String
  ) throws(HubError) -> [String] {
    if let file = listing.first(where: { !isSafe($0) }) {
      throw .unsafeName(model: model, file: file)
    }
    guard patterns.isEmpty else {
      let files = listing.filter { file in patterns.contains { fnmatch($0, file, 0) == 0 } }
      guard !files.isEmpty else { throw .noMatch(model: model, patterns: patterns, files: listing) }
      return files
    }
    let top = listing.filter { !$0.contains("/") && !$0.hasPrefix(".") }
    let weights = weights(in: top)
    guard !weights.isEmpty else { throw .noWeights(model: model) }
    let companions = top.filter { file in
      !file.hasSuffix(".index.json")
        && (file.hasPrefix("LICENSE")
          || [".json", ".txt", ".model", ".jinja"].contains { file.hasSuffix($0) })
    }
    return companions + weights
  }

  /// The one set of weights that opening the folder takes: safetensors rather than PyTorch's, and
  /// one file rather than shards, of which many repositories have both.
  private static func weights(in files: [String]) -> [String] {
    for (stem, suffix) in [("model", ".safetensors"), ("pytorch_model", ".bin")] {
      if files.contains(stem + suffix) { return [stem + suffix] }
      let index = stem + suffix + ".index.json"
      if files.contains(index) {
        return [index] + files.filter { $0.hasPrefix(stem + "-") && $0.hasSuffix(suffix) }
      }
    }
    return files.filter { $0.hasSuffix(".safetensors") }
  }

  /// Whether a file's name stays inside the folder that it is put in.
  private static func isSafe(_ file: String) -> Bool {
    file.split(separator: "/", omittingEmptySubsequences: false).allSatisfy {
      !$0.isEmpty && $0 != "." && $0 != ".." && !$0.utf8.contains(0)
    }
  }
}
