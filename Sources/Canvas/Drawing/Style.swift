/// A colour of eight bits a channel.
package struct RGB: Sendable, Hashable {
  package var red: UInt8
  package var green: UInt8
  package var blue: UInt8

  package init(_ red: UInt8, _ green: UInt8, _ blue: UInt8) {
    self.red = red
    self.green = green
    self.blue = blue
  }

  /// The colour 0xRRGGBB.
  package init(hex: UInt32) {
    self.init(UInt8(hex >> 16 & 0xff), UInt8(hex >> 8 & 0xff), UInt8(hex & 0xff))
  }

  package var hex: UInt32 { UInt32(red) << 16 | UInt32(green) << 8 | UInt32(blue) }
}

/// A colour by its meaning in the theme, or by its value.
package enum Color: Sendable, Hashable {
  /// base00 … base17 of a base24 scheme, as 0x00 … 0x17.
  case slot(UInt8)
  case rgb(RGB)
}

/// What a terminal can do to text besides colouring it.
package struct Attributes: OptionSet, Sendable, Hashable {
  package let rawValue: UInt8

  package init(rawValue: UInt8) { self.rawValue = rawValue }

  package static let bold = Attributes(rawValue: 1)
  package static let dim = Attributes(rawValue: 2)
  package static let reverse = Attributes(rawValue: 4)
  package static let underline = Attributes(rawValue: 8)
}

/// How a cell looks; nil colours are the terminal's own.
package struct Style: Sendable, Hashable {
  package var foreground: Color?
  package var background: Color?
  package var attributes: Attributes

  package init(
    _ foreground: Color? = nil, on background: Color? = nil, _ attributes: Attributes = []
  ) {
    self.foreground = foreground
    self.background = background
    self.attributes = attributes
  }

  package func on(_ background: Color?) -> Style {
    var style = self
    style.background = background
    return style
  }

  package func adding(_ attributes: Attributes) -> Style {
    var style = self
    style.attributes.formUnion(attributes)
    return style
  }
}

extension Color: CustomStringConvertible {
  /// `0D` for a slot, `#7cafc2` for a value.
  package var description: String {
    switch self {
    case .slot(let slot): paddedHex(UInt32(slot), digits: 2).uppercased()
    case .rgb(let rgb): "#" + paddedHex(rgb.hex, digits: 6)
    }
  }
}

extension Style: CustomStringConvertible {
  /// The short form of golden screens: `05`, `05/02`, `0D+bu`, `-` for the terminal's own look.
  package var description: String {
    var text = foreground?.description ?? "-"
    if let background { text += "/" + background.description }
    if !attributes.isEmpty {
      text += "+"
      for (attribute, letter) in [
        (Attributes.bold, "b"), (.dim, "d"), (.reverse, "r"), (.underline, "u"),
      ] where attributes.contains(attribute) {
        text += letter
      }
    }
    return text
  }
}

private func paddedHex(_ value: UInt32, digits: Int) -> String {
  let text = String(value, radix: 16)
  return String(repeating: "0", count: max(0, digits - text.count)) + text
}
