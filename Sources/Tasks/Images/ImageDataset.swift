/// Images of one size with their classes.
package struct ImageDataset: Sendable, Hashable {
  package let height: Int
  package let width: Int
  package let channels: Int
  /// [count, channels, height, width], with the values of the files.
  package let pixels: [Float]
  package let labels: [Int]

  package var count: Int { labels.count }
  /// Floats of one image.
  package var imageSize: Int { channels * height * width }

  package init(height: Int, width: Int, channels: Int, pixels: [Float], labels: [Int]) {
    precondition(
      pixels.count == labels.count * channels * height * width,
      "\(pixels.count) pixels for \(labels.count) images")
    self.height = height
    self.width = width
    self.channels = channels
    self.pixels = pixels
    self.labels = labels
  }

  /// Reads one split of a folder in the layout of the MNIST family:
  /// `SPLIT-images-idx3-ubyte` and `SPLIT-labels-idx1-ubyte`, where `test` may be `t10k` too.
  package init(idxFolder folder: String, split: String) throws(TaskDataError) {
    var images: IDXFile?
    var failure = TaskDataError.unreadable(file: "\(folder)/\(split)-images-idx3-ubyte")
    var prefix = split
    for name in split == "test" ? ["test", "t10k"] : [split] where images == nil {
      do throws(TaskDataError) {
        images = try IDXFile(at: "\(folder)/\(name)-images-idx3-ubyte")
        prefix = name
      } catch {
        if case .malformed = error { failure = error }
      }
    }
    guard let images else { throw failure }
    let imageFile = "\(folder)/\(prefix)-images-idx3-ubyte"
    let labelFile = "\(folder)/\(prefix)-labels-idx1-ubyte"
    let labels = try IDXFile(at: labelFile)
    guard images.shape.count == 3 else {
      throw .malformed(file: imageFile, offset: 3, reason: "not images: \(images.shape)")
    }
    guard labels.shape.count == 1 else {
      throw .malformed(file: labelFile, offset: 3, reason: "not labels: \(labels.shape)")
    }
    guard images.shape[0] == labels.shape[0] else {
      throw .countsDiffer(
        images: imageFile, labels: labelFile, imageCount: images.shape[0],
        labelCount: labels.shape[0])
    }
    self.init(
      height: images.shape[1], width: images.shape[2], channels: 1,
      pixels: images.bytes.map(Float.init), labels: labels.bytes.map(Int.init))
  }
}
