import Foundation
import Transformers

/// Mild random deformations of small images: rotation, scale, shear and shift.
package struct AffineWarp: Sendable, Hashable {
  /// Radians to either side.
  package var rotation: Float = 0.2
  /// Relative change of size to either side.
  package var scale: Float = 0.15
  package var shear: Float = 0.2
  /// In units of half an image's width.
  package var shift: Float = 0.15

  package init() {}

  /// Draws the numbers of one deformation.
  package func deformation(using random: inout RandomStream) -> Deformation {
    let angle = random.uniform(-rotation...rotation)
    let size = 1 + random.uniform(-scale...scale)
    return Deformation(
      cosine: size * cos(angle), sine: size * sin(angle), slant: random.uniform(-shear...shear),
      right: random.uniform(-shift...shift), down: random.uniform(-shift...shift))
  }

  /// One deformation: an affine map of the target's coordinates to the source's, both from −1 to 1.
  package struct Deformation: Sendable, Hashable {
    fileprivate let cosine: Float
    fileprivate let sine: Float
    fileprivate let slant: Float
    fileprivate let right: Float
    fileprivate let down: Float
  }
}

extension AffineWarp.Deformation {
  /// Draws a plane, [height, width], deformed into another one of its size, with bilinear
  /// interpolation; what comes from outside is `background`.
  package func draw(
    _ source: UnsafeBufferPointer<Float>, height: Int, width: Int, background: Float,
    into target: UnsafeMutableBufferPointer<Float>
  ) {
    let (halfWidth, halfHeight) = (Float(width) / 2, Float(height) / 2)
    func pixel(_ row: Int, _ column: Int) -> Float {
      guard row >= 0, row < height, column >= 0, column < width else { return background }
      return source[row * width + column]
    }
    for row in 0..<height {
      let y = (Float(row) + 0.5) / halfHeight - 1
      for column in 0..<width {
        let x = (Float(column) + 0.5) / halfWidth - 1
        // Where this pixel comes from, in pixels from the first one's centre.
        let fromX = (cosine * x + (slant - sine) * y + right + 1) * halfWidth - 0.5
        let fromY = (sine * x + cosine * y + down + 1) * halfHeight - 0.5
        let (left, top) = (fromX.rounded(.down), fromY.rounded(.down))
        let (alongX, alongY) = (fromX - left, fromY - top)
        let (i, j) = (Int(top), Int(left))
        let upper = pixel(i, j) * (1 - alongX) + pixel(i, j + 1) * alongX
        let lower = pixel(i + 1, j) * (1 - alongX) + pixel(i + 1, j + 1) * alongX
        target[row * width + column] = upper * (1 - alongY) + lower * alongY
      }
    }
  }
}
