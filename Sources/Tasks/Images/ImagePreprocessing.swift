/// What `preprocessor_config.json` says about images, as transformers' ViTImageProcessor reads it:
/// resizing, cutting out the middle, then x · rescaleFactor, then (x − mean) / deviation for each
/// channel.
package struct ImagePreprocessing: Sendable, Hashable {
  /// nil for images that already have the model's size.
  package var resizing: ImageResizing?
  /// The size of the middle that is cut out, with black around an image that is smaller; nil to
  /// take all.
  package var crop: ImageCrop?
  package var rescaleFactor: Double
  /// One for each channel, or one for all.
  package var mean: [Float]
  package var deviation: [Float]

  package init(
    resizing: ImageResizing? = nil, crop: ImageCrop? = nil, rescaleFactor: Double,
    mean: [Float], deviation: [Float]
  ) {
    self.resizing = resizing
    self.crop = crop
    self.rescaleFactor = rescaleFactor
    self.mean = mean
    self.deviation = deviation
  }

  /// What ViT's processor does where there is no file, at the model's own size.
  package static let standard = ImagePreprocessing(
    resizing: ImageResizing(.modelSize, .bilinear), rescaleFactor: 1 / 255, mean: [0.5],
    deviation: [0.5])

  /// The `preprocessor_config.json` that says the same, for images of one size.
  package func json(height: Int, width: Int) -> String {
    func list(_ values: [Float]) -> String {
      "[" + values.map { "\($0)" }.joined(separator: ", ") + "]"
    }
    return """
      {
        "do_normalize": true,
        "do_rescale": true,
        "do_resize": true,
        "image_mean": \(list(mean)),
        "image_processor_type": "ViTImageProcessor",
        "image_std": \(list(deviation)),
        "resample": 2,
        "rescale_factor": \(rescaleFactor),
        "size": {
          "height": \(height),
          "width": \(width)
        }
      }

      """
  }

  /// The normalised value of each byte, for one channel.
  func values(ofChannel channel: Int) -> [Float] {
    let mean = mean[min(channel, mean.count - 1)]
    let deviation = deviation[min(channel, deviation.count - 1)]
    return (0...255).map { (Float(Double($0) * rescaleFactor) - mean) / deviation }
  }

  /// Normalises values between those of bytes, [count, channels, height, width], in place.
  package func normalize(
    _ pixels: UnsafeMutableBufferPointer<Float>, channels: Int, planeSize: Int
  ) {
    let factor = Float(rescaleFactor)
    for start in stride(from: 0, to: pixels.count, by: planeSize) {
      let channel = start / planeSize % channels
      let mean = mean[min(channel, mean.count - 1)]
      let deviation = deviation[min(channel, deviation.count - 1)]
      for index in start..<start + planeSize {
        pixels[index] = (pixels[index] * factor - mean) / deviation
      }
    }
  }
}

/// The middle of an image that is kept.
package enum ImageCrop: Sendable, Hashable {
  /// As much as the model takes.
  case modelSize
  case exact(height: Int, width: Int)

  func size(for model: ImageShape) -> (height: Int, width: Int) {
    switch self {
    case .modelSize: (model.height, model.width)
    case .exact(let height, let width): (height, width)
    }
  }
}
