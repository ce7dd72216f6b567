import Canvas
import Foundation
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

@Suite struct `SVG` {
  private let plot = CurvePlot(
    series: [
      .init(
        name: "magnitude <global> & more",
        points: [
          .init(x: 0, y: 97, interval: 95...98), .init(x: 0.5, y: 90),
          .init(x: 1, y: .nan, state: .running),
        ], marker: .init(x: 0.4, interval: 0.3...0.5, label: "40 %")),
      .init(name: "random", points: [.init(x: 0, y: 97), .init(x: 0.5, y: 40, state: .running)]),
    ], baseline: 97, tolerance: 1)

  @Test func `a plot is XML that any reader takes, with names escaped`() throws {
    let text = plot.svg(title: "SST-2", valueLabel: "accuracy %", theme: .standard)
    let elements = try Elements(of: text)
    #expect(elements.texts.contains("magnitude <global> & more: 40 %"))
    #expect(elements.texts.contains("SST-2"))
    #expect(elements.texts.contains("100 %"))
  }

  @Test func `every finite point has the sign of its series`() throws {
    let elements = try Elements(
      of: plot.svg(title: "", valueLabel: "", theme: .standard))
    // Two of three points are finite; one more circle stands in the legend. The second series has
    // squares.
    #expect(elements.names["circle"] == 3)
    #expect(elements.names["polygon"] == 3)
  }

  @Test func `higher values lie higher`() throws {
    let elements = try Elements(
      of: plot.svg(title: "", valueLabel: "", theme: .standard))
    let heights = elements.circles.compactMap { $0["cy"].flatMap(Double.init) }
    #expect(heights[0] < heights[1])
  }

  @Test func `a map writes each share`() throws {
    let map = HeatMap(rows: ["q", "k"], columns: ["0", "1"], values: [[0.25, nil], [1, 0]])
    let elements = try Elements(of: map.svg(title: "masks", theme: .standard))
    #expect(elements.texts.suffix(4).sorted() == ["0", "100", "25", "k"].sorted())
    #expect(elements.names["rect"] == 4)
  }
}

/// What an XML file holds.
private final class Elements: NSObject, XMLParserDelegate {
  var names: [String: Int] = [:]
  var texts: [String] = []
  var circles: [[String: String]] = []
  private var isText = false

  init(of text: String) throws {
    super.init()
    let parser = XMLParser(data: Data(text.utf8))
    parser.delegate = self
    guard parser.parse() else { throw parser.parserError ?? CocoaError(.fileReadCorruptFile) }
  }

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
    qualifiedName: String?, attributes: [String: String]
  ) {
    names[name, default: 0] += 1
    isText = name == "text"
    if isText { texts.append("") }
    if name == "circle" { circles.append(attributes) }
  }

  func parser(_ parser: XMLParser, foundCharacters string: String) {
    if isText { texts[texts.count - 1] += string }
  }

  func parser(
    _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
  ) {
    isText = false
  }
}
