import Foundation
import Yams

/// A base16 or base24 scheme in YAML, in the newer or the older form.
///
/// The newer form has `system name author variant palette`; the older one `scheme author` and the
/// colours at the top. Beyond the specification a scheme may say `x-sparsescope: {gradient: [base0D,
/// base09]}`, for people who cannot tell red from green, and `{colors: terminal}`, to be shown in
/// the terminal's own colours. Other keys are ignored.
package enum ThemeFile {
  /// Reads a theme from a file; its name is the file's without the ending.
  package static func read(_ url: URL) throws(ThemeError) -> Theme {
    let file = url.path
    let data: Data
    do {
      data = try Data(contentsOf: url)
    } catch {
      throw .unreadable(
        file: file,
        reason: (error as? CocoaError)?.code == .fileReadNoSuchFile
          ? "there is no such file" : error.localizedDescription)
    }
    guard data.count <= 1 << 20, let text = String(validating: data, as: UTF8.self) else {
      throw .notYAML(file: file, reason: "it is not UTF-8 text of less than a megabyte")
    }
    return try parse(text, name: url.deletingPathExtension().lastPathComponent, file: file)
  }

  /// Reads a theme from the text of a file.
  ///
  /// - Parameter file: how errors call it.
  package static func parse(_ text: String, name: String, file: String) throws(ThemeError) -> Theme
  {
    let scheme = try mapping(text, file: file)
    func string(_ key: String) -> String? { scheme[key]?.scalar?.string }

    if let system = string("system"), system != "base16", system != "base24" {
      throw .unknownSystem(file: file, value: system)
    }
    let palette = try palette(scheme["palette"]?.mapping ?? scheme, file: file)
    return Theme(
      name: name, title: string("name") ?? string("scheme") ?? name,
      author: string("author") ?? "",
      variant: try variant(string("variant"), palette: palette, file: file), palette: palette,
      usesTerminalColors: scheme["x-sparsescope"]?["colors"]?.string == "terminal",
      gradientSlots: try gradient(scheme["x-sparsescope"]?["gradient"], file: file))
  }

  private static func mapping(_ text: String, file: String) throws(ThemeError) -> Node.Mapping {
    let node: Node?
    do {
      node = try Yams.compose(yaml: text)
    } catch let error as YamlError {
      let words = "\(error)".split(whereSeparator: \.isNewline).first.map(String.init) ?? "\(error)"
      throw .notYAML(file: file, reason: words)
    } catch {
      throw .notYAML(file: file, reason: "\(error)")
    }
    guard let mapping = node?.mapping else {
      throw .notYAML(file: file, reason: "it has no keys and values")
    }
    return mapping
  }

  private static func palette(_ colors: Node.Mapping, file: String) throws(ThemeError) -> [RGB] {
    var palette: [RGB] = []
    for slot in 0..<24 {
      let key = slotName(slot)
      guard let value = colors[key]?.scalar?.string else {
        if slot < 16 { throw .missing(file: file, key: key) }
        palette.append(palette[Theme.fallbacks[slot - 16]])
        continue
      }
      guard let color = rgb(value) else { throw .notAColor(file: file, key: key, value: value) }
      palette.append(color)
    }
    return palette
  }

  /// The colour of `7cafc2` or `#7cafc2`; nil for anything else.
  private static func rgb(_ text: String) -> RGB? {
    let digits = text.hasPrefix("#") ? text.dropFirst() : text[...]
    guard digits.utf8.count == 6, digits.allSatisfy(\.isHexDigit) else { return nil }
    return UInt32(digits, radix: 16).map(RGB.init(hex:))
  }

  private static func variant(_ text: String?, palette: [RGB], file: String) throws(ThemeError)
    -> Theme.Variant
  {
    guard let text else {
      // The older form does not say; text is darker than what lies behind it in a light scheme.
      return palette[0].luminance > palette[5].luminance ? .light : .dark
    }
    guard let variant = Theme.Variant(rawValue: text.lowercased()) else {
      throw .unknownVariant(file: file, value: text)
    }
    return variant
  }

  private static func gradient(_ node: Node?, file: String) throws(ThemeError) -> [UInt8] {
    guard let node else { return [0x0b, 0x0a, 0x08] }
    let key = "x-sparsescope: gradient"
    guard let sequence = node.sequence, sequence.count >= 2 else {
      throw .notASlot(file: file, key: key, value: node.scalar?.string ?? "too few colours")
    }
    var slots: [UInt8] = []
    for entry in sequence {
      let text = entry.scalar?.string ?? "?"
      guard let slot = (0x08...0x0f).first(where: { slotName($0) == text }) else {
        throw .notASlot(file: file, key: key, value: text)
      }
      slots.append(UInt8(slot))
    }
    return slots
  }

  private static func slotName(_ slot: Int) -> String {
    "base" + (slot < 16 ? "0" : "") + String(slot, radix: 16, uppercase: true)
  }
}
