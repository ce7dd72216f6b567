import Foundation

/// A picture in the SVG format, built up element by element.
///
/// Coordinates are pixels from the upper left; text is drawn in the viewer's sans-serif font.
/// Source: W3C, "Scalable Vector Graphics (SVG) 1.1".
struct SVGDocument {
  enum Anchor: String { case start, middle, end }

  let width: Double
  let height: Double
  private let background: RGB
  private var elements: [String] = []

  init(width: Double, height: Double, background: RGB) {
    self.width = width
    self.height = height
    self.background = background
  }

  /// A straight line.
  /// - Parameter dash: lengths of strokes and gaps; empty for a solid line.
  mutating func line(
    from start: (x: Double, y: Double), to end: (x: Double, y: Double), _ color: RGB,
    width: Double = 1, dash: [Double] = []
  ) {
    elements.append(
      """
      <line x1="\(start.x.svg)" y1="\(start.y.svg)" x2="\(end.x.svg)" y2="\(end.y.svg)" \
      \(Self.stroke(color, width, dash))/>
      """)
  }

  /// Lines through points.
  mutating func polyline(
    _ points: [(x: Double, y: Double)], _ color: RGB, width: Double = 1.5, dash: [Double] = []
  ) {
    guard points.count > 1 else { return }
    let path = points.map { "\($0.x.svg),\($0.y.svg)" }.joined(separator: " ")
    elements.append(
      #"<polyline points="\#(path)" fill="none" \#(Self.stroke(color, width, dash))/>"#)
  }

  /// A filled polygon.
  mutating func polygon(
    _ points: [(x: Double, y: Double)], fill: RGB?, stroke: RGB? = nil, opacity: Double = 1
  ) {
    let path = points.map { "\($0.x.svg),\($0.y.svg)" }.joined(separator: " ")
    let outline = stroke.map { Self.stroke($0, 1.5, []) } ?? ""
    elements.append(
      """
      <polygon points="\(path)" fill="\(fill?.css ?? "none")" fill-opacity="\(opacity.svg)" \
      \(outline)/>
      """)
  }

  mutating func rectangle(
    x: Double, y: Double, width: Double, height: Double, fill: RGB, opacity: Double = 1
  ) {
    elements.append(
      """
      <rect x="\(x.svg)" y="\(y.svg)" width="\(width.svg)" height="\(height.svg)" \
      fill="\(fill.css)" fill-opacity="\(opacity.svg)"/>
      """)
  }

  mutating func circle(x: Double, y: Double, radius: Double, fill: RGB?, stroke: RGB) {
    elements.append(
      """
      <circle cx="\(x.svg)" cy="\(y.svg)" r="\(radius.svg)" fill="\(fill?.css ?? "none")" \
      \(Self.stroke(stroke, 1.5, []))/>
      """)
  }

  /// One line of text, whose baseline is at y.
  mutating func text(
    _ text: String, x: Double, y: Double, _ color: RGB, size: Double = 12, anchor: Anchor = .start
  ) {
    elements.append(
      """
      <text x="\(x.svg)" y="\(y.svg)" fill="\(color.css)" font-size="\(size.svg)" \
      text-anchor="\(anchor.rawValue)">\(text.escapedForXML)</text>
      """)
  }

  /// The file's text.
  var text: String {
    """
    <?xml version="1.0" encoding="UTF-8"?>
    <svg xmlns="http://www.w3.org/2000/svg" width="\(width.svg)" height="\(height.svg)" \
    viewBox="0 0 \(width.svg) \(height.svg)" font-family="sans-serif">
    <rect width="100%" height="100%" fill="\(background.css)"/>
    \(elements.joined(separator: "\n"))
    </svg>

    """
  }

  private static func stroke(_ color: RGB, _ width: Double, _ dash: [Double]) -> String {
    let pattern =
      dash.isEmpty ? "" : #" stroke-dasharray="\#(dash.map(\.svg).joined(separator: " "))""#
    return #"stroke="\#(color.css)" stroke-width="\#(width.svg)"\#(pattern)"#
  }
}

extension Double {
  /// At most two decimals, which is finer than any screen.
  fileprivate var svg: String {
    let text = String(format: "%.2f", self)
    guard text.contains(".") else { return text }
    return String(text.reversed().drop { $0 == "0" }.drop { $0 == "." }.reversed())
  }
}

extension RGB {
  fileprivate var css: String { String(format: "#%02x%02x%02x", red, green, blue) }
}

extension String {
  /// Characters that XML reserves written as entities, and those that it forbids left out.
  fileprivate var escapedForXML: String {
    var escaped = ""
    for scalar in unicodeScalars {
      switch scalar {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      case "\u{9}", "\u{20}"...: escaped.unicodeScalars.append(scalar)
      default: break
      }
    }
    return escaped
  }
}
