/// Images with their classes.
///
/// Images in memory are kept as bytes, those of a folder are decoded whenever one is asked for, so
/// that a data set takes about as much memory as its files.
package struct ImageDataset: Sendable, Hashable {
  package enum Pictures: Sendable, Hashable {
    case array(ImageArray)
    /// PNG or JPEG files of any sizes.
    case files([String])

    var count: Int {
      switch self {
      case .array(let array): array.count
      case .files(let files): files.count
      }
    }
  }

  package let pictures: Pictures
  /// The class of each image, by its number in the data set's own order.
  package let labels: [Int]
  /// The names of the classes in that order; nil where the files do not name them.
  package let classes: [String]?

  package var count: Int { labels.count }

  package init(_ pictures: Pictures, labels: [Int], classes: [String]? = nil) {
    precondition(
      pictures.count == labels.count, "\(pictures.count) images with \(labels.count) labels")
    self.pictures = pictures
    self.labels = labels
    self.classes = classes
  }

  /// The images where they lie in memory; nil for files.
  package var array: ImageArray? {
    if case .array(let array) = pictures { array } else { nil }
  }

  /// Gives the bytes of one image, [channels, height, width].
  func withImage<R>(
    _ index: Int, _ body: (UnsafeBufferPointer<UInt8>, ImageShape) throws -> R
  ) throws -> R {
    switch pictures {
    case .array(let array):
      let start = index * array.shape.count
      return try array.bytes.withUnsafeBufferPointer {
        try body(UnsafeBufferPointer(rebasing: $0[start..<start + array.shape.count]), array.shape)
      }
    case .files(let files):
      let image = try ImageFile.read(files[index])
      return try image.bytes.withUnsafeBufferPointer { try body($0, image.shape) }
    }
  }

  /// The same images with names for their classes.
  func naming(_ classes: [String]) -> ImageDataset {
    ImageDataset(pictures, labels: labels, classes: classes)
  }
}
