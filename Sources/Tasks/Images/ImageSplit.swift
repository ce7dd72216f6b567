/// The part of a data set that is read.
package enum ImageSplit: String, Sendable, Hashable {
  case train
  case test

  /// - Returns: nil for a name that no data set uses; the held-out images have several.
  package init?(name: String) {
    switch name {
    case "train": self = .train
    case "test", "dev", "val", "valid", "validation": self = .test
    default: return nil
    }
  }

  /// The folders that may hold the split, the likeliest first.
  var folders: [String] {
    switch self {
    case .train: ["train", "training"]
    case .test: ["test", "val", "validation", "valid", "dev"]
    }
  }
}
