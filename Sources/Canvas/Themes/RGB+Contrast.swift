import Foundation

extension RGB {
  package static let black = RGB(0, 0, 0)
  package static let white = RGB(255, 255, 255)

  /// Relative luminance of 0 … 1.
  /// Source: WCAG 2.1, definition of relative luminance (sRGB).
  package var luminance: Double {
    func linear(_ channel: UInt8) -> Double {
      let value = Double(channel) / 255
      return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
    }
    return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
  }

  /// The contrast ratio of 1 … 21.
  /// Source: WCAG 2.1, definition of contrast ratio.
  package func contrast(with other: RGB) -> Double {
    let (light, dark) = (max(luminance, other.luminance), min(luminance, other.luminance))
    return (light + 0.05) / (dark + 0.05)
  }

  /// The colour that lies at `fraction` of the way to another.
  package func mixed(with other: RGB, _ fraction: Double) -> RGB {
    func mix(_ from: UInt8, _ to: UInt8) -> UInt8 {
      UInt8((Double(from) + (Double(to) - Double(from)) * fraction).rounded())
    }
    return RGB(mix(red, other.red), mix(green, other.green), mix(blue, other.blue))
  }

  /// The nearest colour, toward white or black, that is legible on a background.
  ///
  /// - Parameter minimum: the contrast wanted, up to 4.5, which one of the two always reaches.
  package func legible(on background: RGB, minimum: Double) -> RGB {
    if contrast(with: background) >= minimum { return self }
    let end: RGB =
      RGB.white.contrast(with: background) > RGB.black.contrast(with: background) ? .white : .black
    for step in 1...16 {
      let candidate = mixed(with: end, Double(step) / 16)
      if candidate.contrast(with: background) >= minimum { return candidate }
    }
    return end
  }

  /// The index of the nearest colour among the fixed 240 of a 256-colour terminal.
  ///
  /// The first sixteen are left out because people redefine them.
  /// Source: xterm's 256colres: a 6 × 6 × 6 cube at 0, 95, 135, … 255 and greys at 8, 18, … 238.
  package var nearestIndexed: UInt8 {
    func level(_ channel: UInt8) -> Int {
      channel < 48 ? 0 : channel < 115 ? 1 : (Int(channel) - 35) / 40
    }
    func value(_ level: Int) -> UInt8 { level == 0 ? 0 : UInt8(55 + 40 * level) }
    let cube = (level(red), level(green), level(blue))
    let cubeColor = RGB(value(cube.0), value(cube.1), value(cube.2))
    let average = (Int(red) + Int(green) + Int(blue)) / 3
    let grey = min(max((average - 3) / 10, 0), 23)
    let greyLevel = UInt8(8 + 10 * grey)
    if distance(to: RGB(greyLevel, greyLevel, greyLevel)) < distance(to: cubeColor) {
      return UInt8(232 + grey)
    }
    return UInt8(16 + 36 * cube.0 + 6 * cube.1 + cube.2)
  }

  /// A squared distance that weighs the channels roughly as the eye does.
  func distance(to other: RGB) -> Int {
    let (dr, dg, db) = (
      Int(red) - Int(other.red), Int(green) - Int(other.green), Int(blue) - Int(other.blue)
    )
    return 3 * dr * dr + 4 * dg * dg + 2 * db * db
  }
}
