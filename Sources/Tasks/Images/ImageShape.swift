/// The size of an image and its channels, of which there are 1 (grey) or 3 (red, green, blue).
package struct ImageShape: Sendable, Hashable, CustomStringConvertible {
  package var channels: Int
  package var height: Int
  package var width: Int

  package init(channels: Int, height: Int, width: Int) {
    self.channels = channels
    self.height = height
    self.width = width
  }

  package var planeSize: Int { height * width }
  /// Values of one image.
  package var count: Int { channels * planeSize }

  package var description: String { "\(channels)×\(height)×\(width)" }
}

/// Images of one shape, as bytes.
package struct ImageArray: Sendable, Hashable {
  package let shape: ImageShape
  /// [count, channels, height, width].
  package let bytes: [UInt8]

  package init(shape: ImageShape, bytes: [UInt8]) {
    precondition(
      shape.count > 0 && bytes.count.isMultiple(of: shape.count),
      "\(bytes.count) bytes of images of \(shape)")
    self.shape = shape
    self.bytes = bytes
  }

  package var count: Int { bytes.count / shape.count }
}
