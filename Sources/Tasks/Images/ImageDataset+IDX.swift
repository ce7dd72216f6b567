import Foundation

extension ImageDataset {
  /// Reads one split of a folder in the layout of the MNIST family:
  /// `SPLIT-images-idx3-ubyte` and `SPLIT-labels-idx1-ubyte`, plain or as `.gz`, where the test set
  /// may be `t10k` too.
  package init(idxFolder folder: String, split: ImageSplit) throws(TaskDataError) {
    let files = Self.idxFiles(in: folder, split: split)
    guard let files else {
      throw .unreadable(file: "\(folder)/\(split.rawValue)-images-idx3-ubyte")
    }
    let images = try IDXFile(at: files.images)
    guard images.shape.count == 3, !images.shape.dropFirst().contains(0) else {
      throw .malformed(file: files.images, offset: 3, reason: "not images: \(images.shape)")
    }
    let labels = try IDXFile(at: files.labels)
    guard labels.shape.count == 1 else {
      throw .malformed(file: files.labels, offset: 3, reason: "not labels: \(labels.shape)")
    }
    guard images.shape[0] == labels.shape[0] else {
      throw .countsDiffer(
        images: files.images, labels: files.labels, imageCount: images.shape[0],
        labelCount: labels.shape[0])
    }
    let shape = ImageShape(channels: 1, height: images.shape[1], width: images.shape[2])
    self.init(
      .array(ImageArray(shape: shape, bytes: images.bytes)), labels: labels.bytes.map(Int.init))
  }

  /// The files of a split, as some copies of the data sets name them; nil where there are none.
  static func idxFiles(
    in folder: String, split: ImageSplit
  ) -> (images: String, labels: String)? {
    let names = split == .test ? ["test", "t10k"] : ["train"]
    for name in names {
      for dash in ["-", "."] {
        let images = "\(folder)/\(name)-images\(dash)idx3-ubyte"
        let labels = "\(folder)/\(name)-labels\(dash)idx1-ubyte"
        let found = ["", ".gz"].first { FileManager.default.fileExists(atPath: images + $0) }
        guard let found else { continue }
        let others = ["", ".gz"].first { FileManager.default.fileExists(atPath: labels + $0) }
        return (images + found, labels + (others ?? ""))
      }
    }
    return nil
  }
}
