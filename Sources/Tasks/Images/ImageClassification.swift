/// The task of telling the class of each image; scored by accuracy.
///
/// Images stay as they are in the data set; a batch becomes floats when it is asked for, on the
/// thread that asks.
package struct ImageClassification: Sendable {
  package let name: String
  package let images: ImageDataset
  package let preprocessing: ImagePreprocessing
  /// What the model takes.
  package let input: ImageShape
  /// The model's output for the class of each image.
  package let labels: [Int]
  /// The normalised value of each byte, by channel.
  private let values: [[Float]]

  /// - Parameters:
  ///   - input: what the model takes; nil for images as they are, which all must have one size.
  ///   - order: of the model's outputs; nil where it is that of the data set.
  package init(
    name: String, images: ImageDataset, preprocessing: ImagePreprocessing,
    input: ImageShape? = nil, order: ImageClassOrder? = nil
  ) {
    guard let input = input ?? images.array?.shape else {
      preconditionFailure("images of many sizes need the model's")
    }
    self.name = name
    self.images = images
    self.preprocessing = preprocessing
    self.input = input
    labels = order.map { order in images.labels.map { order.outputs[$0] } } ?? images.labels
    values = (0..<input.channels).map(preprocessing.values)
  }

  package var count: Int { images.count }

  /// Gives the normalised pixels of some consecutive images, [count, channels, height, width].
  ///
  /// - Throws: `TaskDataError` where a file is broken or an image has another size than the model
  ///   takes.
  package func withPixels<R>(
    of range: Range<Int>, _ body: (UnsafeBufferPointer<Float>) throws -> R
  ) throws -> R {
    try withUnsafeTemporaryAllocation(of: Float.self, capacity: range.count * input.count) {
      pixels in
      for (place, image) in range.enumerated() {
        let target = UnsafeMutableBufferPointer(
          rebasing: pixels[place * input.count..<(place + 1) * input.count])
        try images.withImage(image) { try prepare($0, $1, into: target) }
      }
      return try body(UnsafeBufferPointer(pixels))
    }
  }

  /// 1 for a prediction that is right, else 0.
  package func score(_ prediction: Int, of image: Int) -> Float {
    prediction == labels[image] ? 1 : 0
  }

  /// The share of images that guessing gets right when it names the most frequent class.
  package var chance: Double {
    let counts = Dictionary(grouping: labels, by: \.self).mapValues(\.count)
    return count == 0 ? 0 : Double(counts.values.max() ?? 0) / Double(count)
  }

  /// Checks that a model can be given these images.
  package func check(_ model: ImageShape, labels known: Int) throws(TaskDataError) {
    guard input == model else {
      throw .wrongImages(
        reason: "the images of \(name) are \(input), but the model takes \(model)")
    }
    guard let largest = labels.max(), largest >= known else { return }
    throw .wrongImages(
      reason: "\(name) has the class \(largest), but the model knows \(known) classes only")
  }

  // MARK: Preparing an image

  private func prepare(
    _ image: UnsafeBufferPointer<UInt8>, _ shape: ImageShape,
    into target: UnsafeMutableBufferPointer<Float>
  ) throws(TaskDataError) {
    // Colours become grey before resizing, as with Pillow's convert("L"); a grey image becomes
    // three equal planes when it is written.
    if shape.channels == 3, input.channels == 1 {
      let grey = Self.grey(image, shape)
      let plane = ImageShape(channels: 1, height: shape.height, width: shape.width)
      return try withBuffer(grey) { buffer throws(TaskDataError) in
        try resize(buffer, plane, into: target)
      }
    }
    try resize(image, shape, into: target)
  }

  private func resize(
    _ image: UnsafeBufferPointer<UInt8>, _ shape: ImageShape,
    into target: UnsafeMutableBufferPointer<Float>
  ) throws(TaskDataError) {
    guard let resizing = preprocessing.resizing else {
      return try cut(image, shape, into: target)
    }
    let size = resizing.size(of: shape, for: input)
    var resized = shape
    (resized.height, resized.width) = size
    guard resized != shape else { return try cut(image, shape, into: target) }
    try withBuffer(resizing.filter.resize(image, shape, to: resized)) {
      buffer throws(TaskDataError) in
      try cut(buffer, resized, into: target)
    }
  }

  /// Normalises the middle of an image; what lies beyond its borders is black.
  private func cut(
    _ image: UnsafeBufferPointer<UInt8>, _ shape: ImageShape,
    into target: UnsafeMutableBufferPointer<Float>
  ) throws(TaskDataError) {
    let whole = (height: shape.height, width: shape.width)
    let size = preprocessing.crop?.size(for: input) ?? whole
    guard size == (input.height, input.width) else {
      throw .wrongImages(
        reason: """
          an image of \(name) is \(size.height)×\(size.width) once it is prepared, but the model \
          takes \(input.height)×\(input.width); preprocessor_config.json must give its size
          """)
    }
    // Shifts are rounded down, also where they are negative.
    let top = (shape.height - input.height) >> 1
    let left = (shape.width - input.width) >> 1
    let inside = max(0, -left)..<min(input.width, shape.width - left)
    let isWhole = inside.count == input.width
    for channel in 0..<input.channels {
      let plane = min(channel, shape.channels - 1) * shape.planeSize
      values[channel].withUnsafeBufferPointer { values in
        for y in 0..<input.height {
          let start = (channel * input.height + y) * input.width
          let row = UnsafeMutableBufferPointer(rebasing: target[start..<start + input.width])
          let isInside = top + y >= 0 && top + y < shape.height
          if !isInside || !isWhole { row.update(repeating: values[0]) }
          guard isInside else { continue }
          let source = plane + (top + y) * shape.width + left
          for x in inside { row[x] = values[Int(image[source + x])] }
        }
      }
    }
  }

  /// Pillow's convert("L").
  private static func grey(_ image: UnsafeBufferPointer<UInt8>, _ shape: ImageShape) -> [UInt8] {
    (0..<shape.planeSize).map { index in
      let red = UInt32(image[index])
      let green = UInt32(image[shape.planeSize + index])
      let blue = UInt32(image[2 * shape.planeSize + index])
      return UInt8((red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16)
    }
  }

  private func withBuffer(
    _ bytes: [UInt8], _ body: (UnsafeBufferPointer<UInt8>) throws(TaskDataError) -> Void
  ) throws(TaskDataError) {
    let result = bytes.withUnsafeBufferPointer { buffer in
      Result { () throws(TaskDataError) in try body(buffer) }
    }
    try result.get()
  }
}
