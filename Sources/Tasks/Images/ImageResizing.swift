import CImages

/// How images are brought to one size before they are cut out and normalised.
package struct ImageResizing: Sendable, Hashable {
  package enum Target: Sendable, Hashable {
    /// Whatever the model takes.
    case modelSize
    case exact(height: Int, width: Int)
    /// The shorter side becomes this long, and the longer one in proportion.
    case shortestEdge(Int)
  }

  /// Filters by the numbers that Pillow and `preprocessor_config.json` give them.
  package enum Filter: Int, Sendable, Hashable {
    case nearest
    case lanczos
    case bilinear
    case bicubic
    case box
    case hamming
  }

  package var target: Target
  package var filter: Filter

  package init(_ target: Target, _ filter: Filter) {
    self.target = target
    self.filter = filter
  }

  /// The size that an image gets.
  func size(of image: ImageShape, for model: ImageShape) -> (height: Int, width: Int) {
    switch target {
    case .modelSize: return (model.height, model.width)
    case .exact(let height, let width): return (height, width)
    case .shortestEdge(let edge):
      let isTall = image.height > image.width
      let (short, long) = isTall ? (image.width, image.height) : (image.height, image.width)
      let longer = edge * long / short
      return isTall ? (longer, edge) : (edge, longer)
    }
  }
}

extension ImageResizing.Filter {
  /// Resizes each plane of an image; every bit is as Pillow's `Image.resize` makes it.
  func resize(
    _ image: UnsafeBufferPointer<UInt8>, _ shape: ImageShape, to target: ImageShape
  ) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: target.count) { bytes, count in
      for channel in 0..<target.channels {
        let isDone = image_resize(
          image.baseAddress! + channel * shape.planeSize, shape.height, shape.width,
          bytes.baseAddress! + channel * target.planeSize, target.height, target.width,
          image_filter(UInt32(rawValue)))
        precondition(isDone, "not enough memory to resize an image")
      }
      count = target.count
    }
  }
}
