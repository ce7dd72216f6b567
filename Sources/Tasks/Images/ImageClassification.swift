/// The task of telling the class of each image; scored by accuracy.
package struct ImageClassification: Sendable {
  package let name: String
  package let images: ImageDataset
  package let preprocessing: ImagePreprocessing
  /// All images, normalised: [count, channels, height, width].
  package let pixels: [Float]

  package init(name: String, images: ImageDataset, preprocessing: ImagePreprocessing) {
    self.name = name
    self.images = images
    self.preprocessing = preprocessing
    var pixels = images.pixels
    pixels.withUnsafeMutableBufferPointer {
      preprocessing.apply(
        to: $0, channels: images.channels, planeSize: images.height * images.width)
    }
    self.pixels = pixels
  }

  package var count: Int { images.count }

  /// Gives the normalised pixels of some consecutive images.
  package func withPixels<R>(
    of range: Range<Int>, _ body: (UnsafeBufferPointer<Float>) throws -> R
  ) rethrows -> R {
    let size = images.imageSize
    return try pixels.withUnsafeBufferPointer {
      try body(
        UnsafeBufferPointer(rebasing: $0[range.lowerBound * size..<range.upperBound * size]))
    }
  }

  /// 1 for a prediction that is right, else 0.
  package func score(_ prediction: Int, of image: Int) -> Float {
    prediction == images.labels[image] ? 1 : 0
  }

  /// The share of images that guessing gets right when it names the most frequent class.
  package var chance: Double {
    let counts = Dictionary(grouping: images.labels, by: \.self).mapValues(\.count)
    return count == 0 ? 0 : Double(counts.values.max() ?? 0) / Double(count)
  }

  /// Checks that a model can be given these images.
  package func check(
    height: Int, width: Int, channels: Int, labels: Int
  ) throws(TaskDataError) {
    guard (images.height, images.width, images.channels) == (height, width, channels) else {
      throw .wrongImages(
        reason: """
          the images of \(name) are \(images.channels)×\(images.height)×\(images.width), but the \
          model takes \(channels)×\(height)×\(width)
          """)
    }
    guard let largest = images.labels.max(), largest >= labels else { return }
    throw .wrongImages(
      reason: "\(name) has the class \(largest), but the model knows \(labels) classes only")
  }
}
